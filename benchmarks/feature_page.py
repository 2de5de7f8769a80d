"""The section on features of docs/benchmarks.md: who is compared, and how it is shown."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

import feature_contestants as contestants
from feature_contestants import Contestant, optional
from feature_scale import Scale
from sections import machine

OURS, OURS_FRAMES, FLOOR, MP3 = (
    "Reprise",
    "Reprise, mel and MFCC",
    "floor: decode, FFT, mel product",
    "Reprise, mp3",
)

EVERYTHING: dict[str, Contestant | str] = {
    OURS: contestants.reprise_all,
    "librosa, one call per feature": contestants.librosa_naive,
    "librosa, the same without tuning estimation": contestants.librosa_without_tuning,
    "librosa, one STFT passed as S": contestants.librosa_shared,
    "essentia, frame loop and RhythmExtractor2013": optional(contestants.essentia_features),
    "openSMILE, eGeMAPS": optional(contestants.opensmile_features),
}
FRAMES: dict[str, Contestant | str] = {
    OURS_FRAMES: contestants.reprise_mel_mfcc,
    "librosa, melspectrogram and mfcc": contestants.librosa_mel_mfcc,
    "torchaudio, MelSpectrogram and MFCC": optional(contestants.torchaudio_mel_mfcc),
    "nnAudio, MelSpectrogram and MFCC": optional(contestants.nnaudio_mel_mfcc),
    FLOOR: contestants.floor(),
}
FROM_MP3: dict[str, Contestant | str] = {
    MP3: contestants.reprise_all,
    "librosa, one call per feature, mp3": contestants.librosa_naive,
}
Values = npt.NDArray[np.float64]
Times = dict[str, Values]
Checks = dict[str, tuple[str, str, str, str]]

COLUMNS = (
    "CPU time of one core for a clip of 30 s (wav, mono, 16 bit, 22,050 Hz), {rounds} of the embedded corpus: median, 10 % and 90 % "
    "quantile; ratios are taken within a round. The last four columns compare with librosa, one call per feature (tuning 0): largest "
    "difference of the log-mel map, of the MFCCs, of 20 descriptors (relative), clips of the same tempo."
)
COLLECTIONS = (
    "All cores, from the start of the process to the last byte written; a few clips repeated, none found in a cache. Memory is the "
    "largest resident set of one process."
)


def spread(values: Values, digits: int = 1) -> str:
    """Format a median with its 10 % and 90 % quantiles."""
    low, median, high = np.quantile(values, [0.1, 0.5, 0.9])
    return f"{median:.{digits}f} ({low:.{digits}f}-{high:.{digits}f})"


def table(group: dict[str, Contestant | str], times: Times, checks: Checks) -> list[str]:
    """Return a table of contestants; ratios are to the first of them, in the same round."""
    first = next(iter(group))
    lines = [
        "| way | CPU ms per track | times ours | mel, dB | MFCC | descriptors | tempo |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, run in group.items():
        if isinstance(run, str):
            lines.append(f"| {name} | skipped: {run} | | | | | |")
        else:
            cells = (spread(times[name]), spread(times[name] / times[first]), *checks[name])
            lines.append(f"| {name} | {' | '.join(cells)} |")
    return [*lines, ""]


def targets(
    times: Times, two: tuple[float, float, float], scales: list[Scale], start: tuple[float, bool]
) -> list[str]:
    """Return the table of what was to be reached."""
    ratio = {name: float(np.median(times[name] / times[OURS])) for name in EVERYTHING if name in times}
    frames = {name: float(np.median(times[name] / times[OURS_FRAMES])) for name in FRAMES if name in times}
    others = [name for name in frames if name.startswith(("librosa", "torchaudio", "nnAudio"))]
    mp3 = float(np.median(times["librosa, one call per feature, mp3"] / times[MP3]))
    rows = [
        ("all features, against librosa with one call per feature", f"{ratio['librosa, one call per feature']:.1f} ×", "≥ 15 ×"),
        *((f"mel and MFCC, against {name}", f"{frames[name]:.1f} ×", "≥ 4.5 ×") for name in others),
        ("mel and MFCC, against the floor", f"{1 / frames[FLOOR]:.2f} ×", "≤ 2 ×"),
        ("all features of an mp3, against librosa with one call per feature", f"{mp3:.1f} ×", "≥ 4 ×"),
        ("two processes, against one", f"{two[0]:.2f} × ({two[1]:.2f}-{two[2]:.2f})", "≥ 1.8 ×"),
        *((f"memory of a worker at {one.n_tracks:,} tracks", f"{one.worker / 2**20:.0f} MB", "≤ 400 MB") for one in scales),
        ("one track from the start of the process", f"{start[0]:.2f} s", "≤ 3 s"),
        ("librosa imported by it", "yes" if start[1] else "no", "no"),
    ]  # fmt: skip
    return [
        "| figure | measured | target |",
        "|---|---|---|",
        *(f"| {a} | {b} | {c} |" for a, b, c in rows),
        "",
    ]


def page(rounds: str, times: Times, checks: Checks, figures: list[str], scales: list[Scale]) -> str:
    """Return the section."""
    scale_rows = [
        f"| {one.n_tracks:,} | {one.seconds:.1f} | {one.n_tracks / one.seconds:.0f} | {one.worker / 2**20:.0f} | {one.parent / 2**20:.0f} |"
        for one in scales
    ]
    return "\n".join([
        "## Features", "",
        f"Made by `python benchmarks/features.py` on {machine()}.", "",
        COLUMNS.format(rounds=rounds), "",
        *figures,
        "### Everything", "",
        "Essentia and openSMILE compute sets of features of their own.", "", *table(EVERYTHING, times, checks),
        "### Log-mel and MFCC", "", *table(FRAMES, times, checks),
        "### From mp3 (44,100 Hz, stereo)", "", *table(FROM_MP3, times, checks),
        "### Collections", "",
        COLLECTIONS, "",
        "| tracks | s | tracks/s | worker, MB | parent, MB |", "|---|---|---|---|---|", *scale_rows, "",
    ])  # fmt: skip
