"""The comparison as data: one nested block of metrics per representation, one flat row per table line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reprise.evaluation.selected import INTERVALS
from reprise.evaluation.uncertainty import Interval, around
from reprise.report.contestant import Absentee, Result
from reprise.report.expected import EXPECTED

if TYPE_CHECKING:
    import pandas as pd

PEER, LINEAR = "hand-made", "pca"
ORDERED = ("genre", "language")


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
    """

    results: Sequence[Result]
    absent: Sequence[Absentee]
    missing: dict[str, str]

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
        "conclusions": conclusions(comparison),
    }


def conclusions(comparison: Comparison) -> dict[str, Any]:
    """Return what the comparison says, decided by paired intervals only."""
    models = [result for result in comparison.results if result.contestant.kind == "model"]
    ahead = [r.contestant.name for r in models if (gain := comparison.gain(r, PEER)) and gain.low > 0]
    behind = [r.contestant.name for r in models if (gain := comparison.gain(r, PEER)) and gain.high < 0]
    return {
        "models_compared": len(models),
        "models_ahead_of_hand_made": len(ahead),
        "models_behind_hand_made": len(behind),
        "ahead_of_hand_made": ", ".join(ahead) or "none",
        "behind_hand_made": ", ".join(behind) or "none",
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


def _block(comparison: Comparison, result: Result) -> dict[str, Any]:
    contestant = result.contestant
    block: dict[str, Any] = {
        "available": True,
        "kind": contestant.kind,
        "labels_used": contestant.labels_used,
        "fair_scope": result.scope,
        "latent_dim": contestant.latents.shape[1],
        "parameters": {"available": False, "why": "the model's config.json does not count them"}
        if contestant.parameters is None
        else contestant.parameters,
    } | result.metrics
    for attribute in ORDERED:
        if attribute in comparison.missing:
            block[attribute] = {"available": False, "why": comparison.missing[attribute]}
            continue
        block[attribute] = {
            scope: {metric: estimate.to_dict() for metric, estimate in scores.items()}
            for (name, scope), scores in result.scores.items()
            if name == attribute
        }
    for key, other in (("gain_over_hand_made", PEER), ("gain_over_pca", LINEAR)):
        gain = comparison.gain(result, other)
        if gain is not None:
            block[key] = gain.to_dict()
    return block | ({"expected": expected(result)} if contestant.name in EXPECTED else {})


def expected(result: Result) -> dict[str, Any]:
    """Return the designs' values beside the measured ones."""
    found: dict[str, Any] = {}
    for metric, quoted in EXPECTED[result.contestant.name].items():
        value = _measured(result, metric)
        if value is not None:
            found[metric] = quoted.to_dict() | {"measured": value, "verdict": quoted.compare(value)}
    return found


def _measured(result: Result, metric: str) -> float | None:
    if metric == "parameters":
        return None if result.contestant.parameters is None else float(result.contestant.parameters)
    if metric == "silhouette":
        value: float | None = result.metrics["silhouette"].get("value")
        return value
    scores = result.scores.get(("genre", result.scope))
    return scores[metric].tracks.value if scores else None


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
        for scope, suffix in ((result.scope, ""), ("test", "_test")):
            for metric, estimate in result.scores.get((attribute, scope), {}).items():
                name = f"{attribute}_{metric}{suffix}"
                row |= {
                    name: estimate.tracks.value,
                    f"{name}_low": estimate.tracks.low,
                    f"{name}_high": estimate.tracks.high,
                }
                row[f"{name}_chance"] = estimate.chance_high
        for probe in ("linear", "knn"):
            row[f"{attribute}_probe_{probe}"] = result.metrics["probe"][attribute].get(probe, {}).get("value")
    for key, other in (("gain_over_hand_made", PEER), ("gain_over_pca", LINEAR)):
        gain = comparison.gain(result, other)
        row |= {key: gain and gain.value, f"{key}_low": gain and gain.low, f"{key}_high": gain and gain.high}
    return row
