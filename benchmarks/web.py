"""The explorer under load: start, memory, latency at 100,000 tracks with 50 clients, and drawing in Chromium; writes its section of docs/benchmarks.md.

    python benchmarks/web.py                 about three minutes
    python benchmarks/web.py --soak 600      the same, and ten minutes of paced load

The load generator speaks to this machine only and is bounded: 50 connections, each with one request at a time.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from reprise.web.chromium import NoBrowser, browser
from reprise.web.made_run import GENRES, LABELS, Size, make_run
from sections import machine, write_section  # the folder of this script is on the path

ROOT = Path(__file__).resolve().parents[1]
CLIENTS, LARGE, MIDDLE = 50, 100_000, 18_000


PAN = """async () => {
  const plot = document.querySelector('.plot'), box = plot.getBoundingClientRect(), started = performance.now();
  const send = (kind, x, y) => plot.dispatchEvent(new PointerEvent(kind, { clientX: box.left + x, clientY: box.top + y, pointerId: 1, bubbles: true }));
  plot.setPointerCapture = () => {};
  send('pointerdown', 500, 300);
  let frames = 0;
  await new Promise((done) => {
    const step = () => {
      frames += 1;
      send('pointermove', 500 + 200 * Math.sin(frames / 15), 300 + 100 * Math.cos(frames / 15));
      if (performance.now() - started < 4000) requestAnimationFrame(step); else done();
    };
    requestAnimationFrame(step);
  });
  send('pointerup', 500, 300);
  return frames / ((performance.now() - started) / 1000);
}"""
"""Drags the map once a frame for four seconds; returns frames per second."""


@dataclass
class Load:
    """What a load saw: seconds of each reply by kind of request, and what went wrong."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    errors: int = 0
    wall: float = 0.0
    cpu: float = 0.0

    @property
    def requests(self) -> int:
        """Number of replies."""
        return sum(map(len, self.seconds.values()))


class Server:
    """`reprise serve` in a process of its own."""

    def __init__(self, root: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        command = [
            sys.executable,
            "-m",
            "reprise.cli",
            "serve",
            "--root",
            str(root),
            "--port",
            str(self.port),
        ]
        environment = os.environ | {
            "PYTHONPATH": str(ROOT / "src"),
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
        }
        started = time.monotonic()
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        while not self.answers():
            if self.process.poll() is not None:
                sys.exit("the server did not start")
            time.sleep(0.02)
        self.start, self.start_cpu = time.monotonic() - started, self.cpu()

    def answers(self) -> bool:
        """Return whether it accepts connections."""
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

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


def requests_of(ids: list[str], seed: int) -> Any:
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


async def client(port: int, asked: Any, load: Load, until: float, pause: float, draw: random.Random) -> None:
    """Ask one thing after the other on one connection, with pauses of the given mean, until a time."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await asyncio.sleep(draw.random() * pause)
    while time.monotonic() < until:
        kind, path = next(asked)
        started = time.perf_counter()
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")
        )
        await reader.readexactly(length)
        load.seconds.setdefault(kind, []).append(time.perf_counter() - started)
        load.errors += not head.startswith(b"HTTP/1.1 200")
        if pause:
            await asyncio.sleep(draw.expovariate(1 / pause))
    writer.close()


def put_load(server: Server, ids: list[str], seconds: float, pause: float, seed: int) -> Load:
    """Put 50 clients on a server; with a pause of 0 each asks again at once."""
    load, before, started = Load(), server.cpu(), time.monotonic()

    async def together() -> None:
        until = time.monotonic() + seconds
        await asyncio.gather(
            *(
                client(server.port, requests_of(ids, seed + one), load, until, pause, random.Random(one))
                for one in range(CLIENTS)
            )
        )

    asyncio.run(together())
    load.wall, load.cpu = time.monotonic() - started, server.cpu() - before
    return load


def quantiles(load: Load) -> list[str]:
    """Return rows of a table: latency by kind of request."""
    return [
        f"| {kind} | {len(values):,} | {np.quantile(values, 0.5) * 1e3:.1f} | {np.quantile(values, 0.99) * 1e3:.1f} | {max(values) * 1e3:.0f} |"
        for kind, values in sorted(load.seconds.items())
    ]


def in_browser(port: int) -> dict[str, float]:
    """Return when the map of a page is first drawn, and frames per second while it is panned, in Chromium drawing in software."""
    with browser() as chromium:
        page = chromium.new_page(viewport={"width": 1280, "height": 800})
        page.goto(f"http://127.0.0.1:{port}/#/map")
        page.wait_for_selector(".plot[data-drawn]")
        page.wait_for_timeout(500)
        drawn = page.evaluate("performance.getEntriesByName('map-drawn')[0].startTime")
        frames = page.evaluate(PAN)
        return {"first_paint": drawn / 1e3, "fps": frames}


def page_of(found: dict[str, Any]) -> str:
    """Return the section of the page."""
    paced, full = found["paced"], found["full"]
    worst = max(float(np.quantile(values, 0.99)) for values in paced.seconds.values()) * 1e3
    rows = [
        (
            "start to first answer, 100,000 tracks",
            f"{found['start']:.1f} s ({found['start_cpu']:.1f} s of processor time)",
            "≤ 2 s",
        ),
        ("memory at 100,000 tracks, after the load", f"{found['memory'] / 1e6:.0f} MB", "≤ 300 MB"),
        (
            f"p99 of neighbours and filtered pages, {CLIENTS} clients, each with a mean pause of {found['pause']:g} s",
            f"{worst:.1f} ms",
            "≤ 10 ms",
        ),
        ("errors", f"{paced.errors + full.errors + found.get('soak_errors', 0)}", "0"),
    ]
    if "browser" in found:
        rows += [
            (
                "first paint of the map, 18,000 tracks, Chromium",
                f"{found['browser']['first_paint']:.1f} s",
                "≤ 2 s",
            ),
            (
                "frames per second while panning, 18,000 tracks, drawn in software",
                f"{found['browser']['fps']:.0f}",
                "60",
            ),
        ]
    if "soak" in found:
        soak = found["soak"]
        p99 = np.quantile([one for values in soak.seconds.values() for one in values], 0.99) * 1e3
        rows.append(
            (
                f"soak of {soak.wall / 60:.0f} minutes: {soak.requests:,} requests",
                f"{soak.errors} errors, p99 {p99:.1f} ms, memory {found['memory_after'] / 1e6:.0f} MB",
                "no error",
            )
        )
    return "\n".join(
        [
            "## The explorer",
            "",
            (
                f"Made by `python benchmarks/web.py` on {machine()}; one-minute load of the machine beforehand {found['load']:.1f} (work of others slows the clock, "
                "hence the processor times). Server and clients share the cores. The lookup table lists 20,000 of the 100,000 tracks; neighbours of the others are searched exactly."
            ),
            "",
            "| figure | measured | target |",
            "|---|---|---|",
            *(f"| {what} | {value} | {target} |" for what, value, target in rows),
            "",
            f"With pauses: {paced.requests / paced.wall:.0f} requests a second, {paced.cpu / max(1, paced.requests) * 1e3:.2f} ms of the server's processor time each.",
            "",
            "| request | replies | median, ms | p99, ms | longest, ms |",
            "|---|---|---|---|---|",
            *quantiles(paced),
            "",
            (
                f"Without pauses, {CLIENTS} clients keep the server busy all the time and wait for each other: {full.requests / full.wall:.0f} requests a second, "
                f"{full.cpu / max(1, full.requests) * 1e3:.2f} ms of processor time each."
            ),
            "",
            "| request | replies | median, ms | p99, ms | longest, ms |",
            "|---|---|---|---|---|",
            *quantiles(full),
        ]
    )


def main() -> None:
    """Measure and write the section."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--soak", type=float, default=0.0, help="seconds of a further, long load (at most 3600)"
    )
    parser.add_argument("--seconds", type=float, default=30.0, help="of each load")
    parser.add_argument(
        "--pause", type=float, default=0.5, help="mean pause of a client between two requests"
    )
    parser.add_argument(
        "--runs", type=Path, help="folder in which the made-up runs are kept; a temporary one if not given"
    )
    given = parser.parse_args()
    found: dict[str, Any] = {"load": os.getloadavg()[0], "pause": given.pause}
    with tempfile.TemporaryDirectory(prefix="reprise-web-") as temporary:
        folder = given.runs or Path(temporary)
        for tracks in (LARGE, MIDDLE):
            if not (folder / str(tracks)).exists():
                make_run(folder / str(tracks), Size(tracks, tracks // 5))
        ids = [one.decode() for one in _ids(folder / str(LARGE))]
        server = Server(folder / str(LARGE))
        try:
            found |= {"start": server.start, "start_cpu": server.start_cpu}
            put_load(server, ids, 3.0, 0.1, 99)  # the first requests prepare what all later ones use
            found["paced"] = put_load(server, ids, given.seconds, given.pause, 1)
            found["full"] = put_load(server, ids, given.seconds / 2, 0.0, 1000)
            found["memory"] = server.memory()
            if given.soak:
                found["soak"] = put_load(server, ids, min(3600.0, given.soak), given.pause, 5000)
                found |= {"soak_errors": found["soak"].errors, "memory_after": server.memory()}
        finally:
            server.stop()
        server = Server(folder / str(MIDDLE))
        try:
            found["browser"] = in_browser(server.port)
        except NoBrowser as why:
            print(why)
        finally:
            server.stop()
    body = page_of(found)
    write_section("web", body)
    print(body)


def _ids(root: Path) -> list[bytes]:
    from reprise.web.load import load_catalogue
    from reprise.web.run_files import RunFiles

    return list(load_catalogue(RunFiles(root)).ids.tolist())


if __name__ == "__main__":
    main()
