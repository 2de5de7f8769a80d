"""The mood model on disk: weights, configuration, and the design's ``av_regressor.pth``."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from reprise.emotion.musav import DIMENSIONS
from reprise.emotion.regressor import MoodRegressor, as_values, calibrate
from reprise.errors import BadInput
from reprise.finetune.backbone import from_arrays, to_arrays
from reprise.finetune.crops import Floats
from reprise.tables import read_json, read_tensors, write_json, write_tensors

WEIGHTS, CONFIG, PICKLED = "weights.safetensors", "config.json", "av_regressor.pth"
REFERENCE = "reference_scores"
PAIRS, VALUES = "pairs", "values"
CALIBRATION = {
    PAIRS: "modelled chance that a listener puts the track above a random track of the emotion corpus: mean of sigma(score - reference score)",
    VALUES: "absolute value on the scale of the emotion corpus, 0 to 1: sigma(score)",
}
"""What a value of arousal or valence says, by what the model learned from."""


@dataclass(frozen=True)
class Mood:
    """A mood model with the scores of its own corpus, against which it is calibrated.

    Attributes
    ----------
    model
        The perceptron.
    reference
        Its scores of the emotion corpus, shape (m, 2).
    trained_on
        Name of that corpus.
    learned_from
        `PAIRS` or `VALUES`.
    """

    model: MoodRegressor
    reference: Floats
    trained_on: str
    learned_from: str = PAIRS

    @property
    def calibration(self) -> str:
        """What a value says."""
        return CALIBRATION[self.learned_from]

    def predict(self, embeddings: Floats) -> Floats:
        """Return calibrated arousal and valence in [0, 1], shape (n, 2)."""
        scores = self.model.scores(embeddings)
        return calibrate(scores, self.reference) if self.learned_from == PAIRS else as_values(scores)


def save_mood(directory: str | Path, mood: Mood, hidden: int) -> None:
    """Write a mood model."""
    folder = Path(directory)
    arrays = to_arrays(mood.model)
    write_tensors(folder / WEIGHTS, {**arrays, REFERENCE: mood.reference})
    write_json(
        folder / CONFIG,
        {
            "available": True,
            "dimensions": mood.model.mean.numel(),
            "hidden": hidden,
            "outputs": ", ".join(DIMENSIONS),
            "calibration": mood.calibration,
            "learned_from": mood.learned_from,
            "trained_on": mood.trained_on,
        },
    )
    buffer = (
        io.BytesIO()
    )  # torch names the archive after its file: written through memory, equal weights give equal bytes
    torch.save(mood.model.state_dict(), buffer)
    (folder / PICKLED).write_bytes(buffer.getvalue())


def save_unavailable(directory: str | Path, why: str) -> None:
    """Write that there is no mood model, and why."""
    write_json(Path(directory) / CONFIG, {"available": False, "why": why})


def load_mood(directory: str | Path) -> Mood | str:
    """Return a saved mood model, or why there is none.

    Raises
    ------
    BadInput
        If its outputs are not in the order of `DIMENSIONS`.
    """
    folder = Path(directory)
    config: dict[str, Any] = read_json(folder / CONFIG)
    if not config["available"]:
        return str(config["why"])
    if config["outputs"] != ", ".join(DIMENSIONS):
        raise BadInput(f"{folder / CONFIG}: outputs '{config['outputs']}' must be '{', '.join(DIMENSIONS)}'")
    arrays = read_tensors(folder / WEIGHTS)
    reference = arrays.pop(REFERENCE)
    model = MoodRegressor(config["dimensions"], config["hidden"])
    from_arrays(model, arrays)
    return Mood(model.eval(), reference, config["trained_on"], config.get("learned_from", PAIRS))
