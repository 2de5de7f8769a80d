"""Fetching models from the hub into ``inputs/``: by a person, for no stage that uses them has a network."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

from reprise.errors import BadInput, DownloadFailed
from reprise.lyrics.packaged import GIVEN, folder_name

BACKBONE = Path("inputs/backbone")
CONFIG, WEIGHTS = "config.json", "model.safetensors"


class Use(str, Enum):
    """What a model is for."""

    backbone = "backbone"
    lyrics = "lyrics"


FILES = {
    Use.backbone: [CONFIG, WEIGHTS],
    Use.lyrics: ["*.json", "*.txt", "*.model", WEIGHTS, f"*/{WEIGHTS}"],  # tokenizer and pooling as well
}
"""What is fetched of a model: no pickled weights, and no code."""


def fetch_weights(name: str, use: Use, root: Path = Path(), revision: str | None = None) -> Path:
    """Fetch configuration and weights of a model, and nothing else.

    Parameters
    ----------
    name
        Name on the hub, such as ``microsoft/resnet-18``.
    use
        What it is for.
    root
        Folder of the project.
    revision
        Branch, tag or commit; the newest by default. A commit makes it repeatable, but DVC hashes the files in any case.

    Returns
    -------
    Path
        The folder that holds it.

    Raises
    ------
    DownloadFailed
        If the hub cannot be reached, or has no such model.
    BadInput
        If the model has no ``model.safetensors``.
    """
    folder = root / (BACKBONE if use == Use.backbone else GIVEN / folder_name(name))
    try:
        snapshot_download(name, revision=revision, local_dir=folder, allow_patterns=FILES[use])
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
        raise DownloadFailed(
            f"weights '{name}' could not be fetched ({str(error).splitlines()[0]}); put {CONFIG}, {WEIGHTS} and what else "
            f"belongs to them into {folder} by hand"
        ) from error
    missing = [part for part in (CONFIG, WEIGHTS) if not (folder / part).is_file()]
    if missing:
        raise BadInput(f"{name} has no {missing[0]}; pickled weights are not read")
    return folder
