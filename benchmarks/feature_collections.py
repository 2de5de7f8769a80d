"""The section on whole collections of docs/benchmarks.md: memory and time at several sizes, two processes, the start."""

from __future__ import annotations

import numpy as np

from feature_scale import Scale, Start
from sections import figures, load, machine, spread

TEXT = (
    "All cores, from the start of the process to the last byte written; 20 clips of 30 s, repeated, none found in a cache. Processor time "
    "is that of all processes together. Memory is the largest resident set of one process."
)


def page(two: dict[int, dict[str, list[float]]], scales: list[Scale], start: Start) -> str:
    """Return the section."""
    memory = [
        (f"memory of a worker at {one.n_tracks:,} tracks", f"{one.worker / 2**20:.0f} MB", "≤ 400 MB")
        for one in scales
    ]
    pairs = [
        (
            f"two processes, {what}, against one, {size:,} tracks",
            f"{spread(np.array(found[key]), 2)} ×",
            target,
        )
        for size, found in two.items()
        for what, key, target in (
            ("by the clock", "faster", "≥ 1.8 ×"),
            ("processor time", "dearer", ""),
        )
    ]
    reached = [
        *pairs,
        *memory,
        ("one track from the start of the process, by the clock", f"{start.seconds:.2f} s", "≤ 3 s"),
        ("one track from the start of the process, processor time", f"{start.cpu:.2f} s", ""),
        ("librosa imported by it", "yes" if start.librosa else "no", "no"),
    ]
    rows = [
        f"| {one.n_tracks:,} | {one.seconds:.1f} | {one.n_tracks / one.seconds:.0f} | {1_000 * one.cpu / one.n_tracks:.1f} "
        f"| {one.worker / 2**20:.0f} | {one.parent / 2**20:.0f} |"
        for one in scales
    ]
    return "\n".join([
        "## Features of collections", "",
        f"Made by `python benchmarks/features.py --part collections` on {machine()}, {load()}.", "",
        *figures(reached),
        TEXT, "",
        "| tracks | s | tracks/s | CPU ms per track | worker, MB | parent, MB |", "|---|---|---|---|---|---|", *rows,
    ])  # fmt: skip
