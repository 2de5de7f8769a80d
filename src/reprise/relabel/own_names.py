"""Names that a person gave to acoustic labels, in a file that no stage writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from reprise.errors import BadInput
from reprise.relabel.naming import Theme

BY_HAND = "inputs/names.yaml"


def read_own_names(path: str | Path) -> dict[str, str]:
    """Read the names: the one that was found, then the one that is wanted ("" discards the cluster).

    Raises
    ------
    BadInput
        If the file is not a YAML mapping of text to text.
    """
    try:
        found = YAML(typ="safe").load(Path(path).read_text(encoding="utf-8"))
    except YAMLError as error:
        raise BadInput(f"{path} is not YAML: {' '.join(str(error).split())}") from error
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise BadInput(f"{path}: it must be a mapping, one line for each name ('Calm / Soft: Lullabies')")
    for old, new in found.items():
        if not isinstance(old, str) or not (new is None or isinstance(new, str)):
            raise BadInput(f"{path}: '{old}: {new}' must be a name and a name; put quotes around it")
    return {old: (new or "").strip() for old, new in found.items()}


def rename(
    themes: Mapping[int, Theme], own: Mapping[str, str], file: str | Path = BY_HAND
) -> dict[int, Theme]:
    """Give clusters the names that a person wants.

    Parameters
    ----------
    themes
        Cluster to its theme, with the names that were found.
    own
        Result of `read_own_names`; an entry whose name does not occur changes nothing.
    file
        Where they were read, for the message.

    Raises
    ------
    BadInput
        If two clusters would get one name.
    """
    renamed = {
        cluster: _renamed(theme, own[theme.name]) if theme.name and theme.name in own else theme
        for cluster, theme in themes.items()
    }
    names = [theme.name for theme in renamed.values() if theme.name]
    for name in names:
        if names.count(name) > 1:
            raise BadInput(f"{file}: two labels would be called '{name}'; names must differ")
    return renamed


def _renamed(theme: Theme, name: str) -> Theme:
    return replace(theme, name=name, named_by="hand") if name else Theme("", "unwanted")
