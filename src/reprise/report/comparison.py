"""The comparison as data: one nested block of metrics per representation, one flat row per table line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reprise.evaluation.selected import INTERVALS
from reprise.evaluation.uncertainty import Interval, around
from reprise.report.contestant import Absentee, Contestant, Result
from reprise.report.control import Control
from reprise.report.expected import Expected, expected_of
from reprise.report.paradox import Pair

if TYPE_CHECKING:
    import pandas as pd

PEER, LINEAR = "hand-made", "pca"
GAINS = {"gain_over_hand_made": PEER, "gain_over_pca": LINEAR}
ORDERED = ("genre", "language")
WITHOUT_NETWORK = {"stack": "wccn"}
"""Models that put a network's embeddings beside hand-made features, and what they are without the network.

Being ahead of hand-made features is no merit of a network where those features are inside.
"""


@dataclass(frozen=True)
class Comparison:
    """All results.

    Parameters
    ----------
    results
        What was measured, models first.
    absent
        Models that the dataset cannot train.
    missing
        Attribute to why it cannot be compared with.
    controls
        Representations that contain the label itself: what a leak looks like.
    pairs
        Conditional models beside their unconditional twins.
    """

    results: Sequence[Result]
    absent: Sequence[Absentee]
    missing: dict[str, str]
    controls: Sequence[Control] = ()
    pairs: Sequence[Pair] = ()

    @property
    def attribute(self) -> str | None:
        """The attribute that models are ranked by: genre where known, else language, else none."""
        usable = [name for name in ORDERED if name not in self.missing]
        return usable[0] if usable else None

    def result(self, name: str) -> Result | None:
        """Return the result of a name, if it took part."""
        return next((result for result in self.results if result.contestant.name == name), None)

    def gain(self, result: Result, over: str) -> Interval | None:
        """Return AMI minus that of another representation on the same fair tracks, resample by resample."""
        other, attribute = self.result(over), self.attribute
        if (
            other is None
            or other is result
            or attribute is None
            or (attribute, result.scope) not in result.scores
        ):
            return None
        key = (attribute, result.scope)
        value = result.scores[key]["ami"].tracks.value - other.scores[key]["ami"].tracks.value
        return around(value, (result.replicates[key]["ami"] - other.replicates[key]["ami"]).tolist())

    def gain_over_trainings(self, result: Result, over: str) -> Interval | None:
        """Return AMI minus that of another representation, mean and interval over trainings; ``None`` for one training."""
        other, attribute = self.result(over), self.attribute
        if other is None or other is result or attribute is None:
            return None
        fixed = other.scores.get((attribute, result.scope), {}).get("ami")
        return None if fixed is None else result.trainings.gain(attribute, "ami", fixed.tracks.value)

    @property
    def best_deep(self) -> Result | None:
        """The deep representation that agrees best with the attribute on its fair tracks."""
        key = self.attribute
        found = [r for r in self.results if is_deep(r.contestant) and key and (key, r.scope) in r.scores]
        return max(found, key=lambda r: r.scores[str(key), r.scope]["ami"].tracks.value, default=None)


def is_deep(contestant: Contestant) -> bool:
    """Whether a representation was learned in steps, from maps and words alone."""
    return contestant.deep and contestant.name not in WITHOUT_NETWORK


def metrics(comparison: Comparison, k: int, seeds: int) -> dict[str, Any]:
    """Return the content of ``metrics/compare.json``."""
    blocks = {result.contestant.name: _block(comparison, result) for result in comparison.results}
    blocks |= {absentee.name: {"available": False, "why": absentee.why} for absentee in comparison.absent}
    return {
        "method": "kmeans",
        "k": k,
        "seeds": seeds,
        "intervals": INTERVALS,
        "n_tracks": len(comparison.results[0].contestant.latents),
        "models": blocks,
        "missing": comparison.missing,
        "negative_controls": {control.name: control.to_dict() for control in comparison.controls},
        "paradox": {pair.conditional: pair.to_dict() for pair in comparison.pairs},
        "conclusions": conclusions(comparison),
    }


def conclusions(comparison: Comparison) -> dict[str, Any]:
    """Return what the comparison says, decided by paired intervals only."""
    models = [result for result in comparison.results if result.contestant.kind == "model"]
    ahead = [r.contestant.name for r in models if (gain := comparison.gain(r, PEER)) and gain.low > 0]
    behind = [r.contestant.name for r in models if (gain := comparison.gain(r, PEER)) and gain.high < 0]
    best = comparison.best_deep
    return {
        "models_compared": len(models),
        "models_ahead_of_hand_made": len(ahead),
        "models_behind_hand_made": len(behind),
        "ahead_of_hand_made": ", ".join(ahead) or "none",
        "behind_hand_made": ", ".join(behind) or "none",
        "deep_ahead_of_hand_made": ", ".join(
            name for name in ahead if (found := comparison.result(name)) and is_deep(found.contestant)
        )
        or "none",
        "best_deep": "none" if best is None else best.contestant.name,
        "ahead_of_pca": ", ".join(
            r.contestant.name for r in models if (gain := comparison.gain(r, LINEAR)) and gain.low > 0
        )
        or "none",
    }


def table(comparison: Comparison) -> pd.DataFrame:
    """Return one row per representation, scored on the tracks that are fair for it, and on test tracks."""
    import pandas as pd

    rows = [_row(comparison, result) for result in comparison.results]
    rows += [{"model": a.name, "available": False, "why": a.why} for a in comparison.absent]
    return pd.DataFrame(rows)


def records(comparison: Comparison) -> str:
    """Return one JSON record per representation, for the bar charts of ``dvc plots``."""
    attribute = comparison.attribute
    found = []
    for result in comparison.results if attribute else ():
        scores = result.scores.get((str(attribute), result.scope), {})
        values = {metric: float(f"{estimate.tracks.value:.6g}") for metric, estimate in scores.items()}
        if values:
            found.append({"model": result.contestant.name, "scope": result.scope} | values)
    return json.dumps(found, indent=2, sort_keys=True) + "\n"


def expected(result: Result) -> list[tuple[str, Expected, float]]:
    """Return each score the designs quote for a model, what they expect of it, and what was measured."""
    contestant = result.contestant
    attribute = "language" if contestant.labels_used.startswith("language") else "genre"
    scores = result.scores.get((attribute, result.scope), {})
    measured = {metric: estimate.tracks.value for metric, estimate in scores.items()}
    if "value" in result.metrics["silhouette"]:
        measured["silhouette"] = result.metrics["silhouette"]["value"]
    if contestant.parameters is not None:
        measured["parameters"] = float(contestant.parameters)
    quoted = expected_of(contestant.name, attribute)
    return [(metric, quoted[metric], measured[metric]) for metric in quoted if metric in measured]


def _block(comparison: Comparison, result: Result) -> dict[str, Any]:
    contestant = result.contestant
    uncounted = {"available": False, "why": "the model's config.json does not count them"}
    block: dict[str, Any] = {
        "available": True,
        "kind": contestant.kind,
        "labels_used": contestant.labels_used,
        "fair_scope": result.scope,
        "latent_dim": contestant.latents.shape[1],
        "parameters": uncounted if contestant.parameters is None else contestant.parameters,
    } | result.metrics
    for attribute in ORDERED:
        block[attribute] = _agreement(comparison, result, attribute)
    for key, other in GAINS.items():
        gain, repeated = comparison.gain(result, other), comparison.gain_over_trainings(result, other)
        if gain is not None:
            block[key] = gain.to_dict()
        if repeated is not None:
            block[f"{key}_over_trainings"] = repeated.to_dict()
    network = WITHOUT_NETWORK.get(contestant.name)
    added = None if network is None else comparison.gain(result, network)
    if added is not None:
        block["network_adds"] = added.to_dict() | {"without_network": network}
    if contestant.trainings:
        block["trainings"] = result.trainings.to_dict()
    block["expected"] = {
        metric: quoted.to_dict() | {"measured": value, "verdict": quoted.compare(value)}
        for metric, quoted, value in expected(result)
    }
    return block


def _agreement(comparison: Comparison, result: Result, attribute: str) -> dict[str, Any]:
    """Return all metrics on the fair tracks, and AMI and ARI on the test tracks."""
    if attribute in comparison.missing:
        return {"available": False, "why": comparison.missing[attribute]}
    fair = result.scores.get((attribute, result.scope), {})
    test = result.scores.get((attribute, "test"), {})
    return {metric: estimate.to_dict() for metric, estimate in fair.items()} | {
        "test": {
            metric: test[metric].tracks.to_dict() | {"chance_high": test[metric].chance_high}
            for metric in ("ami", "ari")
            if test
        }
    }


def _row(comparison: Comparison, result: Result) -> dict[str, Any]:
    contestant = result.contestant
    row: dict[str, Any] = {
        "model": contestant.name,
        "available": True,
        "why": "",
        "kind": contestant.kind,
        "labels_used": contestant.labels_used,
        "scope": result.scope,
        "latent_dim": contestant.latents.shape[1],
        "live_units": result.metrics["live_units"],
        "parameters": contestant.parameters,
        "silhouette": result.metrics["silhouette"].get("value"),
        "davies_bouldin": result.metrics["davies_bouldin"].get("value"),
    }
    for attribute in ORDERED:
        for metric, estimate in result.scores.get((attribute, result.scope), {}).items():
            row |= _columns(f"{attribute}_{metric}", estimate.tracks)
            row[f"{attribute}_{metric}_chance"] = estimate.chance
        for metric in ("ami", "ari"):
            if (attribute, "test") in result.scores:
                row |= _columns(f"{attribute}_test_{metric}", result.scores[attribute, "test"][metric].tracks)
        for probe in ("linear", "knn"):
            row[f"{attribute}_probe_{probe}"] = result.metrics["probe"][attribute].get(probe, {}).get("value")
    for key, other in GAINS.items():
        row |= _columns(key, comparison.gain(result, other))
    return row | _repeated(result)


def _repeated(result: Result) -> dict[str, Any]:
    """Return the columns of AMI and silhouette over trainings; none where there is one training."""
    columns: dict[str, Any] = {}
    for name, group, metric in (
        *((f"{attribute}_ami_trainings", attribute, "ami") for attribute in ORDERED),
        ("silhouette_trainings", "separation", "silhouette"),
    ):
        found = result.trainings.interval(group, metric)
        columns |= {} if found is None else _columns(name, found)
    return columns


def _columns(name: str, interval: Interval | None) -> dict[str, float | None]:
    if interval is None:
        return {name: None, f"{name}_low": None, f"{name}_high": None}
    return {name: interval.value, f"{name}_low": interval.low, f"{name}_high": interval.high}
