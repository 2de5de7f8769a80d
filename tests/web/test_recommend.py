"""Neighbours, tastes, moods, labels and paths, against exact calculations on the run's own latents."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.web.test_tracks import ask, everything

from reprise.web.made_run import MODEL
from reprise.web.near import Space
from reprise.web.recommend import spaced
from reprise.web.run_files import TABLES


@pytest.fixture(scope="module")
def latents(folder: Path) -> pd.DataFrame:
    home = folder / "data/models" / MODEL
    return pd.DataFrame(
        np.load(home / "latents.npy").astype(float),
        index=pd.read_parquet(home / "tracks.parquet")["track_id"],
    )


def nearest(latents: pd.DataFrame, point: Any, among: list[str], k: int) -> list[str]:
    far = np.sqrt(((latents.loc[among] - point) ** 2).sum(axis=1))
    return list(far.sort_values(kind="stable").index[:k])


def ids_of(reply: Any) -> list[str]:
    return [track["track_id"] for track in reply["tracks"]]


def test_neighbours_are_those_of_the_lookup_table(client: TestClient, folder: Path) -> None:
    for row in pd.read_parquet(folder / TABLES["lookup"]).iloc[::15].to_dict("records"):
        found = ask(client, f"tracks/{row['track_id']}/neighbours", k=10)
        assert ids_of(found) == list(row["neighbours"])
        assert [track["distance"] for track in found["tracks"]] == pytest.approx(
            list(row["neighbour_distances"]), abs=1e-5
        )


@pytest.mark.parametrize("values", [{"k": 25}, {"k": 5, "genre": "rock"}, {"k": 3, "predicted": False}])
def test_neighbours_of_any_number_and_kind_are_exact(
    client: TestClient, latents: pd.DataFrame, values: dict[str, Any]
) -> None:
    among = [
        track["track_id"]
        for track in everything(client, **{key: value for key, value in values.items() if key != "k"})
    ]
    for track in list(latents.index)[::60]:
        expected = nearest(latents, latents.loc[track], [one for one in among if one != track], values["k"])
        assert ids_of(ask(client, f"tracks/{track}/neighbours", **values)) == expected


def test_taste_moves_towards_what_is_liked_and_away_from_the_rest(
    client: TestClient, latents: pd.DataFrame
) -> None:
    like, dislike = list(latents.index[:2]), list(latents.index[2:3])
    centre = latents.loc[like].mean()
    wanted = centre + 0.5 * (centre - latents.loc[dislike].mean())
    others = [one for one in latents.index if one not in (*like, *dislike)]
    assert ids_of(ask(client, "recommendations", like=like, dislike=dislike, k=9)) == nearest(
        latents, wanted, others, 9
    )


def test_a_point_of_the_plane_gives_the_nearest_moods(client: TestClient) -> None:
    tracks = everything(client, predicted=True)
    far = {track["track_id"]: np.hypot(track["arousal"] - 0.8, track["valence"] - 0.3) for track in tracks}
    found = ask(client, "recommendations/mood", point="0.8,0.3", k=7)
    assert ids_of(found) == sorted(far, key=lambda one: (far[one], one))[:7]


def test_a_path_of_the_plane_is_walked_from_end_to_end_without_repetition(client: TestClient) -> None:
    found = ask(client, "recommendations/mood", point=["0.9,0.1", "0.1,0.9"], k=8)["tracks"]
    assert len({track["track_id"] for track in found}) == 8
    assert found[0]["arousal"] > found[-1]["arousal"]
    assert found[0]["valence"] < found[-1]["valence"]


def test_a_label_gives_its_surest_tracks_first(client: TestClient, folder: Path) -> None:
    table = pd.read_parquet(folder / TABLES["lookup"]).set_index("track_id")["prob_slow / tonal"]
    found = ask(client, "recommendations/label", label="Slow / Tonal", k=12)["tracks"]
    assert [1 - track["distance"] for track in found] == pytest.approx(
        sorted(table, reverse=True)[:12], abs=1e-5
    )


def test_a_path_between_tracks_keeps_its_ends_and_repeats_nothing(
    client: TestClient, latents: pd.DataFrame
) -> None:
    start, end = latents.index[5], latents.index[200]
    found = ids_of(ask(client, "path", start=start, end=end, steps=10))
    assert (found[0], found[-1], len(set(found))) == (start, end, 10)
    direction = latents.loc[end] - latents.loc[start]
    along = [float((latents.loc[one] - latents.loc[start]) @ direction) for one in found]
    assert along[0] < np.mean(along[1:5]) < np.mean(along[5:9]) < along[-1]


def test_a_path_from_a_track_to_itself_is_that_track_once_more_filled(
    client: TestClient, latents: pd.DataFrame
) -> None:
    track = latents.index[0]
    found = ids_of(ask(client, "path", start=track, end=track, steps=4))
    assert found[0] == track
    assert len(set(found)) == len(found) == 3


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 60), st.integers(1, 6), st.integers(0, 10_000))
def test_the_nearest_are_found_exactly_in_any_space(size: int, k: int, seed: int) -> None:
    values = np.random.default_rng(seed).normal(size=(size, 3)).astype(np.float32)
    values[:: max(2, size // 3)] = np.nan
    known = np.flatnonzero(np.isfinite(values).all(axis=1))
    found = Space(values).nearest(np.zeros(3), k)
    expected = np.sort(np.linalg.norm(values[known].astype(float), axis=1))[:k]
    assert np.allclose(found.distances, expected)
    assert set(found.rows) <= set(known)


def test_points_on_a_path_have_equal_distances() -> None:
    points = spaced(np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 1.0]]), 5)
    assert np.allclose(points, np.array([[0.0, 0.0], [0.0, 0.5], [0.0, 1.0], [0.5, 1.0], [1.0, 1.0]]))


def test_a_playlist_says_how_long_its_tracks_are(client: TestClient) -> None:
    (track,) = ask(client, "tracks", size=1)["tracks"]
    text = client.post("/api/v1/playlist", json={"track_ids": [track["track_id"]]}).text
    assert f"#EXTINF:30,{track['artist']} - {track['title']}" in text.splitlines()
