"""Any source of bytes as an open file with a name."""

from __future__ import annotations

import errno
import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from reprise.audio.unreadable import UnreadableAudio

Source = str | Path | bytes | BinaryIO


def printable(name: str) -> str:
    r"""Return a file name as text; bytes that are no UTF-8 become ``\xff``."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


@contextmanager
def open_binary(source: Source) -> Iterator[tuple[BinaryIO, str]]:
    """Open any source as a seekable binary file with a name; refuse what is not a file or holds nothing."""
    if isinstance(source, bytes):
        yield _at_start(io.BytesIO(source), "bytes")
    elif isinstance(source, str | Path):
        path = Path(source)
        name = printable(path.name)
        try:
            if not stat.S_ISREG(os.stat(path).st_mode):  # opening a pipe would wait for its other end
                kind = "a directory" if path.is_dir() else "no regular file"
                raise UnreadableAudio("not_audio", f"{name}: is {kind}")
            file = path.open("rb")
        except OSError as error:
            reason = "unreadable" if error.errno in (errno.EACCES, errno.EPERM) else "missing"
            raise UnreadableAudio(reason, f"{name}: {error.strerror}") from error
        with file:
            yield _at_start(file, name)
    else:  # the caller's own file stays open
        yield _at_start(source, str(getattr(source, "name", "stream")))


def _at_start(file: BinaryIO, name: str) -> tuple[BinaryIO, str]:
    """Rewind a file, and refuse one without bytes."""
    if file.seek(0, io.SEEK_END) == 0:
        raise UnreadableAudio("empty", f"{name}: 0 bytes")
    file.seek(0)
    return file, name
