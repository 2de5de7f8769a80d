"""The explorer under load: start, memory, latency at 100,000 tracks with 50 clients, and drawing in Chromium; writes its section of docs/benchmarks.md.

    python benchmarks/web.py                 about four minutes
    python benchmarks/web.py --soak 600      the same, and ten minutes of paced load

The load generator speaks to this machine only and is bounded: 50 connections, each with one request at a time (`web_load.py`).
"""

from __future__ import annotations

import argparse
import os
import tempfile
import urllib.request
from pathlib import Path
from typing import Any

import numpy as np

from reprise.web.load import load_catalogue
from reprise.web.made_run import Size, make_run
from reprise.web.run_files import RunFiles
from sections import figures, machine, write_section  # the folder of this script is on the path
from web_drawing import drawn
from web_load import CLIENTS, Load, Server, put_load

LARGE, MIDDLE = 100_000, 18_000
PAUSES = (0.5, 0.25, 0.125)
"""Mean pauses of a client between two requests, in s; the first is that of the headline figure and of the soak."""

VIEWS = ("map", "labels", "clusters", "facets", "search?q=night%20river", "features?size=200",
         "recommendations/mood?point=0.9,0.2&point=0.2,0.8")  # fmt: skip
"""What else a visit asks for; asked once each before the memory is measured."""

BARE = [str(Path(__file__).with_name("web_bare.py"))]


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
        "--runs", type=Path, help="folder in which the made-up runs are kept; a temporary one if not given"
    )
    given = parser.parse_args()
    found: dict[str, Any] = {"load": os.getloadavg()[0]}
    with tempfile.TemporaryDirectory(prefix="reprise-web-") as temporary:
        folder = given.runs or Path(temporary)
        for tracks in (LARGE, MIDDLE):
            if not (folder / str(tracks)).exists():
                make_run(folder / str(tracks), Size(tracks, tracks // 5))
        ids = [one.decode() for one in load_catalogue(RunFiles(folder / str(LARGE))).ids.tolist()]
        found |= under_load(folder / str(LARGE), ids, given.seconds, min(3600.0, given.soak))
        server = Server(folder / str(MIDDLE))
        try:
            found["browser"] = drawn(server.port)
        finally:
            server.stop()
    body = page_of(found)
    write_section("web", body)
    print(body)


def under_load(root: Path, ids: list[str], seconds: float, soak: float) -> dict[str, Any]:
    """Return what a server of a run does under every load, and beside it what the bare server does."""
    bare = Server(root, BARE)
    try:
        floor = [put_load(bare, ids, seconds / 2, pause, 1) for pause in (*PAUSES, 0.0)]
    finally:
        bare.stop()
    starts = []
    for _ in range(3):
        server = Server(root)
        starts.append((server.start, server.start_cpu))
        server.stop()
    start, start_cpu = sorted(starts)[1]
    server = Server(root)
    try:
        put_load(server, ids, 3.0, 0.1, 99)  # the first requests prepare what all later ones use
        loads = [put_load(server, ids, seconds, pause, 1000 * at) for at, pause in enumerate((*PAUSES, 0.0))]
        for view in VIEWS:
            with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/api/v1/{view}") as reply:
                reply.read()
        found: dict[str, Any] = {"floor": floor, "loads": loads, "start": start, "start_cpu": start_cpu}
        found["memory"] = server.memory()
        if soak:
            found["soak"] = put_load(server, ids, soak, PAUSES[0], 5000)
            found["memory_after"] = server.memory()
        return found
    finally:
        server.stop()


def p99(load: Load) -> float:
    """Return the p99 of the slower kind of request, in ms."""
    return max(float(np.quantile(values, 0.99)) for values in load.seconds.values()) * 1e3


def page_of(found: dict[str, Any]) -> str:
    """Return the section of the page."""
    loads, floor = found["loads"], found["floor"]
    rates = [f"each with a mean pause of {pause:g} s" for pause in PAUSES] + ["without pauses"]
    return "\n".join(
        [
            "## The explorer",
            "",
            (
                f"Made by `python benchmarks/web.py` on {machine()}; one-minute load of the machine beforehand {found['load']:.1f}. Server and clients share the "
                "cores. The lookup table lists 20,000 of the 100,000 tracks; neighbours of the others are searched exactly, among all. The floor beside it is the same "
                "server software under the same load with nothing behind it (`benchmarks/web_bare.py`): what is below it is not the explorer's."
            ),
            "",
            *figures(headlines(found)),
            f"{CLIENTS} clients, latency in ms as they see it; processor time of the server and of the clients' program for one request:",
            "",
            "| load | requests a second | kind | median | p99 | longest | p99 of the floor | server, ms | clients, ms |",
            "|---|---|---|---|---|---|---|---|---|",
            *(
                row
                for rate, load, peer in zip(rates, loads, floor, strict=True)
                for row in rows_of(rate, load, peer)
            ),
        ]
    )


def headlines(found: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return the figures that the explorer was to reach."""
    loads: list[Load] = found["loads"]
    soak: Load | None = found.get("soak")
    errors = sum(load.errors for load in (*loads, *([soak] if soak else ())))
    start = f"{found['start']:.1f} s ({found['start_cpu']:.1f} s of processor time)"
    rows = [
        ("start to first answer, 100,000 tracks, median of 3", start, "≤ 2 s"),
        ("memory at 100,000 tracks, every view asked", f"{found['memory'] / 1e6:.0f} MB", "≤ 300 MB"),
    ]
    rows += [
        (
            f"p99 of neighbours and filtered pages, {CLIENTS} clients, {load.requests / load.wall:.0f} requests a second",
            f"{p99(load):.1f} ms ({p99(load) / p99(peer):.1f} times the floor)",
            "≤ 10 ms",
        )
        for load, peer in zip(loads, found["floor"], strict=True)
    ]
    rows.append(("errors", str(errors), "0"))
    drawing = found["browser"]
    if drawing:
        rows += [
            (
                "first paint of the map, 18,000 tracks, Chromium",
                f"{drawing['first_paint']:.1f} s",
                "≤ 2 s",
            ),
            (
                "frames per second while panning, 18,000 tracks, drawn in software",
                f"{drawing['fps']:.0f}",
                "60",
            ),
        ]
    else:
        rows.append(("drawing in Chromium", "not measured: no browser, or it did not answer", "≤ 2 s, 60"))
    if soak:
        what = f"soak of {soak.wall / 60:.0f} minutes, {soak.requests / soak.wall:.0f} requests a second: {soak.requests:,} requests"
        rows.append(
            (
                what,
                f"{soak.errors} errors, p99 {p99(soak):.1f} ms, memory {found['memory_after'] / 1e6:.0f} MB",
                "no error",
            )
        )
    return rows


def rows_of(rate: str, load: Load, peer: Load) -> list[str]:
    """Return a load's rows of the table, one a kind of request."""
    server, clients = load.cpu / load.requests * 1e3, load.cpu_clients / load.requests * 1e3
    return [
        f"| {rate} | {load.requests / load.wall:.0f} | {kind} | {np.quantile(values, 0.5) * 1e3:.1f} | {np.quantile(values, 0.99) * 1e3:.1f} | "
        f"{max(values) * 1e3:.0f} | {p99(peer):.1f} | {server:.2f} | {clients:.2f} |"
        for kind, values in sorted(load.seconds.items())
    ]


if __name__ == "__main__":
    main()
