"""The load generator of `web.py`: servers in processes of their own, and 50 connections from this machine, each with one request at a time."""

from __future__ import annotations

import asyncio
import gc
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import uvloop

from reprise.web.made_run import GENRES, LABELS

ROOT = Path(__file__).resolve().parents[1]
CLIENTS = 50
Requests = Iterator[tuple[str, str]]


@dataclass
class Load:
    """What a load saw: seconds of each reply by kind of request, what went wrong, and the processor time of both sides."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    errors: int = 0
    wall: float = 0.0
    cpu: float = 0.0
    cpu_clients: float = 0.0

    @property
    def requests(self) -> int:
        """Number of replies."""
        return sum(map(len, self.seconds.values()))


class Server:
    """A server in a process of its own: `reprise serve`, or another program that is told its port last."""

    def __init__(self, root: Path, command: list[str] | None = None) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        own = ["-m", "reprise.cli", "serve", "--root", str(root), "--port"]
        environment = os.environ | {
            "PYTHONPATH": str(ROOT / "src"),
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
        }
        started = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, *(command or own), str(self.port)], env=environment, stdout=subprocess.DEVNULL
        )
        while not self.answers():
            if self.process.poll() is not None:
                sys.exit("the server did not start")
            time.sleep(0.02)
        self.start, self.start_cpu = time.monotonic() - started, self.cpu()

    def answers(self) -> bool:
        """Return whether it answers a request."""
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", self.port)):
                return False
            probe.settimeout(30)
            probe.sendall(f"GET /api/v1/health HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n\r\n".encode())
            return probe.recv(12) == b"HTTP/1.1 200"

    def cpu(self) -> float:
        """Return its processor seconds so far."""
        times = psutil.Process(self.process.pid).cpu_times()
        return float(times.user + times.system)

    def memory(self) -> int:
        """Return its resident bytes."""
        return int(psutil.Process(self.process.pid).memory_info().rss)

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait(20)


def requests_of(ids: list[str], seed: int) -> Requests:
    """Yield kinds and addresses of requests: neighbours of random tracks, filtered and sorted pages; few are asked twice."""
    draw = random.Random(seed)
    while True:
        if draw.random() < 0.5:
            yield "neighbours", f"/api/v1/tracks/{draw.choice(ids)}/neighbours?k=10"
        else:
            low = round(draw.random() * 0.5, 2)
            kind = draw.choice(
                [
                    f"genre={draw.choice(GENRES)}",
                    f"label={draw.choice(LABELS).replace(' ', '%20')}",
                    "split=test",
                    f"cluster={draw.randrange(10)}",
                ]
            )
            yield (
                "filtered page",
                f"/api/v1/tracks?{kind}&arousal_min={low}&sort=-valence&page={draw.randrange(1, 20)}&size=50",
            )


def put_load(server: Server, ids: list[str], seconds: float, pause: float, seed: int) -> Load:
    """Put 50 clients on a server, each with pauses of the given mean between its requests; with a pause of 0 each asks again at once."""
    load, before, own, started = Load(), server.cpu(), time.process_time(), time.monotonic()

    async def together() -> None:
        connections = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(CLIENTS)]
        await asyncio.sleep(
            0.3
        )  # until the server has accepted all of them: under load it takes them in one at a time
        until = time.monotonic() + seconds
        await asyncio.gather(
            *(
                _client(connection, requests_of(ids, seed + one), load, until, pause, random.Random(one))
                for one, connection in enumerate(connections)
            )
        )

    gc.collect()
    gc.disable()  # a pass over the ids here would be counted as the server's time
    try:
        uvloop.run(together())
    finally:
        gc.enable()
    load.wall, load.cpu = time.monotonic() - started, server.cpu() - before
    load.cpu_clients = time.process_time() - own
    return load


async def _client(
    connection: tuple[asyncio.StreamReader, asyncio.StreamWriter], asked: Requests, load: Load, until: float, pause: float, draw: random.Random,
) -> None:  # fmt: skip
    """Ask one thing after the other on one connection until a time."""
    reader, writer = connection
    await asyncio.sleep(draw.random() * pause)
    while time.monotonic() < until:
        kind, path = next(asked)
        request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
        started = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(_length(head))
        load.seconds.setdefault(kind, []).append(time.perf_counter() - started)
        load.errors += not head.startswith(b"HTTP/1.1 200")
        if pause:
            await asyncio.sleep(draw.expovariate(1 / pause))
    writer.close()


def _length(head: bytes) -> int:
    """Return the length of the body that a reply's head announces."""
    start = head.lower().index(b"content-length:") + 15
    return int(head[start : head.index(b"\r", start)])
