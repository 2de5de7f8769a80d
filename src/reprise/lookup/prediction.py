"""What the finetuned model and the mood model say about each test track."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reprise.emotion.musav import DIMENSIONS
from reprise.emotion.store import Mood
from reprise.finetune.classifier import probabilities
from reprise.finetune.embedding import outputs_by_crop
from reprise.finetune.saved import SavedModel


@dataclass(frozen=True)
class Prediction:
    """Predictions for some tracks.

    Attributes
    ----------
    labels
        Names of the classes.
    table
        Columns new_acoustic_label, one prob_<label> for each label (in [0, 1], summing to 1), entropy (nats), arousal and valence (in [0, 1];
        missing where no mood model was trained); one row per track.
    """

    labels: list[str]
    table: pd.DataFrame


def predict(
    saved: SavedModel, mood: Mood | str, mel: NDArray[Any], rows: NDArray[np.int64], desc: str = ""
) -> Prediction:
    """Apply both models to some tracks.

    Parameters
    ----------
    saved
        Finetuned backbone and head.
    mood
        Mood model, or why there is none.
    mel
        Log-mel spectrograms in dB, shape (tracks, bands, frames).
    rows
        Tracks to look at.
    desc
        Name of the work on the progress bar; none is shown without it.
    """
    outputs = outputs_by_crop(saved.model.backbone, mel, rows, saved.embedding_crops, desc)
    chances = probabilities(saved.model.head, outputs).astype(np.float64)
    table = pd.DataFrame(chances, columns=[f"prob_{label}" for label in saved.labels])
    table.insert(0, "new_acoustic_label", [saved.labels[index] for index in chances.argmax(axis=1)])
    table["entropy"] = entropy(chances)
    felt = (
        np.full((len(rows), len(DIMENSIONS)), np.nan)
        if isinstance(mood, str)
        else mood.predict(outputs.mean(axis=1))
    )
    for column, dimension in enumerate(DIMENSIONS):
        table[dimension] = felt[:, column].astype(np.float64)
    return Prediction(saved.labels, table)


def entropy(chances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return -sum p log p of each row in nats: 0 for a sure prediction, log(classes) for none at all."""
    values: NDArray[np.float64] = -(chances * np.log(np.where(chances > 0, chances, 1.0))).sum(axis=1)
    return values
