"""The process that looks at uploads: what it may touch, how long it may take, and what becomes of its answer."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from tests.web.test_security import WAV
from tests.web.test_tracks import ask

from reprise.confine import landlock
from reprise.web import sandbox, upload
from reprise.web.app import make_app
from reprise.web.run import LiveRun

SOURCE = Path(__file__).parents[2] / "src"

TRIES = """
import socket, sys
from pathlib import Path
from reprise.web.place_worker import shut_doors
root, private = Path(sys.argv[1]), Path(sys.argv[2])
assert shut_doors(root, private)
def tried(act):
    try:
        act()
    except OSError:
        return "refused"
    return "done"
print(tried(lambda: (root / "dvc.lock").read_bytes()), tried(lambda: (private.parent / "secret").read_text()),
      tried(lambda: (root / "metrics/new").write_text("x")), tried(lambda: socket.create_connection(("127.0.0.1", int(sys.argv[3])), 2)),
      tried(lambda: (private / "own").write_text("x")), tried(lambda: (root / "metrics/lookup.json").read_bytes()))
"""


@pytest.mark.skipif(landlock.abi_version() < 4, reason="Landlock here does not close TCP, or there is none")
def test_it_can_read_the_run_and_write_its_own_folder_and_nothing_else(folder: Path, tmp_path: Path) -> None:
    import socket

    private = tmp_path / "private"
    private.mkdir()
    (tmp_path / "secret").write_text("of the user")
    with socket.create_server(("127.0.0.1", 0)) as server:
        command = [sys.executable, "-c", TRIES, str(folder), str(private), str(server.getsockname()[1])]
        found = subprocess.run(command, capture_output=True, text=True, cwd=SOURCE, check=False)
    assert found.stdout.split() == ["refused", "refused", "refused", "refused", "done", "done"], found.stderr


def worker(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, body: str) -> None:
    """Put another program in the place of the process that loads the models."""
    package = tmp_path / "fake/reprise/web"
    package.mkdir(parents=True)
    for part in (package, package.parent):
        (part / "__init__.py").write_text("")
    (package / "place_worker.py").write_text(body)
    genuine = sandbox._environment
    monkeypatch.setattr(sandbox, "_environment", lambda _source, private: genuine(tmp_path / "fake", private))


def place(tmp_path: Path, seconds: float = 30.0) -> dict[str, Any]:
    file = tmp_path / "upload"
    file.write_bytes(WAV)
    return asyncio.run(sandbox.place_in_sandbox(tmp_path, file, seconds))


@pytest.mark.parametrize(
    ("body", "status"),
    [("import os; os._exit(9)", 415), ("print('no JSON')", 415), ("print('[1]')", 415), ("print('x' * 5_000_000)", 415), ("import time; time.sleep(60)", 504)],
)  # fmt: skip
def test_a_process_that_dies_babbles_or_hangs_is_a_problem_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, body: str, status: int
) -> None:
    worker(monkeypatch, tmp_path, body)
    found = place(tmp_path, 3.0 if status == 504 else 30.0)
    assert found["status"] == status
    assert found["problem"]


def test_nothing_of_the_servers_environment_is_passed_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "x")
    worker(monkeypatch, tmp_path, "import json, os; print(json.dumps(dict(os.environ)))")
    assert "SECRET_TOKEN" not in place(tmp_path)


def test_a_placed_file_is_answered_with_its_neighbours_as_tracks(
    live: LiveRun, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    near = [track["track_id"] for track in ask(client, "tracks", size=3)["tracks"]]
    seen: list[Path] = []

    async def answer(_root: Path, file: Path, _seconds: float) -> dict[str, Any]:
        seen.append(file)
        assert file.read_bytes() == WAV
        return {"label": "a", "probabilities": {"a": 0.5, "b": 0.5}, "entropy": 0.6931472, "map_x": 0.0, "map_y": 0.0,
                "neighbours": [{"track_id": one, "distance": 1.5} for one in [*near, "unknown"]]}  # fmt: skip

    monkeypatch.setattr(upload, "place_in_sandbox", answer)
    reply = TestClient(make_app(live), base_url="http://localhost").post("/api/v1/place", content=WAV)
    assert reply.status_code == 200, reply.text
    assert [track["track_id"] for track in reply.json()["neighbours"]] == near
    assert reply.json()["track"]["uncertainty"] == pytest.approx(1.0)
    assert not seen[0].exists()


def test_the_sentence_of_an_unusable_file_reaches_the_visitor(
    live: LiveRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def answer(*_: object) -> dict[str, Any]:
        return {"problem": "the file cannot be used (too_short): 1 s", "status": 415}

    monkeypatch.setattr(upload, "place_in_sandbox", answer)
    reply = TestClient(make_app(live), base_url="http://localhost").post("/api/v1/place", content=WAV)
    assert (reply.status_code, reply.json()["detail"]) == (415, "the file cannot be used (too_short): 1 s")
