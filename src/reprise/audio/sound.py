"""Files that libsndfile reads: wav, flac, ogg (Vorbis, Opus), mp3, aiff, au, caf, w64."""

from __future__ import annotations

import os
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import soundfile

from reprise.audio.channels import mix
from reprise.audio.unreadable import UnreadableAudio

BLOCK = 1 << 18  # frames read at a time, so that a header that lies cannot allocate memory
PREROLL = 1.0  # seconds of mp3 decoded before a part: a frame may use bytes that those before it left over
MAGIC = (b"RIFF", b"RF64", b"fLaC", b"OggS", b"ID3", b"FORM", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")


class _Steady:
    """A file that stays where it is when a damaged header sends libsndfile before its start, and ends where a disk does not answer.

    An exception has no way through native code: it would be printed on the terminal and lost.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._read, self._seek, self.tell = file.read, file.seek, file.tell

    def read(self, count: int) -> bytes:
        """Read some bytes."""
        try:
            return self._read(count)
        except OSError:
            return b""

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a position, if there is one."""
        try:
            return self._seek(offset, whence)
        except (OSError, ValueError):
            return self.tell()


class Sound:
    """An open file.

    Parameters
    ----------
    file : binary file
        Seekable, at its start; stays open.
    name : str
        For messages.

    Attributes
    ----------
    rate : int
        In Hz.
    frames : int
        Samples of each channel, as the header says.

    Raises
    ------
    UnreadableAudio
        ``corrupt`` (it begins like audio) or ``not_audio``.
    """

    def __init__(self, file: BinaryIO, name: str) -> None:
        head = file.read(4)
        file.seek(0)
        self._name = name
        try:
            self._sound = soundfile.SoundFile(_Steady(file))
        except (soundfile.LibsndfileError, TypeError) as error:
            reason = "corrupt" if head.startswith(MAGIC) else "not_audio"
            text = getattr(error, "error_string", str(error))
            raise UnreadableAudio(reason, f"{name}: libsndfile says: {text}") from error
        self.rate = int(self._sound.samplerate)
        self.frames = int(self._sound.frames)

    @property
    def format(self) -> str:
        """The container, as libsndfile names it."""
        return str(self._sound.format)

    @property
    def is_mono_pcm16(self) -> bool:
        """Whether the file holds int16 samples of one channel."""
        return (self._sound.channels, self._sound.subtype) == (1, "PCM_16")

    def read(self, start: int, count: int | None, dtype: str = "float32") -> npt.NDArray[Any]:
        """Read a part, block by block, and average its channels.

        Parameters
        ----------
        start : int
            First sample.
        count : int or None
            At most so many; ``None`` for all up to the end.
        dtype : str
            ``float32``, or ``int16`` of a file that `is_mono_pcm16`.

        Raises
        ------
        UnreadableAudio
            ``corrupt``, ``empty``, or ``truncated`` where there are fewer samples than the header promises.
        """
        lead = min(start, round(PREROLL * self.rate)) if self.format == "MP3" else 0
        wanted = self.frames - start if count is None else min(self.frames - start, count)
        self._seek(start - lead)
        return self._read(wanted + lead, dtype)[lead:]

    def close(self) -> None:
        """Let go of the file, which stays open."""
        self._sound.close()

    def _seek(self, position: int) -> None:
        if position:
            try:
                self._sound.seek(position)
            except soundfile.LibsndfileError as error:
                seconds = position / self.rate
                raise UnreadableAudio("corrupt", f"{self._name}: cannot seek to {seconds:.3f} s") from error

    def _read(self, wanted: int, dtype: str) -> npt.NDArray[Any]:
        blocks, left = [], wanted
        while left > 0:
            block = self._block(min(BLOCK, left), dtype)
            if len(block) == 0:
                break
            blocks.append(mix(block))
            left -= len(block)
        if not blocks:
            raise UnreadableAudio("empty", f"{self._name}: no samples")
        if left > 0:
            raise UnreadableAudio("truncated", f"{self._name}: {left} of {wanted} samples are missing")
        return np.concatenate(blocks)

    def _block(self, frames: int, dtype: str) -> npt.NDArray[Any]:
        try:
            block: npt.NDArray[Any] = self._sound.read(frames, dtype=dtype, always_2d=True)
        except soundfile.LibsndfileError as error:
            raise UnreadableAudio("corrupt", f"{self._name}: {error.error_string}") from error
        return block
