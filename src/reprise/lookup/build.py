"""Building the lookup table and its metrics from everything that the pipeline learned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from reprise.emotion.store import Mood
from reprise.errors import BadInput
from reprise.finetune.inputs import Spectrograms
from reprise.finetune.saved import SavedModel
from reprise.lookup.place import Atlas, Places, draw_atlas, find_places
from reprise.lookup.prediction import predict
from reprise.lookup.recommending import judge_by_artist, judge_by_tag, read_evidence
from reprise.lookup.report import summarise
from reprise.lookup.table import assemble
from reprise.models.read_latents import Latents, Unavailable


@dataclass(frozen=True)
class Sources:
    """What the table is made of.

    Attributes
    ----------
    spectrograms
        Of all tracks.
    saved
        The finetuned model.
    mood
        The mood model, or why there is none.
    latents
        Of the selected model, or why there are none.
    assignments, groups, descriptors, tags
        Tables of these contracts; artists, descriptors and tags (of training and validation tracks) judge neighbours only.
    """

    spectrograms: Spectrograms
    saved: SavedModel
    mood: Mood | str
    latents: Latents | Unavailable
    assignments: pd.DataFrame
    groups: pd.DataFrame
    descriptors: pd.DataFrame
    tags: pd.DataFrame


@dataclass(frozen=True)
class Lookup:
    """The table and what can be said of it."""

    table: pd.DataFrame
    metrics: dict[str, Any]


def build_lookup(sources: Sources, splits: pd.DataFrame, k: int, seed: int) -> Lookup:
    """Build the lookup table of the test tracks.

    Parameters
    ----------
    sources
        Models and latents.
    splits
        Table of the contract ``splits``; rows "test" are listed.
    k
        Number of neighbours.
    seed
        Seed of the bootstrap.

    Raises
    ------
    BadInput
        If there are no test tracks, or one has no latent.
    """
    tests = splits.loc[splits["split"] == "test", "track_id"].astype(str).sort_values().reset_index(drop=True)
    if tests.empty:
        raise BadInput("lookup: no track is in the test split; raise split.test")
    rows = sources.spectrograms.rows_of(tests)
    prediction = predict(sources.saved, sources.mood, sources.spectrograms.mel, rows, "predict")
    metrics: dict[str, Any] = {"neighbours": {"available": False, "why": "the selected model has no latents"}}
    places, all_ids = None, np.empty(0, dtype=np.str_)
    if isinstance(sources.latents, Latents):
        all_ids = sources.latents.track_ids
        atlas = draw_atlas(sources.latents, sources.assignments)
        places = find_places(atlas, _rows_in(sources.latents, tests), k)
        metrics["neighbours"] = _judge(places, atlas, tests, sources, splits, seed)
    table = assemble(tests.to_numpy(dtype=np.str_), prediction, places, all_ids)
    return Lookup(table, {**summarise(table, sources.latents, sources.mood), **metrics})


def _rows_in(latents: Latents, tracks: pd.Series[str]) -> Any:
    rows = pd.Index(latents.track_ids).get_indexer(pd.Index(tracks))
    if (rows < 0).any():
        raise BadInput(
            f"lookup: test track {tracks.iloc[int(np.argmin(rows))]} has no latent; run the train stage again"
        )
    return rows.astype(np.int64)


def _judge(
    places: Places,
    atlas: Atlas,
    tests: pd.Series[str],
    sources: Sources,
    splits: pd.DataFrame,
    seed: int,
) -> dict[str, Any]:
    latents, k = atlas.latents, places.neighbours.rows.shape[1]
    train = splits.set_index("track_id")["split"].reindex(latents.track_ids).eq("train").to_numpy()
    evidence = read_evidence(latents.track_ids, sources.groups, sources.descriptors, sources.tags, train)
    return {
        "same_artist_recall": judge_by_artist(places.neighbours, _rows_in(latents, tests), evidence, seed),
        "same_tag_recall": judge_by_tag(latents.values, latents.track_ids, evidence, k, seed),
        "map_explained_variance": atlas.variance,
    }
