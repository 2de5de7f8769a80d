"""Files that libsndfile does not read: AAC and ALAC in m4a, Opus in mp4 and webm, WMA, WavPack, APE, raw AAC and the like.

PyAV brings ffmpeg's readers in its wheel; it is imported when it is needed, which costs a fifth of a second. ffmpeg knows formats
that are lists of other files or addresses; only those that hold their own sound are let in, whatever a file is called.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import chain
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from reprise.audio.channels import as_mono
from reprise.audio.unreadable import UnreadableAudio

Float32 = npt.NDArray[np.float32]

FORMATS = (
    "aac", "ac3", "aiff", "amr", "ape", "asf", "au", "caf", "dsf", "eac3", "flac", "loas", "matroska", "mov", "mp3", "mpc",
    "mpc8", "ogg", "oma", "shn", "tak", "tta", "w64", "wav", "wv",
)  # fmt: skip
WITHOUT_LENGTH = {"aac", "ac3", "eac3", "amr", "loas", "mp3"}
"""Formats that are a row of packets: what ffmpeg calls their duration is a guess from the bit rate."""

PREROLL = 1.0
"""Seconds decoded and thrown away before a part, for a packet is decoded with the help of those before it."""

MOST_BAD = 0.01
"""Share of packets that may be undecodable, beside one."""

TOLERANCE = 0.25
"""Seconds that may be missing at the end: encoders count their padding in different ways."""


class _Bytes:
    """A file without its name: ffmpeg would take the suffix for a hint."""

    def __init__(self, file: BinaryIO) -> None:
        self.read, self.seek, self.tell = file.read, file.seek, file.tell


class Container:
    """An open file.

    Parameters
    ----------
    file : binary file
        Seekable; stays open.
    name : str
        For messages.

    Attributes
    ----------
    rate : int
        In Hz, of the first decoded frame (the header of an AAC file may state half of it).
    frames : int
        Samples of each channel: as the header says or, where it does not, as its packets add up.

    Raises
    ------
    UnreadableAudio
        ``not_audio``, ``unsupported`` (no decoder, or protected), ``corrupt``, or ``empty``.
    """

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file, self._name = file, name
        self._container: Any = None
        self._open()
        try:
            seconds, self._is_promise = self._length()
            first = self._first()
            if first is None:
                raise UnreadableAudio("empty", f"{name}: no samples")
            self.rate, self._origin = int(first.sample_rate), first.pts or 0
            self.frames = round(seconds * self.rate)
        except UnreadableAudio:
            self.close()
            raise

    @property
    def format(self) -> str:
        """The container, as ffmpeg names it."""
        return str(self._container.format.name)

    @property
    def is_mono_pcm16(self) -> bool:
        """Never: such files are libsndfile's."""
        return False

    def read(self, start: int, count: int | None, dtype: str = "float32") -> Float32:  # noqa: ARG002
        """Decode a part, packet by packet, and average its channels.

        Parameters
        ----------
        start : int
            First sample.
        count : int or None
            At most so many; ``None`` for all up to the end.
        dtype : str
            ``float32``.

        Raises
        ------
        UnreadableAudio
            ``corrupt``, ``empty``, or ``truncated`` where there are fewer samples than the header promises.
        """
        if start > PREROLL * self.rate:
            self._seek(start / self.rate - PREROLL)
        blocks = list(self._blocks(start, count))
        if not blocks:
            raise UnreadableAudio("empty", f"{self._name}: no samples")
        samples = np.concatenate(blocks)
        promised = self.frames - start if count is None else min(self.frames - start, count)
        if self._is_promise and promised - samples.size > TOLERANCE * self.rate:
            missing = promised - samples.size
            raise UnreadableAudio("truncated", f"{self._name}: {missing} of {promised} samples are missing")
        return samples

    def close(self) -> None:
        """Let go of the file, which stays open."""
        if self._container is not None:
            self._container.close()

    def _open(self) -> None:
        """Begin, or begin again, at the start."""
        import av

        av.logging.set_level(None)
        self.close()
        self._failure = av.FFmpegError
        self._file.seek(0)
        options = {"format_whitelist": ",".join(FORMATS)}
        try:
            self._container = av.open(_Bytes(self._file), metadata_errors="ignore", options=options)
        except av.FFmpegError as error:
            raise UnreadableAudio("not_audio", f"{self._name}: ffmpeg says: {error.strerror}") from error
        self._stream = self._container.streams.best("audio")
        if self._stream is None or self._stream.codec_context is None:
            self.close()
            reason = "not_audio" if self._stream is None else "unsupported"
            raise UnreadableAudio(reason, f"{self._name}: has no sound that ffmpeg can decode")
        self._stream.codec_context.thread_count = 1
        self._decoded = self._frames()

    def _packets(self) -> Iterator[Any]:
        try:
            yield from self._container.demux(self._stream)
        except self._failure as error:
            raise UnreadableAudio("corrupt", f"{self._name}: ffmpeg says: {error.strerror}") from error

    def _frames(self) -> Iterator[Any]:
        """Decode on, over single bad packets, as players do: tags in mid-file, or where a recording was joined."""
        packets, bad = 0, 0
        for packet in self._packets():
            packets += 1
            try:
                frames = packet.decode()
            except self._failure as error:
                bad += 1
                if bad > 1 + MOST_BAD * packets:
                    raise UnreadableAudio(
                        "corrupt", f"{self._name}: ffmpeg says: {error.strerror}"
                    ) from error
                continue
            yield from frames

    def _first(self) -> Any:
        """Return the next frame without taking it away; ``None`` at the end."""
        first = next(self._decoded, None)
        if first is not None:
            self._decoded = chain([first], self._decoded)
        return first

    def _seek(self, seconds: float) -> None:
        """Go on decoding at or before a time; where the format cannot do that, from the start."""
        offset = self._origin + int(seconds / self._stream.time_base)
        try:
            self._container.seek(offset, stream=self._stream)
        except self._failure:
            self._open()
            return
        self._decoded = self._frames()
        first = self._first()
        if first is None or first.pts is None or first.pts > offset + PREROLL / self._stream.time_base:
            self._open()

    def _length(self) -> tuple[Fraction, bool]:
        """Return the number of seconds, and whether the file states it."""
        base = self._stream.time_base
        if self.format not in WITHOUT_LENGTH:
            if self._stream.duration:
                return self._stream.duration * base, True
            if self._container.duration:
                return Fraction(self._container.duration, 1_000_000), True
        ticks = sum(packet.duration or 0 for packet in self._packets())
        self._open()
        return ticks * base, False

    def _blocks(self, start: int, count: int | None) -> Iterator[Float32]:
        position = None
        for frame in self._decoded:
            if int(frame.sample_rate) != self.rate:
                detail = f"{self._name}: its rate changes from {self.rate} to {frame.sample_rate} Hz"
                raise UnreadableAudio("corrupt", detail)
            if position is None:
                position = self._position(frame)
            block = as_mono(frame)
            first = max(0, start - position)
            last = block.size if count is None else min(block.size, start + count - position)
            position += block.size
            if first < last:
                yield block[first:last]
            if count is not None and position >= start + count:
                return

    def _position(self, frame: Any) -> int:
        return 0 if frame.pts is None else round((frame.pts - self._origin) * frame.time_base * self.rate)
