"""Features against other libraries and against the bare floor, and at scale; writes its sections of docs/benchmarks.md.

    python benchmarks/features.py [--part speed|collections] [--rounds 30] [--scales 100 1000 10000]

All contestants take turns in one process on one core, so that what disturbs one disturbs all; times are CPU time, ratios are
of the same round. Libraries that are not installed are skipped with the reason; benchmarks/requirements.txt has them all.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

import feature_collections
import feature_contestants as contestants
import feature_page
from feature_contestants import Contestant, Features
from feature_page import EVERYTHING, FRAMES, FROM_MP3, Checks, Times
from feature_scale import measure, start_up, two_against_one
from sections import write_section

ROOT = Path(__file__).resolve().parents[1]
AUDIO = ROOT / "data/corpus/tracks/audio"
CLIPS = 20
TURN = 0.15  # seconds of processor time
PAIRED = {100: 5, 1_000: 3}  # tracks, and rounds of one process against two


def take_turns(groups: list[tuple[dict[str, Contestant | str], list[Path]]], rounds: int) -> Times:
    """Return the CPU milliseconds for a track of each contestant in each round.

    A turn lasts some time, as collections are computed track after track: otherwise what is short would be measured with cold caches.
    """
    present = [
        (name, run, paths)
        for group, paths in groups
        for name, run in group.items()
        if not isinstance(run, str)
    ]
    for _, run, paths in present:  # compile, and fill the caches
        run(paths[0])
    times: dict[str, list[float]] = {name: [] for name, _, _ in present}
    for number in range(rounds):
        for name, run, paths in present:
            started, count = time.process_time(), 0
            while count == 0 or time.process_time() - started < TURN:
                run(paths[(number + count) % len(paths)])
                count += 1
            times[name].append(1_000 * (time.process_time() - started) / count)
    return {name: np.array(values) for name, values in times.items()}


def gates(group: dict[str, Contestant | str], paths: list[Path]) -> Checks:
    """Compare with librosa: largest difference of mel (dB) and MFCC, of descriptors (relative), and equal tempi."""
    worst: dict[str, list[list[float]]] = {name: [] for name in group}
    for path in paths:
        reference = contestants.librosa_without_tuning(path)
        for name, run in group.items():
            worst[name].append([] if isinstance(run, str) else _distances(run(path), reference))
    shown = {}
    for name, rows in worst.items():
        values = np.array(rows) if all(rows) else np.empty((0, 4))
        tempo = (
            f"{int(values[:, 3].sum())}/{len(paths)}"
            if values.size and np.isfinite(values[:, 3]).all()
            else ""
        )
        shown[name] = (
            *(f"{value:.1e}" if np.isfinite(value) else "" for value in values[:, :3].max(axis=0, initial=-np.inf)), tempo,
        )  # fmt: skip
    return {name: (cells[0], cells[1], cells[2], cells[3]) for name, cells in shown.items()}


def _distances(found: Features, reference: Features) -> list[float]:
    distances = [
        float(np.abs(found[key] - reference[key]).max()) if key in found else np.nan
        for key in ("log_mel", "mfcc")
    ]
    if "descriptors" not in found:
        return [*distances, np.nan, np.nan]
    mine, theirs = found["descriptors"], reference["descriptors"]
    relative = [
        abs(mine[name] - theirs[name]) / max(abs(theirs[name]), 1e-9) for name in theirs if name != "tempo"
    ]
    return [*distances, max(relative), float(abs(mine["tempo"] - theirs["tempo"]) < 1e-6)]


def to_mp3(paths: list[Path], folder: Path) -> list[Path]:
    """Encode clips as stereo mp3 at 44,100 Hz."""
    made = []
    for path in paths:
        samples, _ = soundfile.read(path)
        stereo = np.repeat(np.repeat(samples, 2)[:, None], 2, axis=1)
        made.append(folder / f"{path.stem}.mp3")
        soundfile.write(made[-1], stereo, 44_100, format="MP3")
    return made


def speed(paths: list[Path], rounds: int) -> str:
    """Let all contestants take turns, and return the section."""
    with tempfile.TemporaryDirectory() as folder, threadpool_limits(limits=1):
        mp3 = to_mp3(paths, Path(folder))
        times = take_turns([(EVERYTHING, paths), (FRAMES, paths), (FROM_MP3, mp3)], rounds)
        checks = gates(EVERYTHING | FRAMES, paths[:5]) | gates(FROM_MP3, mp3[:2])
    return feature_page.page(f"{rounds} rounds in which all take turns on {len(paths)} clips", times, checks)


def collections(paths: list[Path], sizes: list[int]) -> Iterator[str]:
    """Extract collections of several sizes, and yield the section after each."""
    start = start_up(paths[0])
    two = {size: two_against_one(paths, size, rounds) for size, rounds in PAIRED.items()}
    scales = []
    for size in sizes:
        scales.append(measure(paths, size, 0))
        yield feature_collections.page(two, scales, start)


def main() -> None:
    """Measure and write the sections."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--part", choices=["speed", "collections", "both"], default="both")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--scales", type=int, nargs="*", default=[100, 1_000, 10_000])
    options = parser.parse_args()
    paths = sorted(AUDIO.glob("*.wav"))[:CLIPS]
    if not paths:
        raise SystemExit(f"{AUDIO} holds no clips: run 'dvc repro download@tracks' first")
    if options.part != "collections":
        write_section("features", speed(paths, options.rounds))
    if options.part != "speed":
        for section in collections(paths, options.scales):
            write_section("collections", section)


if __name__ == "__main__":
    main()
