"""Lists of tracks: what they are limited to, their order, pages and forms, against the tables of the run."""

from __future__ import annotations

import csv
import io
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from fastapi.testclient import TestClient
from tests.web.conftest import LISTED, TRACKS

from reprise.web.run_files import TABLES


def ask(client: TestClient, path: str, **values: Any) -> Any:
    reply = client.get(f"/api/v1/{path}", params=values)
    assert reply.status_code == 200, reply.text
    return reply.json()


def everything(client: TestClient, **values: Any) -> list[dict[str, Any]]:
    first = ask(client, "tracks", size=200, **values)
    rest = [
        ask(client, "tracks", size=200, page=page, **values)["tracks"]
        for page in range(2, first["pages"] + 1)
    ]
    found = [*first["tracks"], *(track for page in rest for track in page)]
    assert len(found) == first["total"]
    return found


def test_all_tracks_come_once_in_the_order_of_their_ids(client: TestClient, folder: Path) -> None:
    ids = [track["track_id"] for track in everything(client)]
    assert ids == sorted(pd.read_parquet(folder / TABLES["tracks"])["track_id"])
    assert len(ids) == TRACKS


def test_a_listed_track_says_what_the_lookup_table_says(client: TestClient, folder: Path) -> None:
    table = pd.read_parquet(folder / TABLES["lookup"])
    for row in table.iloc[::20].to_dict("records"):
        found = ask(client, f"tracks/{row['track_id']}")
        assert found["label"] == row["new_acoustic_label"]
        assert found["label_is"] == "predicted"
        assert found["probabilities"][found["label"]] == pytest.approx(
            row[f"prob_{found['label']}"], abs=1e-6
        )
        for name in ("arousal", "valence", "entropy", "map_x", "map_y", "cluster", "cluster_distance"):
            assert found[name] == pytest.approx(row[name], abs=1e-6)


def test_labels_are_encoded_as_label_to_idx_says(client: TestClient, folder: Path) -> None:
    index = pd.read_json(folder / "data/label_to_idx.json", typ="series").to_dict()
    assert all(track["label_index"] == index[track["label"]] for track in everything(client))
    assert {label["label"]: label["index"] for label in ask(client, "labels")} == index


def test_a_track_outside_the_table_has_its_given_label_and_no_mood(client: TestClient, folder: Path) -> None:
    given = pd.read_parquet(folder / TABLES["acoustic"]).set_index("track_id")["label"]
    found = everything(client, predicted=False)
    assert len(found) == TRACKS - LISTED
    assert all(track["label"] == given[track["track_id"]] and track["label_is"] == "given" for track in found)
    assert all(track["arousal"] is None and track["uncertainty"] is None for track in found)
    assert all(track["map_x"] is not None and track["cluster"] is not None for track in found)


@pytest.mark.parametrize(
    ("values", "holds"),
    [
        ({"genre": "jazz"}, lambda track: track["genre"] == "jazz"),
        ({"genre": ["jazz", "ROCK"]}, lambda track: track["genre"] in ("jazz", "rock")),
        (
            {"split": "test", "arousal_min": 0.5},
            lambda track: track["split"] == "test" and track["arousal"] >= 0.5,
        ),
        ({"valence_max": 0.4}, lambda track: track["valence"] is not None and track["valence"] <= 0.4),
        (
            {"cluster": 3, "year_min": 1990, "year_max": 1999},
            lambda track: track["cluster"] == 3 and 1990 <= track["year"] <= 1999,
        ),
        (
            {"label": "slow / tonal", "language": "Hindi"},
            lambda track: (track["label"], track["language"]) == ("slow / tonal", "Hindi"),
        ),
        ({"map_x_min": 0}, lambda track: track["map_x"] >= 0),
    ],
)
def test_exactly_what_fulfils_the_conditions_is_found(
    client: TestClient, values: dict[str, Any], holds: Any
) -> None:
    tracks = everything(client, predicted=True) if "arousal_min" in values else everything(client)
    expected = [track["track_id"] for track in tracks if holds(track)]
    assert [track["track_id"] for track in everything(client, **values)] == expected
    assert 0 < len(expected) < TRACKS


@pytest.mark.parametrize("column", ["arousal", "year", "title", "label", "cluster", "map_x"])
def test_order_rises_and_falls_with_missing_values_last(client: TestClient, column: str) -> None:
    for falling in (False, True):
        values = [track[column] for track in everything(client, sort=f"{'-' * falling}{column}")]
        known = [value for value in values if value is not None]
        assert values[: len(known)] == known
        keys = [str(value).casefold() if column == "title" else value for value in known]
        if column == "label":
            keys = [
                ask(client, f"tracks/{track['track_id']}")["label_index"]
                for track in everything(client, sort=f"{'-' * falling}{column}")[::25]
            ]
        assert all((first >= second) if falling else (first <= second) for first, second in pairwise(keys))


def test_pages_part_the_tracks_without_loss_and_end_empty(client: TestClient) -> None:
    parts = [ask(client, "tracks", size=77, page=page, sort="-valence")["tracks"] for page in range(1, 6)]
    assert [len(part) for part in parts] == [77, 77, 77, TRACKS - 231, 0]
    ids = [track["track_id"] for part in parts for track in part]
    assert len(set(ids)) == TRACKS


def test_csv_holds_the_same_as_json(client: TestClient) -> None:
    values: dict[str, Any] = {"genre": "metal", "sort": "-year", "size": 20}
    tracks = ask(client, "tracks", **values)["tracks"]
    rows = list(
        csv.DictReader(io.StringIO(client.get("/api/v1/tracks", params={**values, "format": "csv"}).text))
    )
    assert [row["track_id"] for row in rows] == [track["track_id"] for track in tracks]
    assert [row["arousal"] for row in rows] == [
        "" if track["arousal"] is None else str(track["arousal"]) for track in tracks
    ]


def test_features_give_descriptors_and_latents(client: TestClient, folder: Path) -> None:
    found = ask(client, "features", size=5)
    table = pd.read_parquet(folder / TABLES["descriptors"]).set_index("track_id")
    assert len(found["columns"]) == 1 + 22 + 8
    for row in found["rows"]:
        assert row[found["columns"].index("tempo")] == pytest.approx(table.loc[row[0], "tempo"], abs=1e-5)


def test_search_finds_words_and_beginnings_without_accents_and_titles_first(client: TestClient) -> None:
    found = ask(client, "search", q="cafe", limit=200)["tracks"]
    assert found
    assert all("café" in f"{track['title']} {track['artist']}".casefold() for track in found)
    assert "café" in found[0]["title"].casefold()
    assert {track["track_id"] for track in ask(client, "search", q="caf", limit=200)["tracks"]} == {
        track["track_id"] for track in found
    }
    both = ask(client, "search", q="cafe metal", limit=200)["tracks"]
    assert {track["track_id"] for track in both} == {
        track["track_id"] for track in found if track["genre"] == "metal"
    }
    assert ask(client, "search", q=found[0]["track_id"])["tracks"][0]["track_id"] == found[0]["track_id"]
    assert ask(client, "search", q="zzzz")["tracks"] == []


def test_facets_count_every_value(client: TestClient) -> None:
    found, tracks = ask(client, "facets"), everything(client)
    for name in ("genre", "label", "split", "language"):
        counts = pd.Series([track[name] for track in tracks]).value_counts().to_dict()
        assert {key: value for key, value in found["values"][name].items() if value} == counts
    assert found["tracks"] == TRACKS
    assert found["predicted"] == LISTED
