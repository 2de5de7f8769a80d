"""The finetuned model on disk: merged backbone, head, labels. Reading it needs no adapter library."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from reprise.errors import BadInput
from reprise.finetune.backbone import CONFIG, Backbone, from_arrays, load_backbone, save_backbone, to_arrays
from reprise.finetune.classifier import Classifier
from reprise.tables import read_json, read_tensors, write_tensors

HEAD = "head.safetensors"


@dataclass(frozen=True)
class SavedModel:
    """A finetuned classifier, ready to use.

    Attributes
    ----------
    model
        Backbone with merged adapters, and head; in evaluation mode.
    labels
        Names of the classes, in their order.
    embedding_crops
        Evenly spaced crops over which a track's embedding is averaged.
    """

    model: Classifier
    labels: list[str]
    embedding_crops: int


def save_finetuned(
    directory: str | Path, merged: Backbone, model: Classifier, labels: list[str], embedding_crops: int
) -> None:
    """Write the merged backbone, the head, and the configuration.

    Parameters
    ----------
    directory
        ``data/finetuned``.
    merged
        Backbone with the adapters merged into its kernels.
    model
        The classifier whose head is written.
    labels
        Names of the classes, in their order.
    embedding_crops
        Evenly spaced crops over which a track's embedding is averaged.
    """
    save_backbone(directory, merged, {"labels": labels, "embedding_crops": embedding_crops})
    write_tensors(Path(directory) / HEAD, to_arrays(model.head))


def load_finetuned(directory: str | Path, indices: str | Path | None = None) -> SavedModel:
    """Read what `save_finetuned` wrote.

    Parameters
    ----------
    directory
        ``data/finetuned``.
    indices
        ``data/label_to_idx.json``, to check the order of the labels against.

    Raises
    ------
    BadInput
        If head and labels, or the labels and their indices, do not belong together.
    """
    folder = Path(directory)
    config = read_json(folder / CONFIG)
    labels: list[str] = config["labels"]
    if indices and read_json(indices) != {label: index for index, label in enumerate(labels)}:
        raise BadInput(f"{indices} is not the label order of {folder / CONFIG}; run the finetune stage again")
    model = Classifier(load_backbone(folder), len(labels), frozen=True)
    head = read_tensors(folder / HEAD)
    if head["weight"].shape != (len(labels), model.backbone.dimensions):
        raise BadInput(f"{folder / HEAD}: shape {head['weight'].shape} does not fit {len(labels)} labels")
    from_arrays(model.head, head)
    return SavedModel(model.eval(), labels, config["embedding_crops"])
