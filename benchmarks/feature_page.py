"""The section on features of docs/benchmarks.md: who is compared, and how it is shown."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

import numpy as np
import numpy.typing as npt

import feature_contestants as contestants
from feature_contestants import Contestant, optional
from sections import figures, load, machine, spread

OURS, OURS_FRAMES, FLOOR, MP3 = (
    "Reprise",
    "Reprise, mel and MFCC",
    "floor: decode, FFT, mel product",
    "Reprise, mp3",
)

ONE_CALL = "librosa, one call per feature"

EVERYTHING: dict[str, Contestant | str] = {
    OURS: contestants.reprise_all,
    ONE_CALL: contestants.librosa_naive,
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
    f"{ONE_CALL}, mp3": contestants.librosa_naive,
}
Values = npt.NDArray[np.float64]
Times = dict[str, Values]
Checks = dict[str, tuple[str, str, str, str]]

COLUMNS = (
    "CPU time of one core for a clip of 30 s (wav, mono, 16 bit, 22,050 Hz), {rounds} of the embedded corpus: median, 10 % and 90 % "
    "quantile; ratios are taken within a round. The last four columns compare with librosa, one call per feature (tuning 0): largest "
    "difference of the log-mel map, of the MFCCs, of 20 descriptors (relative), clips of the same tempo."
)
LIBRARIES = (
    "numpy",
    "scipy",
    "numba",
    "soundfile",
    "librosa",
    "torch",
    "torchaudio",
    "nnAudio",
    "essentia",
    "opensmile",
)


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


def targets(times: Times, checks: Checks) -> list[str]:
    """Return the table of what was to be reached."""
    ratio = {name: times[name] / times[OURS] for name in EVERYTHING if name in times}
    frames = {name: times[name] / times[OURS_FRAMES] for name in FRAMES if name in times}
    others = [name for name in frames if name.startswith(("librosa", "torchaudio", "nnAudio"))]
    mel, mfcc, described, tempo = checks[OURS]
    return figures([
        (f"all features, against {ONE_CALL}", f"{spread(ratio[ONE_CALL])} ×", "≥ 15 ×"),
        *((f"mel and MFCC, against {name}", f"{spread(frames[name])} ×", "≥ 4.5 ×") for name in others),
        ("mel and MFCC, against the floor", f"{spread(1 / frames[FLOOR], 2)} ×", "≤ 2 ×"),
        (f"all features of an mp3, against {ONE_CALL}", f"{spread(times[f'{ONE_CALL}, mp3'] / times[MP3])} ×", "≥ 4 ×"),
        ("log-mel, largest difference from librosa", f"{mel} dB", "≤ 1e-03 dB"),
        ("MFCC, largest difference from librosa", mfcc, "≤ 1e-03"),
        ("descriptors, largest difference from librosa, relative", described, "≤ 2e-04"),
        ("clips of librosa's tempo", tempo, "all"),
    ])  # fmt: skip


def versions() -> str:
    """Return the versions of the libraries that are compared."""
    found = []
    for name in LIBRARIES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)


def page(rounds: str, times: Times, checks: Checks) -> str:
    """Return the section."""
    return "\n".join([
        "## Features", "",
        f"Made by `python benchmarks/features.py --part speed` on {machine()}, {load()}; {versions()}.", "",
        COLUMNS.format(rounds=rounds), "",
        *targets(times, checks),
        "### Everything", "",
        "Essentia and openSMILE compute sets of features of their own.", "", *table(EVERYTHING, times, checks),
        "### Log-mel and MFCC", "", *table(FRAMES, times, checks),
        "### From mp3 (44,100 Hz, stereo)", "", *table(FROM_MP3, times, checks),
    ])  # fmt: skip
