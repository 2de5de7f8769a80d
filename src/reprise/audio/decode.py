"""Decode an audio file to one channel at one rate.

Everything that libsndfile reads (wav, flac, ogg, mp3, aiff ...) and, where it cannot, what PyAV reads (m4a, wma, webm ...),
at any rate and channel count, comes out as float32 in [-1, 1] or as int16. Channels are averaged with one multiply-add per
channel and rates are converted by soxr at its HQ setting, before which nothing is rounded. Of a part, only that part is decoded
where the format can seek, so a file of two hours takes the memory of the part. A file that cannot be used raises
`UnreadableAudio` with a reason of one word, which is what the tables of rejects hold.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import soxr

from reprise.audio.container import Container
from reprise.audio.mpeg import states_its_length
from reprise.audio.opening import Source, open_binary
from reprise.audio.riff import missing_bytes
from reprise.audio.sound import Sound
from reprise.audio.unreadable import UnreadableAudio as UnreadableAudio

Float32 = npt.NDArray[np.float32]
Int16 = npt.NDArray[np.int16]

SAMPLE_RATE = 22_050
LOWEST_RATE, HIGHEST_RATE = 1_000, 384_000  # Hz: outside, a header lies
SHORTEST = 0.1  # seconds: one analysis frame of 2,048 samples at 22,050 Hz
LOUDEST = 100.0  # float files beyond this hold something else than samples in [-1, 1]
ENDLESS = 1 << 40  # samples: what libsndfile says of a length it does not know
ONE_STEP = 1.0 / 32_768  # a 16-bit step: what varies by less is digital silence


@dataclass(frozen=True)
class Part:
    """The wanted part of a file.

    Attributes
    ----------
    offset : float
        Its start in seconds.
    duration : float or None
        Its length in seconds; ``None`` for all up to the end.
    centred : bool
        Whether it lies in the middle of the file, where a piece of music is in full swing; ``offset`` is then ignored.
    """

    offset: float = 0.0
    duration: float | None = None
    centred: bool = False

    def samples(self, rate: int, frames: int) -> tuple[int, int | None]:
        """Return first sample and most samples, of a file with so many at this rate."""
        count = None if self.duration is None else int(np.ceil(self.duration * rate))
        if self.centred:
            return max(0, (frames - (count or frames)) // 2), count
        return round(self.offset * rate), count


WHOLE = Part()


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
    return _decode(source, sample_rate, Part(offset, duration), straight=False)


def decode_pcm16(source: Source, part: Part = WHOLE, sample_rate: int = SAMPLE_RATE) -> Int16:
    """Decode a part of a file to mono int16; a file that holds just that passes untouched.

    Returns
    -------
    ndarray of int16, shape (n_samples,)
        The same values as ``to_pcm16(decode(...))``.

    Raises
    ------
    UnreadableAudio
        As `decode`.
    """
    samples = _decode(source, sample_rate, part, straight=True)
    return samples if samples.dtype == np.int16 else to_pcm16(samples)


def read_samples(source: Source, sample_rate: int = SAMPLE_RATE) -> Int16 | Float32:
    """Read a whole file: its own int16 samples where it is mono 16-bit at ``sample_rate``, else as `decode`.

    Raises
    ------
    UnreadableAudio
        As `decode`.
    """
    samples: Int16 | Float32 = _decode(source, sample_rate, WHOLE, straight=True)
    return samples


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


def _decode(source: Source, sample_rate: int, part: Part, *, straight: bool) -> npt.NDArray[Any]:
    """Decode; ``straight`` lets the int16 samples of a mono file at the wanted rate pass."""
    with open_binary(source) as (file, name), closing(_open(file, name)) as sound:
        rate = sound.rate
        start, count = part.samples(rate, sound.frames)
        if start >= sound.frames > 0:
            length = sound.frames / rate
            raise UnreadableAudio("too_short", f"{name}: offset {part.offset} s is beyond its {length:.3f} s")
        as_it_is = straight and sound.is_mono_pcm16 and rate == sample_rate
        samples = sound.read(start, count, "int16" if as_it_is else "float32")
    check_samples(samples, rate, name)
    if rate != sample_rate:
        samples = soxr.resample(samples, rate, sample_rate, quality="HQ")
    wanted = samples.size if part.duration is None else round(part.duration * sample_rate)
    return np.ascontiguousarray(samples[:wanted], dtype=np.int16 if as_it_is else np.float32)


def _open(file: BinaryIO, name: str) -> Sound | Container:
    """Open with libsndfile; with PyAV what it cannot read, or of which it only guesses the length."""
    _refuse_truncated(file, name)
    sound: Sound | Container
    try:
        sound = Sound(file, name)
    except UnreadableAudio as refused:
        try:
            sound = Container(file, name)
        except UnreadableAudio as again:
            raise (again if again.reason == "unsupported" else refused) from again
    else:
        if _length_is_a_guess(sound, file):
            sound = _second_reader(sound, file, name)
    if not LOWEST_RATE <= sound.rate <= HIGHEST_RATE:
        sound.close()
        detail = f"{name}: {sound.rate} Hz is outside {LOWEST_RATE}-{HIGHEST_RATE} Hz"
        raise UnreadableAudio("bad_rate", detail)
    return sound


def _length_is_a_guess(sound: Sound, file: BinaryIO) -> bool:
    if sound.format != "MP3":
        return not 0 < sound.frames < ENDLESS
    position = file.tell()
    try:
        return not states_its_length(file)
    finally:
        file.seek(position)


def _second_reader(sound: Sound, file: BinaryIO, name: str) -> Sound | Container:
    """Return the file opened by PyAV, or by libsndfile where that fails."""
    sound.close()
    try:
        return Container(file, name)
    except UnreadableAudio:
        file.seek(0)
        return Sound(file, name)


def _refuse_truncated(file: BinaryIO, name: str) -> None:
    """Refuse a RIFF file that is shorter than it says: libsndfile would silently read what is left."""
    missing = missing_bytes(file)
    file.seek(0)
    if missing > 0:
        raise UnreadableAudio("truncated", f"{name}: {missing} bytes fewer than its header says")
