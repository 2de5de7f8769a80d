"""Fetching weights from the hub into the folder that `pretrain` starts from: by a person, for no stage has a network."""

from __future__ import annotations

from pathlib import Path

from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

from reprise.errors import DownloadFailed
from reprise.finetune.given import CONFIG, WEIGHTS, has_weights

FOLDER = Path("inputs/backbone")


def fetch_weights(name: str, folder: Path = FOLDER, revision: str | None = None) -> Path:
    """Fetch configuration and weights of a model, and nothing else.

    Parameters
    ----------
    name
        Name on the hub, such as ``microsoft/resnet-18``.
    folder
        Where to put them.
    revision
        Branch, tag or commit; the newest by default. A commit makes it repeatable, but DVC hashes the files in any case.

    Raises
    ------
    DownloadFailed
        If the hub cannot be reached, or has no such model.
    BadInput
        If the model has no ``model.safetensors``.
    """
    try:
        snapshot_download(name, revision=revision, local_dir=folder, allow_patterns=[CONFIG, WEIGHTS])
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
        raise DownloadFailed(
            f"weights '{name}' could not be fetched ({str(error).splitlines()[0]}); put {CONFIG} and {WEIGHTS} into {folder} by hand"
        ) from error
    has_weights(folder)
    return folder
