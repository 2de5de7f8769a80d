"""The parameters a stage declared, and no others.

Confined stages get exactly their declared parameters from the wrapper (a JSON file named by ``REPRISE_PARAMS``).
A script started by hand outside the pipeline reads ``params.yaml`` of the current directory instead.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reprise.errors import UndeclaredParameter

PARAMS_VARIABLE = "REPRISE_PARAMS"


class Params:
    """Nested parameters with attribute access.

    Parameters
    ----------
    values
        Nested mapping of plain values.
    path
        Dotted position of this node, for messages.
    """

    def __init__(self, values: dict[str, Any], path: str = "") -> None:
        self._values = values
        self._path = path

    def __getattr__(self, key: str) -> Any:
        """Return a value, or the node below it.

        Raises
        ------
        UndeclaredParameter
            If the stage did not declare the parameter in ``dvc.yaml``.
        """
        if key.startswith("__"):
            raise AttributeError(key)
        if key not in self._values:
            name = f"{self._path}.{key}" if self._path else key
            stage = os.environ.get("DVC_STAGE", "this stage")
            raise UndeclaredParameter(
                f"{stage} reads parameter '{name}' but does not declare it: add '- {name}' under its params in dvc.yaml"
            )
        value = self._values[key]
        if isinstance(value, dict):
            return Params(value, f"{self._path}.{key}" if self._path else key)
        return value

    def __getitem__(self, key: str) -> Any:
        """Return ``getattr(self, key)``: for keys that are data (a model's name)."""
        return self.__getattr__(key)

    def __contains__(self, key: str) -> bool:
        """Whether the parameter is declared."""
        return key in self._values

    def __iter__(self) -> Iterator[str]:
        """Iterate over the keys in file order."""
        return iter(self._values)

    def to_dict(self) -> dict[str, Any]:
        """Return the values as plain nested dictionaries."""
        copied: dict[str, Any] = json.loads(json.dumps(self._values))
        return copied


def load() -> Params:
    """Return the parameters of the running stage.

    Returns
    -------
    Params
        Declared parameters only (inside the pipeline), or all of ``params.yaml`` (by hand).
    """
    source = os.environ.get(PARAMS_VARIABLE)
    if source:
        return Params(json.loads(Path(source).read_text(encoding="utf-8")))
    from ruamel.yaml import YAML

    return Params(YAML(typ="safe").load(Path("params.yaml")))
