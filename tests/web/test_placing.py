"""A file sent to the server of a finished run: the models of that run look at it, and say of a clip of the lookup table what the table says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from tests.web.test_tracks import ask

from reprise.web.app import make_app
from reprise.web.run import LiveRun
from reprise.web.run_files import AUDIO, LABEL_INDEX, TABLES, RunFiles

ROOT = Path(__file__).parents[2]
NEEDED = (TABLES["lookup"], LABEL_INDEX, "data/finetuned/config.json", "data/av_regressor/config.json", AUDIO)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not all((ROOT / name).exists() for name in NEEDED), reason="no finished run here (dvc repro)"
    ),
]


@pytest.fixture(scope="module")
def finished() -> Iterator[TestClient]:
    with TestClient(make_app(LiveRun(RunFiles(ROOT))), base_url="http://localhost") as made:
        yield made


def placed(client: TestClient, content: bytes) -> dict[str, Any]:
    reply = client.post("/api/v1/place", content=content)
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = reply.json()
    return found


def test_a_clip_of_the_table_is_placed_where_the_table_has_it(finished: TestClient) -> None:
    listed = ask(finished, "tracks", predicted=True, sort="-arousal", size=1)["tracks"][0]
    found = placed(finished, (ROOT / AUDIO / f"{listed['track_id']}.wav").read_bytes())
    track = found["track"]
    assert track["in_corpus"]
    for name in ("track_id", "label", "cluster"):
        assert track[name] == listed[name]
    for name in ("arousal", "valence", "uncertainty", "map_x", "map_y", "cluster_distance"):
        assert track[name] == pytest.approx(listed[name], abs=1e-4)
    near = ask(finished, f"tracks/{listed['track_id']}/neighbours")["tracks"]
    assert [one["track_id"] for one in found["neighbours"]] == [one["track_id"] for one in near]


def test_a_file_that_only_begins_like_audio_is_refused_in_a_sentence(finished: TestClient) -> None:
    reply = finished.post("/api/v1/place", content=b"fLaC" + bytes(20_000))
    assert reply.status_code == 415
    assert "the file cannot be used" in reply.json()["detail"]
    assert str(ROOT) not in reply.text
