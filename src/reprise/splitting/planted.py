"""Copies of a recording as collections hold them: at another pitch, speed or level, in another format, shifted.

Near-duplicates are planted with them, in the tests and in ``benchmarks/duplicates.py``: nobody knows all those of a
real collection. Tempo and pitch are changed by a phase vocoder (Flanagan and Golden, Bell System Technical Journal
45, 1966), whose smeared attacks make such copies harder to find than those of a better tool.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from functools import partial

import numpy as np
import numpy.typing as npt
import scipy.signal
import soundfile
import soxr

Float32 = npt.NDArray[np.float32]
Change = Callable[[Float32], Float32]

RATE = 22_050
FRAME, HOP = 2_048, 512


def tempo(samples: Float32, factor: float) -> Float32:
    """Play ``factor`` times as fast at the same pitch."""
    _, _, spectrum = scipy.signal.stft(samples, nperseg=FRAME, noverlap=FRAME - HOP)
    level, phase = np.abs(spectrum), np.angle(spectrum[:, :1])
    turn = np.angle(spectrum[:, 1:] * spectrum[:, :-1].conj())
    position = np.arange(0, turn.shape[1], factor)
    frame, part = position.astype(int), (position % 1.0).astype(np.float32)
    phase = np.cumsum(np.concatenate([phase, turn[:, frame[:-1]]], axis=1), axis=1, dtype=np.float64)
    magnitude = level[:, frame] * (1 - part) + level[:, frame + 1] * part
    stretched = magnitude * np.exp(1j * phase.astype(np.float32))
    found: Float32 = scipy.signal.istft(stretched, nperseg=FRAME, noverlap=FRAME - HOP)[1].astype(np.float32)
    return found


def speed(samples: Float32, factor: float) -> Float32:
    """Play ``factor`` times as fast, and as much higher."""
    faster: Float32 = soxr.resample(samples, RATE * factor, RATE, quality="HQ").astype(np.float32)
    return faster


def pitch(samples: Float32, semitones: float) -> Float32:
    """Shift the pitch at the same tempo."""
    factor = 2.0 ** (semitones / 12.0)
    return speed(tempo(samples, 1.0 / factor), factor)


def encoded(samples: Float32, form: str, subtype: str, level: float, rate: int = RATE) -> Float32:
    """Encode with a lossy codec and decode; ``level`` from 0 (good) to 1 (small), ``rate`` what the codec takes."""
    file = io.BytesIO()
    constant = {"bitrate_mode": "CONSTANT"} if form == "MP3" else {}
    clipped = np.clip(soxr.resample(samples, RATE, rate), -1.0, 1.0)
    soundfile.write(file, clipped, rate, format=form, subtype=subtype, compression_level=level, **constant)
    file.seek(0)
    with soundfile.SoundFile(file) as sound:
        decoded: Float32 = soxr.resample(sound.read(dtype="float32"), rate, RATE)
    return decoded


def tilted(samples: Float32, decibels: float) -> Float32:
    """Raise the level by so many dB for each octave above 1 kHz, and lower it below."""
    frequency = np.maximum(np.fft.rfftfreq(samples.size, 1 / RATE), 50.0)
    gain = 10.0 ** (decibels * np.log2(frequency / 1_000.0) / 20.0)
    return _at_level_of(samples, np.fft.irfft(np.fft.rfft(samples) * gain, samples.size))


def band_limited(samples: Float32, low: float, high: float) -> Float32:
    """Leave frequencies between two limits in Hz."""
    sections = scipy.signal.butter(6, [low, high], "bandpass", fs=RATE, output="sos")
    filtered: Float32 = scipy.signal.sosfilt(sections, samples).astype(np.float32)
    return filtered


def noisy(samples: Float32, decibels: float) -> Float32:
    """Add white noise, so many dB below the signal; its seed is a checksum of the samples."""
    rng = np.random.default_rng(zlib.crc32(samples.tobytes()))
    noise = rng.standard_normal(samples.size) * np.sqrt(np.mean(samples**2)) * 10.0 ** (-decibels / 20.0)
    found: Float32 = (samples + noise).astype(np.float32)
    return found


def saturated(samples: Float32) -> Float32:
    """Drive a soft limiter so hard that the loudest passages are square waves."""
    return _at_level_of(samples, np.tanh(samples * (1.5 / np.sqrt(np.mean(samples**2)))))


def delayed(samples: Float32, seconds: float) -> Float32:
    """Start later."""
    return samples[round(seconds * RATE) :]


def _at_level_of(samples: Float32, changed: npt.NDArray[np.floating]) -> Float32:
    found: Float32 = (changed * np.sqrt(np.mean(samples**2) / np.mean(changed**2))).astype(np.float32)
    return found


def transferred(samples: Float32) -> Float32:
    """Start 1 s later, play 3 % faster, encode at a low rate: a copy from another source."""
    return encoded(speed(delayed(samples, 1.0), 1.03), "OGG", "VORBIS", 1.0)


def mixed(samples: Float32) -> Float32:
    """Start 1.5 s later, change speed by -2 % and tempo by 5 %, add noise, encode: a copy from a mix."""
    played = tempo(speed(delayed(samples, 1.5), 0.98), 1.05)
    return encoded(noisy(played, 25.0), "MP3", "MPEG_LAYER_III", 0.85)


def changes() -> dict[str, Change]:
    """Return every change by its name, in the order of the table in docs/duplicates.md."""
    found: dict[str, Change] = {}
    for semitones in (-2.0, -1.0, -0.5, 0.5, 1.0, 2.0):
        found[f"pitch {semitones:+g} semitones"] = partial(pitch, semitones=semitones)
    for name, change in (("tempo", tempo), ("speed", speed)):
        for percent in (-8, -4, -2, 2, 4, 8):
            found[f"{name} {percent:+d} %"] = partial(change, factor=1.0 + percent / 100.0)
    for kilobits, level in ((32, 0.85), (16, 0.95), (8, 0.99)):
        found[f"mp3, {kilobits} kbit/s"] = partial(encoded, form="MP3", subtype="MPEG_LAYER_III", level=level)
    found["ogg vorbis, 34 kbit/s"] = partial(encoded, form="OGG", subtype="VORBIS", level=1.0)
    found["ogg opus, 9 kbit/s"] = partial(encoded, form="OGG", subtype="OPUS", level=0.99, rate=24_000)
    found["gain -12 dB"] = partial(np.multiply, np.float32(0.25))
    found["saturated"] = saturated
    for decibels in (-3.0, 3.0):
        found[f"tilt {decibels:+g} dB/octave"] = partial(tilted, decibels=decibels)
    for decibels in (20.0, 10.0):
        found[f"noise at {decibels:g} dB"] = partial(noisy, decibels=decibels)
    for seconds in (0.5, 1.0, 2.0, 5.0, 10.0):
        found[f"starts {seconds:g} s later"] = partial(delayed, seconds=seconds)
    found["below 4 kHz"] = partial(band_limited, low=20.0, high=4_000.0)
    found["telephone, 0.3-3.4 kHz"] = partial(band_limited, low=300.0, high=3_400.0)
    return found | {"another source": transferred, "from a mix": mixed}
