"""Decode an audio file to one channel at one rate.

Everything that libsndfile reads (wav, flac, ogg, mp3, aiff ...) at any rate and channel count comes out as
float32 in [-1, 1], or as the int16 that the file holds. Channels are averaged with one multiply-add per
channel (``x.mean(1)`` costs twenty times as much) and rates are converted by soxr at its HQ setting, before
which nothing is rounded. A file that cannot be used raises `UnreadableAudio` with a reason of one word, which is
what the tables of rejects hold.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from reprise.audio.riff import missing_bytes
from reprise.errors import RepriseError

Float32 = npt.NDArray[np.float32]
Int16 = npt.NDArray[np.int16]
Source = str | Path | bytes | BinaryIO

SAMPLE_RATE = 22_050
LOWEST_RATE, HIGHEST_RATE = 1_000, 384_000  # Hz: outside, a header lies
SHORTEST = 0.1  # seconds: one analysis frame of 2,048 samples at 22,050 Hz
LOUDEST = 100.0  # float files beyond this hold something else than samples in [-1, 1]
ONE_STEP = 1.0 / 32_768  # a 16-bit step: what varies by less is digital silence
BLOCK = 1 << 18  # frames read at a time, so that a header that lies cannot allocate memory
MAGIC = (b"RIFF", b"RF64", b"fLaC", b"OggS", b"ID3", b"FORM", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")


class UnreadableAudio(RepriseError):
    """An audio file that cannot be used.

    Attributes
    ----------
    reason : str
        One of ``missing``, ``empty``, ``not_audio``, ``corrupt``, ``truncated``, ``bad_rate``, ``too_short``,
        ``silent``, ``non_finite``, ``out_of_range``, ``wrong_length``.
    detail : str
        The value and the rule, for a person.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"unreadable audio ({reason}): {detail}")
        self.reason = reason
        self.detail = detail

    def __reduce__(self) -> tuple[type[UnreadableAudio], tuple[str, str]]:
        """Travel between processes whole: by default only the message would be passed to the constructor."""
        return type(self), (self.reason, self.detail)


def decode(
    source: Source, sample_rate: int = SAMPLE_RATE, offset: float = 0.0, duration: float | None = None
) -> Float32:
    """Decode a file, or a part of it, to mono.

    Parameters
    ----------
    source : str, Path, bytes or binary file
        A path, the bytes of a file, or a seekable binary file object.
    sample_rate : int
        Rate of the result in Hz.
    offset, duration : float
        Start and length of the wanted part in seconds; what lies outside is not decoded where the format can seek.

    Returns
    -------
    ndarray of float32, shape (n_samples,)
        Samples, nominally in [-1, 1]; at most ``round(duration * sample_rate)`` of them.

    Raises
    ------
    UnreadableAudio
        With the reason in one word; see the class.
    """
    with _open_binary(source) as (file, name):
        _refuse_truncated(file, name)
        with _open_sound(file, name) as sound:
            samples = _read_mono(sound, name, offset, duration)
            rate = int(sound.samplerate)
    check_samples(samples, rate, name)
    if rate != sample_rate:
        samples = soxr.resample(samples, rate, sample_rate, quality="HQ")
    wanted = samples.size if duration is None else round(duration * sample_rate)
    return np.ascontiguousarray(samples[:wanted], dtype=np.float32)


def read_samples(source: Source, sample_rate: int = SAMPLE_RATE) -> Int16 | Float32:
    """Read a whole file: its own int16 samples where it is mono 16-bit at ``sample_rate``, else as `decode`.

    Raises
    ------
    UnreadableAudio
        As `decode`.
    """
    with _open_binary(source) as (file, name):
        _refuse_truncated(file, name)
        with _open_sound(file, name) as sound:
            if (sound.channels, sound.samplerate, sound.subtype) == (1, sample_rate, "PCM_16"):
                samples: Int16 = _read_blocks(sound, name, sound.frames, "int16").astype(np.int16, copy=False)
                check_samples(samples, sample_rate, name)
                return samples
        file.seek(0)
        return decode(file, sample_rate)


def to_pcm16(samples: npt.NDArray[np.floating]) -> Int16:
    """Quantise samples in [-1, 1] to 16 bits, rounding to the nearest step and clipping beyond full scale."""
    steps: Int16 = np.clip(np.rint(samples * 32_768.0), -32_768, 32_767).astype(np.int16)
    return steps


def resampled_length(n_samples: int, rate: int, sample_rate: int) -> int:
    """Return how many samples at ``sample_rate`` come of ``n_samples`` at ``rate`` (halves are rounded up)."""
    return (2 * n_samples * sample_rate + rate) // (2 * rate)


def check_samples(samples: Int16 | Float32, sample_rate: int, name: str) -> None:
    """Refuse samples from which no feature can be computed.

    Raises
    ------
    UnreadableAudio
        ``non_finite`` (NaN or infinity), ``out_of_range`` (beyond 100 times full scale), ``too_short`` (under 0.1 s)
        or ``silent`` (varies by less than one 16-bit step; a constant offset is silence too).
    """
    seconds = samples.size / sample_rate
    if seconds < SHORTEST:
        raise UnreadableAudio("too_short", f"{name}: {seconds:.3f} s is under the {SHORTEST} s of one frame")
    low, high = float(samples.min()), float(samples.max())
    if not np.isfinite(low + high):
        raise UnreadableAudio("non_finite", f"{name}: holds NaN or infinite samples")
    scale = 32_768.0 if samples.dtype == np.int16 else 1.0
    if max(-low, high) > LOUDEST * scale:
        raise UnreadableAudio("out_of_range", f"{name}: peak {max(-low, high):.3g} where 1 is full scale")
    if high - low < ONE_STEP * scale:
        raise UnreadableAudio("silent", f"{name}: the samples vary by less than one 16-bit step")


@contextmanager
def _open_binary(source: Source) -> Iterator[tuple[BinaryIO, str]]:
    """Open any source as a seekable binary file with a name; refuse what is not a file or holds nothing."""
    if isinstance(source, bytes):
        yield _at_start(io.BytesIO(source), "bytes")
    elif isinstance(source, str | Path):
        path = Path(source)
        if path.is_dir():
            raise UnreadableAudio("not_audio", f"{path.name}: is a directory")
        try:
            file = path.open("rb")
        except OSError as error:
            raise UnreadableAudio("missing", f"{path.name}: {error.strerror}") from error
        with file:
            yield _at_start(file, path.name)
    else:  # the caller's own file stays open
        yield _at_start(source, str(getattr(source, "name", "stream")))


def _at_start(file: BinaryIO, name: str) -> tuple[BinaryIO, str]:
    """Rewind a file, and refuse one without bytes."""
    if file.seek(0, io.SEEK_END) == 0:
        raise UnreadableAudio("empty", f"{name}: 0 bytes")
    file.seek(0)
    return file, name


def _refuse_truncated(file: BinaryIO, name: str) -> None:
    """Refuse a RIFF file that is shorter than it says: libsndfile would silently read what is left."""
    missing = missing_bytes(file)
    file.seek(0)
    if missing > 0:
        raise UnreadableAudio("truncated", f"{name}: {missing} bytes fewer than its header says")


def _open_sound(file: BinaryIO, name: str) -> soundfile.SoundFile:
    """Open with libsndfile and check the header."""
    head = file.read(4)
    file.seek(0)
    try:
        sound = soundfile.SoundFile(file)
    except (soundfile.LibsndfileError, TypeError) as error:
        reason = "corrupt" if head.startswith(MAGIC) else "not_audio"
        text = getattr(error, "error_string", str(error))
        raise UnreadableAudio(reason, f"{name}: libsndfile says: {text}") from error
    if not LOWEST_RATE <= sound.samplerate <= HIGHEST_RATE:
        detail = f"{name}: {sound.samplerate} Hz is outside {LOWEST_RATE}-{HIGHEST_RATE} Hz"
        sound.close()
        raise UnreadableAudio("bad_rate", detail)
    return sound


def _read_mono(sound: soundfile.SoundFile, name: str, offset: float, duration: float | None) -> Float32:
    """Read the wanted part and average its channels."""
    start = round(offset * sound.samplerate)
    if start >= sound.frames > 0:
        length = sound.frames / sound.samplerate
        raise UnreadableAudio("too_short", f"{name}: offset {offset} s is beyond its {length:.3f} s")
    frames = sound.frames - start
    if duration is not None:
        frames = min(frames, int(np.ceil(duration * sound.samplerate)))
    if start:
        try:
            sound.seek(start)
        except soundfile.LibsndfileError as error:
            raise UnreadableAudio("corrupt", f"{name}: cannot seek to {offset} s") from error
    return _read_blocks(sound, name, frames, "float32").astype(np.float32, copy=False)


def _read_blocks(sound: soundfile.SoundFile, name: str, frames: int, dtype: str) -> npt.NDArray[Any]:
    """Read ``frames`` frames block by block, averaging channels; fewer than promised means truncated."""
    blocks: list[npt.NDArray[Any]] = []
    left = frames
    while left > 0:
        try:
            block = sound.read(min(BLOCK, left), dtype=dtype, always_2d=True)
        except soundfile.LibsndfileError as error:
            raise UnreadableAudio("corrupt", f"{name}: {error.error_string}") from error
        if len(block) == 0:
            break
        blocks.append(mix(block))
        left -= len(block)
    if not blocks:
        raise UnreadableAudio("empty", f"{name}: no samples")
    if left > 0:
        raise UnreadableAudio("truncated", f"{name}: {left} of {frames} samples are missing")
    return np.concatenate(blocks)


def mix(block: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Average the channels of (n_frames, n_channels); one channel passes as it is."""
    channels = block.shape[1]
    if channels == 1:
        return np.ascontiguousarray(block[:, 0])
    total: npt.NDArray[Any] = block[:, 0] + block[:, 1]
    for channel in range(2, channels):
        total += block[:, channel]
    total *= np.float32(1.0 / channels)
    return total
