"""How a dataset is found: by the name of its file, so that adding one changes no other file."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from pathlib import Path

from reprise.datasets.base import DATASET_PARAMETER, EMBEDDED, ROLES, Dataset
from reprise.errors import BadParameter


def find(name: str) -> Dataset:
    """Return the dataset that the file ``reprise/datasets/<name>.py`` declares.

    Raises
    ------
    BadParameter
        If there is no such file, or it declares no dataset.
    """
    module_name = f"{__package__}.{name}"
    if not name.isidentifier() or importlib.util.find_spec(module_name) is None:
        raise BadParameter(f"dataset '{name}': there is no src/reprise/datasets/{name}.py")
    module = importlib.import_module(module_name)
    if not hasattr(module, "INFO"):
        raise BadParameter(
            f"dataset '{name}': src/reprise/datasets/{name}.py declares no INFO, so it is no dataset"
        )
    optional = {
        key: getattr(module, key, None) for key in ("pairs", "count", "remotes", "n_samples", "skipped")
    }
    return Dataset(name, module.INFO, module.load, **optional)


def names() -> list[str]:
    """Names of all dataset files, sorted; inside a confined stage, of those it may read."""
    found = []
    for item in pkgutil.iter_modules([str(Path(__file__).parent)]):
        try:
            module = importlib.import_module(f"{__package__}.{item.name}")
        except OSError:  # a stage may read the code of its own dataset only
            continue
        if hasattr(module, "INFO"):
            found.append(item.name)
    return sorted(found)


def dataset_parameter(role: str) -> str:
    """Return the parameter that selects a role's dataset.

    Raises
    ------
    BadParameter
        If there is no such role.
    """
    if role not in DATASET_PARAMETER:
        raise BadParameter(f"role '{role}': must be one of {', '.join(ROLES)}")
    return DATASET_PARAMETER[role]


def for_role(name: str, role: str) -> Dataset:
    """Return a dataset that can fill a role.

    Raises
    ------
    BadParameter
        If it cannot, or the role does not exist; says which datasets can.
    """
    parameter = dataset_parameter(role)
    dataset = find(name)
    if role not in dataset.info.roles:
        able = sorted({EMBEDDED} | {other for other in names() if role in find(other).info.roles})
        raise BadParameter(
            f"{parameter} = '{name}': {dataset.info.title} cannot fill the role '{role}', only "
            f"{', '.join(dataset.info.roles)}; use one of: {', '.join(able)}"
        )
    return dataset
