"""What the features of a track depend on besides its samples."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from llvmlite import binding  # type: ignore[import-untyped]

from reprise import errors, tables
from reprise.audio import (
    beats,
    channels,
    chroma,
    compiled,
    container,
    contrast,
    decode,
    descriptors,
    features,
    fingerprint,
    fourier,
    frames,
    kept,
    mel,
    mfcc,
    mpeg,
    opening,
    passes,
    pooled,
    riff,
    settings,
    sound,
    spectral,
    stft,
    tempo,
    unreadable,
    waveform,
)
from reprise.audio.settings import AudioSettings

MODULES = (
    beats, channels, chroma, compiled, container, contrast, decode, descriptors, errors, features, fingerprint, fourier,
    frames, kept, mel, mfcc, mpeg, opening, passes, pooled, riff, settings, sound, spectral, stft, tables, tempo, unreadable, waveform,
)  # fmt: skip
"""All code behind `reprise.audio.features.extract` and `reprise.audio.decode.read_samples`; a test compares it with the imports."""

LIBRARIES = ("numpy", "scipy", "numba", "soundfile", "soxr", "av")


@lru_cache(maxsize=8)
def recipe(settings: AudioSettings) -> str:
    """Hash the settings, the code and the versions of the libraries: equal recipes give equal features on equal processors."""
    digest = hashlib.sha256(json.dumps(asdict(settings), sort_keys=True).encode())
    for module in MODULES:
        digest.update(hashlib.sha256(Path(str(module.__file__)).read_bytes()).digest())
    for name in LIBRARIES:
        digest.update(f"{name} {_version(name)}\n".encode())
    return digest.hexdigest()


def processor() -> str:
    """Name the processor, which decides the last digits: code is compiled for it, and libraries choose by it."""
    return f"{binding.get_host_cpu_name()} {binding.get_host_cpu_features().flatten()}"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"
