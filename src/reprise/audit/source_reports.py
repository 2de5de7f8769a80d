"""Reading what the run reported, and the artefacts from which it is computed again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from reprise.audit.material import Report, Reports
from reprise.audit.recompute.clusterings import Declared
from reprise.audit.recompute.judged import SongPredictions
from reprise.tables import read_json, read_table

METRICS = ("cluster", "evaluate", "compare", "relabel", "finetune", "transfer", "regress", "lookup")
LABELS = "tracks_with_cluster_names.csv"


def read_reports(data: Path, metrics: Path, params: Mapping[str, Any]) -> Reports:
    """Read the reports.

    Parameters
    ----------
    data, metrics
        Folders of artefacts and metrics.
    params
        ``seed``, ``cluster`` and ``compare`` of the parameters.
    """
    reports: dict[str, Report] = {name: read_json(metrics / f"{name}.json") for name in METRICS}
    cluster = params["cluster"]
    labels = pd.read_csv(data / LABELS, dtype=str, keep_default_na=False)
    return Reports(
        metrics=reports,
        declared=Declared(
            int(cluster["k"]), int(params["seed"]), int(cluster["seeds"]), tuple(cluster["methods"])
        ),
        compare_seeds=int(params["compare"]["seeds"]),
        assignments=read_table(data / "clusters/assignments.parquet", "assignments"),
        acoustic=read_table(data / "relabel/clusters.parquet"),
        lookup=read_table(data / "lookup/lookup.parquet"),
        acoustic_labels=dict(zip(labels["track_id"], labels["new_acoustic_label"], strict=True)),
        songs=_songs(data),
    )


def _songs(data: Path) -> SongPredictions | None:
    """Apply the saved regressor to the test songs, as anyone would who has only the artefacts."""
    if not read_json(data / "regressor/config.json")["available"]:
        return None
    from reprise.songs.artefacts import load_regressor  # torch: spared where there is no regressor
    from reprise.songs.source import read_songs

    saved, corpus = load_regressor(data / "regressor"), data / "corpus/songs"
    songs = read_songs(
        corpus,
        data / "features/songs/vectors/descriptors.parquet",
        data / "lyrics/songs",
        data / "splits/songs.parquet",
        saved.targets,
    )
    predicted, _ = saved.regressor.predict(saved.regressor.encode(songs))
    train, test = songs.part("train"), songs.part("test")
    return SongPredictions(
        targets=saved.targets,
        truth=songs.targets[test],
        predicted=predicted[test],
        baseline=songs.targets[train].mean(axis=0),
        counts={part: len(songs.part(part)) for part in ("train", "validation", "test")},
    )
