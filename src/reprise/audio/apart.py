"""Decode in a process of its own, so that no file can stop the pipeline.

Decoders are native code that meets any bytes a disk may hold. A file that crashes one, or keeps it busy for ever, must cost that file and
nothing else, and no thread can be stopped from outside. So each thread that decodes has a process beside it (`Decoder`), started when
it is first needed and again after a loss. The process may spend `CPU_SECONDS` of processor time on a file: an interval timer of the
kernel ends it then, so a busy machine turns no file away. `WALL_SECONDS` end the wait for a disk that does not answer, `MEMORY` bounds
what a header can make it allocate. It inherits the confinement of the stage.

Requests and replies are JSON and samples; nothing that the process sends is ever run.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
import threading
import weakref
from dataclasses import asdict
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from reprise.audio.decode import Int16, Part, decode_pcm16
from reprise.audio.opening import Source, printable
from reprise.audio.tags import read_tags
from reprise.audio.unreadable import UnreadableAudio
from reprise.errors import RepriseError

CPU_SECONDS = 60.0
"""For one file; 30 s of mp3 take 0.03, the middle of two hours of bare AAC packets, which must all be looked at, takes 0.9."""

WALL_SECONDS = 600.0
MEMORY = 4 << 30
"""Bytes of data of the process."""

SOURCES = Path(__file__).resolve().parents[2]


class Decoder:
    """A process that decodes one file after the other.

    Parameters
    ----------
    cpu_seconds, wall_seconds : float
        Limits for one file.
    """

    def __init__(self, cpu_seconds: float = CPU_SECONDS, wall_seconds: float = WALL_SECONDS) -> None:
        self._cpu_seconds, self._wall_seconds = cpu_seconds, wall_seconds
        self._process: subprocess.Popen[bytes] | None = None

    def decode(self, source: Source, part: Part) -> Int16:
        """Decode a part of a file to mono int16 at 22,050 Hz, as `reprise.audio.decode.decode_pcm16` does.

        Raises
        ------
        UnreadableAudio
            As there; and ``timeout``, ``crashed``.
        """
        request: dict[str, Any] = {"task": "decode", "part": asdict(part)}
        if isinstance(source, str | Path):
            _, samples = self._ask(request | {"path": str(source)})
        else:
            data = source if isinstance(source, bytes) else source.read()
            _, samples = self._ask(request, data)
        return np.frombuffer(samples, np.int16)

    def tags(self, path: str | Path) -> dict[str, str]:
        """Read the embedded tags of a file, as `reprise.audio.tags.read_tags` does; nothing of a file that crashes their reader."""
        try:
            reply, _ = self._ask({"task": "tags", "path": str(path)})
        except UnreadableAudio:
            return {}
        tags: dict[str, str] = reply["tags"]
        return tags

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._end()

    def _ask(self, request: dict[str, Any], data: bytes = b"") -> tuple[dict[str, Any], bytes]:
        """Send a request and wait for its reply."""
        if self._process is None:
            self._start()
        name = printable(Path(request.get("path", "bytes")).name)
        try:
            self._requests.send_bytes(json.dumps(request).encode())
            self._requests.send_bytes(data)
            if not self._replies.poll(self._wall_seconds):
                self._kill()
                raise UnreadableAudio("timeout", f"{name}: no answer within {self._wall_seconds:g} s")
            reply = json.loads(self._replies.recv_bytes())
            samples = self._replies.recv_bytes()
        except (EOFError, ConnectionError):
            raise self._lost(name) from None
        if "reason" in reply:
            raise UnreadableAudio(reply["reason"], reply["detail"])
        return reply, samples

    def _start(self) -> None:
        theirs_in, mine_out = os.pipe()
        mine_in, theirs_out = os.pipe()
        command = [
            sys.executable,
            "-m",
            __spec__.name,
            str(theirs_in),
            str(theirs_out),
            str(self._cpu_seconds),
        ]
        environment = os.environ | {"PYTHONPATH": str(SOURCES), "PYTHONSAFEPATH": "1"}
        self._process = subprocess.Popen(command, env=environment, pass_fds=(theirs_in, theirs_out))
        os.close(theirs_in)
        os.close(theirs_out)
        self._requests = Connection(mine_out, readable=False)
        self._replies = Connection(mine_in, writable=False)
        self._end = weakref.finalize(self, _end, self._process, self._requests, self._replies)
        try:
            self._replies.recv_bytes()
        except EOFError:
            status = self._process.wait()
            self._forget()
            raise RepriseError(
                f"the decoder process could not start (status {status}); see the lines above"
            ) from None

    def _lost(self, name: str) -> UnreadableAudio:
        """Say why the process is gone."""
        assert self._process is not None
        status = self._process.wait()
        self._forget()
        if status == -signal.SIGPROF:
            return UnreadableAudio(
                "timeout", f"{name}: took more than {self._cpu_seconds:g} s of processor time"
            )
        what = signal.strsignal(-status) if status < 0 else f"status {status}"
        return UnreadableAudio("crashed", f"{name}: its decoder ended with {what}")

    def _kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._forget()

    def _forget(self) -> None:
        self._end()
        self._process = None


def _end(process: subprocess.Popen[bytes], *connections: Connection) -> None:
    """Hang up, upon which the process ends, and see that it has."""
    for connection in connections:
        connection.close()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


_of_this_thread = threading.local()


def decoder() -> Decoder:
    """Return the decoder of the calling thread; it ends with the thread."""
    if not hasattr(_of_this_thread, "decoder"):
        _of_this_thread.decoder = Decoder()
    mine: Decoder = _of_this_thread.decoder
    return mine


def serve(requests: Connection, replies: Connection, cpu_seconds: float) -> None:
    """Answer requests until the other side hangs up."""
    replies.send_bytes(b"ready")
    while True:
        try:
            request = json.loads(requests.recv_bytes())
            data = requests.recv_bytes()
        except EOFError:
            return
        signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
        reply, samples = _answer(request, data)
        signal.setitimer(signal.ITIMER_PROF, 0)
        replies.send_bytes(json.dumps(reply).encode())
        replies.send_bytes(samples)


def _answer(request: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    if request["task"] == "tags":
        return {"tags": read_tags(request["path"])}, b""
    source = Path(request["path"]) if "path" in request else data
    try:
        return {}, decode_pcm16(source, Part(**request["part"])).tobytes()
    except UnreadableAudio as error:
        return {"reason": error.reason, "detail": error.detail}, b""
    except MemoryError:
        return {"reason": "too_large", "detail": f"more than {MEMORY >> 30} GiB would be needed"}, b""


def main() -> None:
    """Be the process: keep its own traces on the terminal, and what the libraries print off it."""
    sys.stderr = os.fdopen(os.dup(2), "w", buffering=1)
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 2)
    with contextlib.suppress(ValueError, OSError):  # a limit that is lower already
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # the terminal sends it to all; the stage hangs up when it ends
    requests, replies, cpu_seconds = sys.argv[1:]
    serve(
        Connection(int(requests), writable=False),
        Connection(int(replies), readable=False),
        float(cpu_seconds),
    )


if __name__ == "__main__":
    main()
