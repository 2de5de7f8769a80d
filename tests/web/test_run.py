"""Reading a run: quickly and with little, anew when it changes, and with a sentence when it is broken."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fastapi.testclient import TestClient
from tests.web.conftest import TRACKS
from tests.web.test_tracks import ask

from reprise.errors import BadInput, MissingData
from reprise.web.app import make_app
from reprise.web.load import load_catalogue
from reprise.web.made_run import MODEL, Size, make_run
from reprise.web.map_places import complete_places, principal_plane
from reprise.web.reports import comparison
from reprise.web.run import LiveRun
from reprise.web.run_files import LABEL_INDEX, LOCK, TABLES, RunFiles

HEAVY = ("torch", "librosa", "pandas", "sklearn", "scipy", "transformers", "matplotlib", "numba")


def test_a_server_that_is_ready_has_imported_nothing_heavy(folder: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from reprise.web.app import make_app; from reprise.web.run import LiveRun;"
        "from reprise.web.run_files import RunFiles; import reprise.web.serve, uvicorn;"
        "live = LiveRun(RunFiles(Path(sys.argv[1]))); make_app(live); live.run.text; live.run.space;"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code, str(folder)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2] / "src",
    )
    assert found.stdout.strip() == "[]"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    root = tmp_path / "run"
    make_run(root, Size(40, 12, dimensions=4), seed=1)
    return root


def test_a_changed_run_shows_at_the_next_load_of_the_page(small: Path) -> None:
    client = TestClient(make_app(LiveRun(RunFiles(small))), base_url="http://localhost")
    before = ask(client, "version")
    assert ask(client, "facets")["tracks"] == 40
    shutil.rmtree(small)
    make_run(small, Size(30, 10, dimensions=4), seed=2)
    (small / LOCK).write_text("schema: '2.0'\nstages: {}\n")
    after = ask(client, "version")
    assert after["run"] != before["run"]
    assert after["dvc_lock_sha256"] != before["dvc_lock_sha256"]
    assert ask(client, "facets")["tracks"] == 30
    assert ask(client, "tracks")["total"] == 30


def test_while_a_run_is_computed_the_old_one_answers_and_health_says_so(small: Path) -> None:
    client = TestClient(make_app(LiveRun(RunFiles(small))), base_url="http://localhost")
    (small / TABLES["lookup"]).write_bytes(b"half")
    ask(client, "version")
    health = ask(client, "health")
    assert health["status"] == "ok"
    assert "not a parquet table" in health["trouble"]
    assert ask(client, "tracks")["total"] == 40


def test_without_a_lookup_table_the_message_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(MissingData, match="run the pipeline first"):
        LiveRun(RunFiles(tmp_path))


def test_labels_of_another_run_are_refused(small: Path) -> None:
    index = json.loads((small / LABEL_INDEX).read_text())
    (small / LABEL_INDEX).write_text(json.dumps({**index, "other": 9}))
    with pytest.raises(BadInput, match="do not name the same labels"):
        load_catalogue(RunFiles(small))


def test_a_run_of_the_lookup_table_alone_is_shown(small: Path) -> None:
    for name, path in TABLES.items():
        if name != "lookup":
            (small / path).unlink()
    shutil.rmtree(small / "data/models")
    client = TestClient(make_app(LiveRun(RunFiles(small))), base_url="http://localhost")
    facets = ask(client, "facets")
    assert (facets["tracks"], facets["predicted"]) == (12, 12)
    assert any("no latents" in note for note in facets["notes"])
    track = ask(client, "tracks")["tracks"][0]
    assert track["title"] == track["track_id"][:8]
    listed = {one["track_id"] for one in ask(client, "tracks")["tracks"]}
    near = [one["track_id"] for one in ask(client, f"tracks/{track['track_id']}/neighbours")["tracks"]]
    table = pd.read_parquet(small / TABLES["lookup"]).set_index("track_id")["neighbours"]
    assert near == [one for one in table[track["track_id"]] if one in listed]
    assert client.get("/api/v1/recommendations", params={"like": track["track_id"]}).status_code == 404
    assert len(ask(client, "labels")) == 6


def test_places_of_all_tracks_continue_those_of_the_table(folder: Path) -> None:
    catalogue = load_catalogue(RunFiles(folder))
    latents = np.load(folder / "data/models" / MODEL / "latents.npy").astype(float)
    centred = latents - latents.mean(axis=0)
    axes = np.linalg.svd(centred, full_matrices=False)[2][:2]
    places = np.column_stack([catalogue.numbers["map_x"], catalogue.numbers["map_y"]])
    assert np.allclose(np.abs(centred @ axes.T), np.abs(places), atol=1e-3)
    assert len(places) == TRACKS


def test_latents_of_another_run_are_not_put_on_the_map() -> None:
    draw = np.random.default_rng(0)
    one, other = (draw.normal(size=(50, 4)).astype(np.float32) for _ in range(2))
    table = np.full((50, 2), np.nan)
    table[:10] = principal_plane(one)[:10]
    places, why = complete_places(table, other)
    assert "not those of the lookup table" in why
    assert np.isnan(places[10:]).all()
    flipped, why = complete_places(table * [-1, 1], one)
    assert not why
    assert np.allclose(flipped[:, 0], -complete_places(table, one)[0][:, 0])


def test_the_map_can_be_drawn_from_its_bytes(client: TestClient) -> None:
    reply = client.get("/api/v1/map")
    size = int.from_bytes(reply.content[:4], "little")
    header = json.loads(reply.content[4 : 4 + size])
    start = -(-(4 + size) // 8) * 8
    columns = {one["name"]: one for one in header["columns"]}
    xs = np.frombuffer(reply.content, "<f4", TRACKS, start + columns["map_x"]["offset"])
    codes = np.frombuffer(reply.content, "<i2", TRACKS, start + columns["genre"]["offset"])
    tracks = [*ask(client, "tracks", size=200)["tracks"], *ask(client, "tracks", size=200, page=2)["tracks"]]
    assert np.allclose(xs, [track["map_x"] for track in tracks], atol=1e-5)
    assert [header["names"]["genre"][code] for code in codes] == [track["genre"] for track in tracks]
    assert client.get("/api/v1/map", headers={"If-None-Match": reply.headers["etag"]}).status_code == 304


def test_meanings_are_said_with_the_figures_of_all_tracks_beside(client: TestClient) -> None:
    clusters = ask(client, "clusters")
    assert sum(cluster["tracks"] for cluster in clusters) == TRACKS
    assert "compared with the others" in clusters[0]["meaning"]
    assert all(one["text_all"] in clusters[0]["meaning"] for one in clusters[0]["sound"][:3])
    labels = ask(client, "labels")
    assert "more frequent here than chance explains: calm (3.0 times)" in labels[0]["meaning"]
    assert all(abs(sum(one["share"] for one in cluster["genres"]) - 1) < 1e-3 for cluster in clusters)


def test_scores_of_a_model_that_was_given_labels_have_their_chance(tmp_path: Path) -> None:
    ami = {"value": 0.4, "low": 0.3, "high": 0.5, "chance": 0.01, "chance_high": 0.02}
    on_test = {"ami": {"value": 0.4, "low": 0.3, "high": 0.5, "chance_high": 0.02}}
    models = {"cvae": {"fair_scope": "test", "genre": {"ami": ami, "test": on_test}}}
    (tmp_path / "metrics").mkdir()
    (tmp_path / "metrics/compare.json").write_text(json.dumps({"models": models}))
    (row,) = comparison(RunFiles(tmp_path))["models"]
    assert row["genre"] == {"ami": {"value": 0.4, "low": 0.3, "high": 0.5, "chance": 0.01}}


def test_reports_of_the_run_are_served(client: TestClient) -> None:
    models = ask(client, "models")
    assert [row["model"] for row in models["models"]] == ["conv_vae", "pca"]
    assert models["models"][0]["selected"] is True
    assert ask(client, "audit")["checks"][0]["check"] == "splits"
    assert ask(client, "metrics")["metrics"]["lookup"]["selected_model"] == MODEL


def test_groups_and_metrics_come_as_csv(client: TestClient) -> None:
    def rows(path: str) -> list[dict[str, str]]:
        reply = client.get(f"/api/v1/{path}", params={"format": "csv"})
        assert reply.headers["content-type"].startswith("text/csv")
        return list(csv.DictReader(io.StringIO(reply.text)))

    for path, key in (("labels", "label"), ("clusters", "cluster")):
        groups = ask(client, path)
        for row, group in zip(rows(path), groups, strict=True):
            assert row[key] == str(group[key])
            assert row["meaning"] == group["meaning"]
            assert row["central"].split(";") == group["central"]
            assert row["arousal"] == str(group["mood"]["arousal"])
    found = {(row["file"], row["key"]): row["value"] for row in rows("metrics")}
    assert found["lookup", "selected_model"] == MODEL
    assert found["compare", "models.conv_vae.genre.ami.value"] == "0.5"
