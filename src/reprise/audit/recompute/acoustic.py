"""Acoustic labels, what was taught of them, and the lookup table, computed again from clusters, descriptors and predictions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.metrics import accuracy_score, f1_score, silhouette_score

from reprise.audit.finding import Finding
from reprise.audit.labelling import Strings
from reprise.audit.recompute.agree import agreed, counted, entry, granular

if TYPE_CHECKING:
    import pandas as pd

PARTS = ("train", "validation", "test")


def standardised_by(values: np.ndarray, train: np.ndarray) -> np.ndarray:
    """Return columns with mean 0 and deviation 1 over the training rows; a constant column stays as it is, centred."""
    scale = values[train].std(axis=0)
    standardised: np.ndarray = (values - values[train].mean(axis=0)) / np.where(scale > 1e-12, scale, 1.0)
    return standardised


def relabelling(
    reported: Mapping[str, Any], clusters: pd.DataFrame, values: np.ndarray, parts: Mapping[str, str]
) -> Iterator[Finding]:
    """Yield coherence and sizes of the acoustic clusters.

    Parameters
    ----------
    reported
        ``metrics/relabel.json``.
    clusters
        ``track_id``, ``split``, ``cluster``, ``label``; rows as in ``values``.
    values
        Standardised descriptors, shape (n, 22).
    parts
        Part of each track, by the split.
    """
    ids, number = clusters["track_id"].to_numpy(dtype=str), clusters["cluster"].to_numpy(dtype=np.int64)
    split = np.array([parts.get(track, "") for track in ids])
    moved = int(np.count_nonzero(split != clusters["split"].to_numpy(dtype=str)))
    yield counted(
        "parts of acoustic clusters", "relabel", len(ids) - moved, len(parts), "tracks in their part"
    )
    for part in PARTS:
        silhouette = entry(reported, "silhouette", part)
        rows = split == part
        if silhouette is not None:
            again = float(silhouette_score(values[rows], number[rows]))
            yield agreed(
                ("silhouette", f"acoustic clusters of {part} tracks", "relabel"),
                float(silhouette["value"]),
                again,
            )
    kept = int(np.count_nonzero(clusters["label"].to_numpy(dtype=str) != ""))
    yield counted("acoustic labels", "relabel", int(reported["tracks"]["labelled"]), kept, "labelled tracks")


def finetuning(
    reported: Mapping[str, Any],
    labels: Mapping[str, str],
    predicted: Mapping[str, str],
    parts: Mapping[str, str],
) -> Iterator[Finding]:
    """Yield accuracy and macro F1 of the taught model, from the lookup table's predictions; granularity of the other methods.

    Parameters
    ----------
    reported
        ``metrics/finetune.json``.
    labels
        Acoustic label of each track that has one.
    predicted
        Acoustic label that the lookup table gives each test track.
    parts
        Part of each track.
    """
    methods = entry(reported, "methods")
    if methods is None:
        return
    test = sorted(track for track in labels if parts.get(track) == "test")
    yield counted("finetuned methods", "finetune", int(reported["tracks"]["test"]), len(test), "test tracks")
    for method, scores in methods.items():
        yield granular(("accuracy", method, "finetune"), float(scores["accuracy"]["value"]), len(test))
    truth = [labels[track] for track in test]
    said = [predicted.get(track, "") for track in test]
    occurring = sorted(set(truth))
    again = {
        "accuracy": float(accuracy_score(truth, said)),
        "macro_f1": float(f1_score(truth, said, labels=occurring, average="macro", zero_division=0)),
    }
    remedy = "score the predictions that the lookup table shows, on all labelled test tracks"
    for metric, value in again.items():
        yield agreed(
            (metric, "lora", "finetune"), float(methods["lora"][metric]["value"]), value, remedy=remedy
        )


def lookup(
    reported: Mapping[str, Any],
    table: pd.DataFrame,
    latents: tuple[Strings, np.ndarray] | None,
    artists: Mapping[str, str],
    parts: Mapping[str, str],
) -> Iterator[Finding]:
    """Yield rows, entropy and recall of the lookup table, and whether its neighbours are the nearest.

    Parameters
    ----------
    reported
        ``metrics/lookup.json``.
    table
        ``data/lookup/lookup.parquet``.
    latents
        Ids and vectors of the selected model, if it is available.
    artists, parts
        Artist and part of each track.
    """
    test = sum(part == "test" for part in parts.values())
    yield counted("lookup table", "lookup", len(table), test, "rows")
    strangers = sum(parts.get(track) != "test" for track in table["track_id"].astype(str))
    yield counted("lookup table, by part", "lookup", len(table) - strangers, test, "rows of test tracks")
    chances = table[[column for column in table if str(column).startswith("prob_")]].to_numpy(
        dtype=np.float64
    )
    entropy = -(chances * np.log(np.where(chances > 0, chances, 1.0))).sum(axis=1)
    yield agreed(
        ("mean entropy", "the lookup table", "lookup"), float(reported["mean_entropy"]), float(entropy.mean())
    )
    recall = entry(reported, "neighbours", "same_artist_recall")
    if latents is None or recall is None:
        return
    found, asked = _recall(table, latents, artists)
    yield counted(
        "queries with another track by their artist", "lookup", int(recall["queries"]), asked, "queries"
    )
    yield agreed(("same-artist recall", "the lookup table", "lookup"), float(recall["value"]), found)


def _recall(
    table: pd.DataFrame, latents: tuple[Strings, np.ndarray], artists: Mapping[str, str]
) -> tuple[float, int]:
    """Recall of same-artist tracks among the nearest in the latents, by brute force, and the number of queries that have any."""
    ids, values = latents[0], latents[1].astype(np.float64)
    known = np.array([artists.get(track, "") for track in ids])
    position = {track: row for row, track in enumerate(ids)}
    k = max((len(near) for near in table["neighbours"]), default=0)
    shares = []
    for track in table["track_id"].astype(str):
        row = position[track]
        same = (known == known[row]) & (known != "")
        same[row] = False
        if same.any():
            distance = np.linalg.norm(values - values[row], axis=1)
            distance[row] = np.inf
            shares.append(same[np.argsort(distance, kind="stable")[:k]].sum() / min(k, int(same.sum())))
    return (float(np.mean(shares)) if shares else float("nan")), len(shares)
