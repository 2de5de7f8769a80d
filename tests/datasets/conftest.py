"""A loopback server with faults, and a small dataset whose archive a test fills as it likes."""

from __future__ import annotations

import hashlib
import io
import socket
import struct
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from reprise.datasets.archive import zip_members
from reprise.datasets.base import Dataset, Info, RawTrack, Remote, Request
from reprise.datasets.genre_folders import MISSING, genre_tracks

N_SAMPLES = 22_050
HTML = b"<!DOCTYPE html><html><body>Sign in</body></html>"


@dataclass
class FaultyServer:
    """Serves ``files``; the next requests for a path meet its ``faults``, then all is well.

    Faults: a status (``500``); ``no-ranges`` (sends all whatever is asked); after half of the rest ``truncated`` (hangs
    up), ``reset`` (breaks the line), ``stalled`` (says nothing more) or ``dripping`` (a byte now and then).
    """

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    faults: dict[str, list[str]] = field(default_factory=dict)
    delay: float = 0.0
    log: list[tuple[str, str]] = field(default_factory=list)
    sent: Counter[str] = field(default_factory=Counter)
    busy: int = 0
    most_at_once: int = 0
    over: threading.Event = field(default_factory=threading.Event)

    def ranges(self) -> list[str]:
        """Return the Range header of each request so far, empty where there was none."""
        return [requested for _, requested in self.log]


def handler_of(state: FaultyServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.busy += 1
            state.most_at_once = max(state.most_at_once, state.busy)
            state.over.wait(state.delay)
            try:
                self._answer()
            finally:
                state.busy -= 1

        def _answer(self) -> None:
            path, requested = unquote(self.path), self.headers.get("Range", "")
            state.log.append((path, requested))
            faults = state.faults.get(path, [])
            fault = faults.pop(0) if faults else ""
            body = state.files.get(path)
            if fault.isdigit() or body is None:
                self.send_error(int(fault or 404))
                return
            start = 0 if fault == "no-ranges" else int(requested.removeprefix("bytes=").rstrip("-") or 0)
            if start >= len(body):
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{len(body)}")
                self.end_headers()
                return
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(body) - start))
            self.send_header("ETag", f'"{hashlib.sha256(body).hexdigest()[:16]}"')
            self.end_headers()
            self._send(path, body[start:], fault)

        def _send(self, path: str, body: bytes, fault: str) -> None:
            breaks = fault in ("truncated", "reset", "stalled", "dripping")
            first, rest = (body[: len(body) // 2], body[len(body) // 2 :]) if breaks else (body, b"")
            state.sent[path] += len(first)
            self.wfile.write(first)
            if fault == "reset":
                time.sleep(0.2)  # what was sent must have been read: a reset throws away what is on its way
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
            elif fault == "stalled":
                state.over.wait(5.0)
            elif fault == "dripping":
                for byte in rest:
                    if state.over.wait(0.02):
                        return
                    state.sent[path] += 1
                    self.wfile.write(bytes([byte]))

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    return Handler


class QuietServer(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """A connection that the test broke on purpose is no news."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FaultyServer]:
    """A server on the loopback device, an empty cache, and no waiting between attempts."""
    state = FaultyServer()
    http = QuietServer(("127.0.0.1", 0), handler_of(state))
    state.url = f"http://127.0.0.1:{http.server_address[1]}"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    monkeypatch.setenv("REPRISE_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("REPRISE_MIRROR", raising=False)
    monkeypatch.setattr("reprise.datasets.transfer.LONGEST_WAIT", 0.0)
    yield state
    state.over.set()
    http.shutdown()
    thread.join()
    http.server_close()


def tone(seed: int, n_samples: int = N_SAMPLES, level: float = 0.1) -> npt.NDArray[np.int16]:
    """Noise with a seed: a track that differs from all others."""
    noise = np.random.default_rng(seed).normal(0.0, level * 32_768, n_samples)
    return np.clip(np.rint(noise), -32_768, 32_767).astype(np.int16)


def encoded(
    samples: npt.NDArray[np.generic], rate: int = 22_050, kind: str = "WAV", subtype: str = "PCM_16"
) -> bytes:
    """Return samples as an audio file."""
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format=kind, subtype=subtype)
    return file.getvalue()


def write_zip(path: Path, members: dict[str, bytes]) -> Path:
    """Write an archive with the given members, in the given order."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return path


def load_folders(request: Request) -> Iterator[RawTrack]:
    yield from genre_tracks(list(zip_members(request.files["main.zip"]).items()))


@pytest.fixture
def folders() -> Dataset:
    """A dataset in folders of genres, with clips of one second."""
    info = Info(
        title="Folders",
        licence="none",
        source="a test",
        homepage="",
        n_samples=N_SAMPLES,
        roles=("tracks",),
        provides=frozenset({"genre"}),
        missing=MISSING,
        remotes=(Remote("main.zip", "http://upstream.invalid/main.zip"),),
    )
    return Dataset("folders", info, load_folders, None)


@pytest.fixture
def request_of(tmp_path: Path) -> Callable[[dict[str, bytes]], Request]:
    """Make a request for the tracks of an archive with the given members."""

    def make(members: dict[str, bytes], workers: int = 2) -> Request:
        path = write_zip(tmp_path / "main.zip", members)
        return Request(role="tracks", options={}, files={"main.zip": path}, workers=workers)

    return make
