"""The paradox of conditional models: told the class, they cluster as well as before and agree with it less.

The decoder is told the class, so the latent need not hold it: the divergence from the prior is a price for every nat in
the latent, and the class is to be had for nothing elsewhere. What is left to cluster is the rest. Each conditional model
stands beside its unconditional twin of the same architecture, on the same tracks, encoded in three ways.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from reprise.clustering.methods import cluster
from reprise.evaluation import clusterings, probes, separation
from reprise.evaluation.uncertainty import Interval, Resampling, interval_over_seeds, interval_over_tracks
from reprise.evaluation.variance import chance_level, eta_squared
from reprise.models.read_latents import Latents, load_latents
from reprise.plotting.style import PALETTE, canvas, notice, plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from reprise.report.contestant import Field, Result

TWINS = {"cvae": "conv_vae", "ae_conditional": "ae_multimodal"}
"""Conditional model to its unconditional twin. (``ae_conditional`` tells its encoder alone, so nothing frees its latent.)"""
GIVEN = "latents_given"
NOT_TOLD, AVERAGED, TOLD = "not told", "told, class averaged out", "told the track's class"
MEASURES = {
    "silhouette": "silhouette",
    "ami": "AMI of clusters with the class",
    "probe": "linear probe of the class",
    "between": "variance between classes",
}


@dataclass(frozen=True)
class Encoding:
    """One way to encode the tracks, and what its latents and clusters hold.

    Parameters
    ----------
    model
        Name of the model.
    told
        `NOT_TOLD`, `AVERAGED` or `TOLD`.
    silhouette
        Of the clusters; interval over clustering seeds. ``None`` where the clusters are degenerate.
    ami
        Of clusters and class; interval over artists.
    probe
        Accuracy of a linear probe of the class, cross-validated by artist; interval over artists. Why there is none, where the
        artists of the classes allow no folds.
    between
        Share of the latents' variance that lies between classes.
    captures
        Property to the share of its variance that lies between clusters.
    """

    model: str
    told: str
    silhouette: Interval | None
    ami: Interval
    probe: Interval | str
    between: float
    captures: dict[str, float]

    def to_dict(self) -> dict[str, Any]:
        """Return the numbers by name, for metrics files."""
        return {
            "model": self.model,
            "ami": self.ami.to_dict(),
            "probe": {"available": False, "why": self.probe}
            if isinstance(self.probe, str)
            else self.probe.to_dict(),
            "variance_between_classes": self.between,
            "captures": self.captures,
        } | ({} if self.silhouette is None else {"silhouette": self.silhouette.to_dict()})


@dataclass(frozen=True)
class Pair:
    """A conditional model beside its twin.

    Parameters
    ----------
    conditional, twin
        Names.
    attribute
        The class that the conditional model is told.
    encodings
        Three, from not told to told.
    n
        Labelled training and validation tracks, on which all three are measured.
    change
        AMI told minus AMI not told, on the same tracks and resamples.
    majority
        Share of the largest class: the accuracy of the probe that always says it.
    chance
        Level of the variance between classes and of the captured variance by chance.
    """

    conditional: str
    twin: str
    attribute: str
    encodings: tuple[Encoding, ...]
    n: int
    change: Interval
    majority: float
    chance: dict[str, float]

    @property
    def verdict(self) -> str:
        """What the pair says, decided by the interval of the change alone."""
        if self.change.high < 0:
            return "told the class, the clusters agree less with it"
        return (
            "told the class, the clusters agree more with it"
            if self.change.low > 0
            else "no difference can be told"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the pair as metrics."""
        keys = {NOT_TOLD: "not_told", AVERAGED: "told_averaged_out", TOLD: "told"}
        return {
            "twin": self.twin,
            "attribute": self.attribute,
            "labels_used": f"{self.attribute} of the same tracks, as the input of the conditional model",
            "n": self.n,
            "ami_told_minus_not_told": self.change.to_dict(),
            "verdict": self.verdict,
            "majority": self.majority,
            "chance": self.chance,
        } | {keys[encoding.told]: encoding.to_dict() for encoding in self.encodings}


def read_pairs(models: Path, results: Mapping[str, Result], field: Field) -> list[Pair]:
    """Measure each conditional model that took part with its twin.

    Parameters
    ----------
    models
        Folder of trained models.
    results
        What was compared, by name.
    field
        Labels, properties, seeds.
    """
    pairs = []
    for conditional, twin in TWINS.items():
        if (
            conditional not in results
            or twin not in results
            or not (models / conditional / f"{GIVEN}.npy").exists()
        ):
            continue
        attribute = results[conditional].contestant.labels_used.split(" ")[0]
        given = load_latents(models / conditional, GIVEN)
        if isinstance(given, Latents) and attribute in field.reference.classes:
            pairs.append(_pair(conditional, twin, attribute, given, results, field))
    return pairs


def _pair(
    conditional: str, twin: str, attribute: str, given: Latents, results: Mapping[str, Result], field: Field
) -> Pair:
    rows = np.searchsorted(field.reference.track_ids, given.track_ids)
    sources = (
        (twin, NOT_TOLD, results[twin].contestant.latents[rows]),
        (conditional, AVERAGED, results[conditional].contestant.latents[rows]),
        (conditional, TOLD, given.values),
    )
    classes = field.reference.classes[attribute][rows]
    shares = np.unique(classes, return_counts=True)[1] / len(classes)
    chance = {
        "between": chance_level(len(shares), len(rows)),
        "captures": chance_level(field.k, len(rows)),
    }
    runs = [_clusters(values, field) for _, _, values in sources]
    splits = probes.usable_splits(classes, field.reference.groups[rows], field.resampling.seed)
    encodings = tuple(
        _encoding(source, run, rows, (classes, splits), field)
        for source, run in zip(sources, runs, strict=True)
    )
    change = clusterings.difference(
        classes, runs[2], runs[0], field.reference.groups[rows], field.resampling
    )["ami"]
    return Pair(conditional, twin, attribute, encodings, len(rows), change, float(shares.max()), chance)


def _clusters(values: NDArray[Any], field: Field) -> list[NDArray[np.int64]]:
    first = field.resampling.seed
    return [cluster(values, "kmeans", field.k, seed) for seed in range(first, first + field.seeds)]


def _encoding(
    source: tuple[str, str, NDArray[Any]],
    runs: list[NDArray[np.int64]],
    rows: NDArray[np.intp],
    judged: tuple[NDArray[Any], probes.Splits | str],
    field: Field,
) -> Encoding:
    (name, told, values), groups, draws = source, field.reference.groups[rows], field.resampling
    classes, splits = judged
    return Encoding(
        name,
        told,
        None
        if separation.obstacle(runs)
        else interval_over_seeds([separation.silhouette(values, run) for run in runs]),
        clusterings.score(classes, runs, groups, draws)["ami"].tracks,
        splits if isinstance(splits, str) else _probe(values, classes, groups, splits, draws),
        eta_squared(values, classes),
        {
            key: float(np.mean([eta_squared(found[rows], run) for run in runs]))
            for key, found in field.properties.items()
        },
    )


def _probe(
    values: NDArray[Any],
    classes: NDArray[Any],
    groups: NDArray[Any],
    splits: probes.Splits,
    draws: Resampling,
) -> Interval:
    scored, truth, predicted = probes.predictions(probes.linear_probe, values, classes, splits)
    hits = (truth == predicted).astype(np.float64)
    return interval_over_tracks(
        lambda of: float(hits[of].mean()), groups[scored], draws.resamples, draws.seed
    )


def figure(pairs: list[Pair]) -> Figure:
    """Draw the scores and what the clusters capture, one row per pair."""
    if not pairs:
        return notice("no conditional model and twin are available")
    drawn = canvas(11.0, 3.6 * len(pairs))
    axes = drawn.subplots(len(pairs), 2, squeeze=False)
    for row, pair in enumerate(pairs):
        scores = [[_value(encoding, name) for name in MEASURES] for encoding in pair.encodings]
        captured = [list(encoding.captures.values()) for encoding in pair.encodings]
        title = f"{pair.conditional} beside {pair.twin}, {pair.attribute}"
        for column, (values, names, text) in enumerate(
            (
                (
                    scores,
                    [
                        text.replace(" of ", "\nof ", 1).replace(" between", "\nbetween")
                        for text in MEASURES.values()
                    ],
                    title,
                ),
                (captured, list(pair.encodings[0].captures), "variance of properties between clusters"),
            )
        ):
            _bars(axes[row, column], values, names, text, [f"{e.model}, {e.told}" for e in pair.encodings])
        axes[row, 0].set_ylim(top=1.45 * axes[row, 0].get_ylim()[1])  # room for the legend
        axes[row, 0].legend(frameon=False, fontsize=8, loc="upper left")
    return drawn


def _bars(axes: Any, values: list[list[float]], names: list[str], title: str, series: list[str]) -> None:
    width = 0.8 / len(values)
    for number, (row, name) in enumerate(zip(values, series, strict=True)):
        places = np.arange(len(names)) + (number - (len(values) - 1) / 2) * width
        axes.bar(places, row, width=0.92 * width, color=PALETTE[number], label=name)
    axes.set_xticks(range(len(names)), names, fontsize=8)
    axes.set_title(title, loc="left", fontsize=10)
    axes.axhline(0.0, color="#444444", lw=0.8)
    plain(axes)


def _value(encoding: Encoding, name: str) -> float:
    found = getattr(encoding, name)
    if found is None or isinstance(found, str):  # not available: no bar
        return 0.0
    return float(found.value if isinstance(found, Interval) else found)
