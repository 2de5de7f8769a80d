"""From a model's name, parameters and tracks to its artefacts: what both training stages do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from reprise.models.base import FitReport, Model
from reprise.models.build import build_model, check_params, model_class, validate
from reprise.models.read_latents import CURVE_COLUMNS, SEEDS
from reprise.models.store import Unavailable, save_latents, save_model, save_unavailable
from reprise.tables import write_array, write_csv, write_json
from reprise.training.settings import Run, TrainingParams, scratch_folder
from reprise.training.tracks import Tracks


@dataclass(frozen=True)
class Fitted:
    """A trained model with its report and what it says about every track.

    Parameters
    ----------
    model
        The model, with its best weights.
    report
        Learning curve and signs of life.
    latents
        Shape ``(n_tracks, latent_dim)``, float32.
    extras
        Further artefacts by file name.
    """

    model: Model
    report: FitReport
    latents: Any
    extras: dict[str, Any]


def fit_model(
    name: str, config: Mapping[str, Any], training: Mapping[str, Any], seed: int, tracks: Tracks
) -> Fitted | Unavailable:
    """Train a model and embed every track.

    Parameters
    ----------
    name
        Name of the model's file.
    config
        Its block of ``params.yaml``.
    training
        The block ``training``.
    seed
        Seed of weights, crops and noise.
    tracks
        Inputs; rows of the splits, and labels where the model is given them.

    Returns
    -------
    Fitted or Unavailable
        ``Unavailable`` where the dataset lacks what the model needs.

    Raises
    ------
    BadParameter
        If a parameter is unknown, missing or out of range.
    CollapsedModel
        If training ends in a model without life.
    """
    params = check_params(name, config)
    run = Run(validate(TrainingParams, training, "training"), seed, scratch_folder())
    kind = model_class(name)
    why = kind.obstacle(params, tracks)
    if why is not None:
        return Unavailable(why)
    model = build_model(name, config, tracks.shapes(kind.condition(params)), seed)
    report = model.fit(tracks, run)
    return Fitted(model, report, model.embed(tracks), model.extras(tracks))


def fit_further(
    name: str, config: Mapping[str, Any], training: Mapping[str, Any], seed: int, tracks: Tracks
) -> list[Any]:
    """Return the latents of trainings from further seeds, ``training.seeds - 1`` arrays as in `Fitted.latents`.

    Parameters and errors are those of `fit_model`; nothing is trained where the dataset lacks what the model needs.
    """
    count = validate(TrainingParams, training, "training").seeds
    fits = (fit_model(name, config, training, seed + number, tracks) for number in range(1, count))
    return [fitted.latents for fitted in fits if isinstance(fitted, Fitted)]


def write_further(directory: Path, latents: list[Any]) -> None:
    """Write the latents of further seeds as ``seeds/1.npy``, ``seeds/2.npy``, ...; no folder where there are none."""
    for number, values in enumerate(latents, 1):
        write_array(directory / SEEDS / f"{number}.npy", values)


def write_fitted(directory: Path, name: str, fitted: Fitted | Unavailable, tracks: Tracks, seed: int) -> None:
    """Write the model's directory: weights, configuration, latents, or why there are none."""
    if isinstance(fitted, Unavailable):
        save_unavailable(directory, name, fitted.why)
        return
    save_model(directory, name, fitted.model, seed)
    write_curve(directory / "history.tsv", fitted)
    save_latents(directory, tracks.ids, fitted.latents, fitted.extras)


def write_curve(path: Path, fitted: Fitted | Unavailable) -> None:
    """Write the learning curve as tab-separated text; only the header where there is none."""
    rows = [] if isinstance(fitted, Unavailable) else fitted.report.history
    names = list(dict.fromkeys([*CURVE_COLUMNS, *(name for row in rows for name in row)]))
    write_csv(path, pd.DataFrame(rows, columns=names), separator="\t")


def write_metrics(path: Path, fitted: Fitted | Unavailable) -> None:
    """Write what the training did as metrics: numbers, booleans and strings."""
    if isinstance(fitted, Unavailable):
        write_json(path, {"available": False, "why": fitted.why})
        return
    model, report = fitted.model, fitted.report
    best = report.history[report.best_epoch - 1]
    losses = {
        split: {
            name.removeprefix(f"{split}_"): value
            for name, value in best.items()
            if name.startswith(f"{split}_")
        }
        for split in ("train", "validation")
    }
    write_json(
        path,
        {
            "available": True,
            "parameters": model.n_parameters,
            "epochs": len(report.history),
            "best_epoch": report.best_epoch,
            "latent_dim": model.latent_dim,
            "form": model.form,
            "labels_used": model.labels_used,
            **losses,
            **report.health,
        },
    )
