"""Writing an evaluation: metrics, plot data, and the two pictures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from reprise.evaluation.projection import neighbourhood_map
from reprise.evaluation.selected import Scores, Subject, confusion, score_table
from reprise.models.read_latents import CURVE_COLUMNS
from reprise.plotting.latent import latent_map
from reprise.plotting.save import save_png
from reprise.plotting.scores import Dot, interval_dots
from reprise.plotting.style import notice
from reprise.tables import write_csv, write_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def write_plots(folder: Path, model: str, subject: Subject, scores: Scores, seed: int) -> None:
    """Write ``scores.csv``, ``confusion.csv``, ``latent.png`` and ``agreement.png``."""
    write_csv(folder / "scores.csv", score_table(subject, scores))
    write_csv(folder / "confusion.csv", confusion(subject))
    save_png(_map(model, subject, seed), folder / "latent.png")
    save_png(_agreement(model, subject, scores), folder / "agreement.png")


def write_absent_plots(folder: Path, model: str, why: str) -> None:
    """Write the same files where the model is not available: headers only, and pictures that say why."""
    header = (
        "attribute,scope,method,metric,value,low,high,seed_low,seed_high,chance,chance_high,n,labels_used\n"
    )
    write_text(folder / "scores.csv", header)
    write_text(folder / "confusion.csv", "actual,predicted\n")
    for name in ("latent.png", "agreement.png"):
        save_png(notice(f"{model} is not available: {why}"), folder / name)


def write_curve(folder: Path, model_directory: Path) -> None:
    """Copy the learning curve of the model to a fixed place, so that two selections can be compared."""
    history = model_directory / "history.tsv"
    text = history.read_text(encoding="utf-8") if history.exists() else "\t".join(CURVE_COLUMNS) + "\n"
    write_text(folder / "training.tsv", text)


def _map(model: str, subject: Subject, seed: int) -> Figure:
    points, method = neighbourhood_map(subject.latents, seed)
    clusters: NDArray[Any] = subject.clusterings[subject.headline_method][0]
    attribute = subject.headline_attribute
    colourings = {f"{subject.headline_method} cluster": clusters.astype(np.str_).tolist()}
    if attribute is not None:
        colourings = {attribute: subject.reference.classes[attribute].tolist()} | colourings
    return latent_map(points, colourings, f"{model}: latents of {len(points)} tracks, {method}")


def _agreement(model: str, subject: Subject, scores: Scores) -> Figure:
    attribute, scope = subject.headline_attribute, subject.fair_scope
    if attribute is None:
        return notice(f"{model}: no labels to compare with")
    dots = [
        Dot(method, metric.upper(), *_bounds(scores[attribute, scope, method][metric]))
        for method in subject.clusterings
        for metric in ("ami", "ari")
    ]
    title = f"{model}: agreement of clusters with {attribute}, {scope} tracks"
    return interval_dots(dots, title, "score (0 is chance, 1 is identity); bars: 95 % over artists")


def _bounds(estimate: Any) -> tuple[float, float, float, float]:
    return estimate.tracks.value, estimate.tracks.low, estimate.tracks.high, estimate.chance_high
