"""Reading zip and tar archives member by member, without ever unpacking them.

Raw data stays one file per remote: a folder of unpacked tracks would show labels in its paths. Member names are
checked nevertheless, for an archive that names files outside itself was made to do harm.
"""

from __future__ import annotations

import hashlib
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from reprise.audio.apart import decoder
from reprise.audio.decode import Part
from reprise.audio.unreadable import UnreadableAudio
from reprise.errors import BadInput, RepriseError

LARGEST_MEMBER = 1 << 28
"""Bytes (256 MiB: hours of mp3, or 50 minutes of CD audio); a member that unpacks to more is refused unread."""

ENCRYPTED = 0x1


@dataclass(frozen=True)
class ZipMember:
    """A file inside a zip archive, opened when its turn comes; members of one archive may be read by many threads.

    Attributes
    ----------
    archive : zipfile.ZipFile
        Open for reading; closed when its last member is gone.
    name : str
        Name inside the archive.
    sha256 : str or None
        Hexadecimal checksum that the content must have.
    """

    archive: zipfile.ZipFile
    name: str
    sha256: str | None = None

    def open(self) -> bytes:
        """Return the content.

        Raises
        ------
        UnreadableAudio
            ``too_large``, ``corrupt`` (archive damaged here, or a decoder's own reason), ``wrong_checksum``.
        """
        size = self.archive.getinfo(self.name).file_size
        if size > LARGEST_MEMBER:
            raise UnreadableAudio(
                "too_large", f"{self.name}: {size} bytes; at most {LARGEST_MEMBER} are read"
            )
        try:
            data = self.archive.read(self.name)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            raise UnreadableAudio("corrupt", f"{self.name}: {error}") from error
        self._check(data)
        return data

    def _check(self, data: bytes) -> None:
        found = hashlib.sha256(data).hexdigest()
        if self.sha256 is not None and found != self.sha256:
            decoder().decode(data, Part())  # a reason such as "truncated" says more than a checksum does
            raise UnreadableAudio("wrong_checksum", f"{self.name}: sha256 {found}, expected {self.sha256}")


def zip_members(path: Path) -> dict[str, ZipMember]:
    """Return the files of a zip archive, sorted by name.

    Raises
    ------
    BadInput
        If the file is no zip archive, or holds a name that leaves it, a link, or an encrypted member.
    """
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError) as error:
        raise _not_an_archive(path, "zip", error) from error
    members = {}
    for info in sorted(archive.infolist(), key=lambda info: info.filename):
        check_name(info.filename, path)
        if stat.S_ISLNK(info.external_attr >> 16):
            raise BadInput(f"{path}: '{info.filename}' is a link; archives with links are refused")
        if info.flag_bits & ENCRYPTED:
            raise BadInput(f"{path}: '{info.filename}' is encrypted; only open archives are read")
        if not info.is_dir():
            members[info.filename] = ZipMember(archive, info.filename)
    return members


def tar_files(path: Path) -> Iterator[tuple[str, bytes]]:
    """Iterate over name and content of the files of a tar archive (plain or compressed), in the archive's order.

    Raises
    ------
    BadInput
        If the file is no tar archive, ends early, or holds a name that leaves it, a link, a device, or a member too
        large to be read.
    """
    try:
        with tarfile.open(path, "r|*") as archive:
            for member in archive:
                check_name(member.name, path)
                if member.isdir():
                    continue
                if member.size > LARGEST_MEMBER:
                    raise BadInput(
                        f"{path}: '{member.name}' has {member.size} bytes; at most {LARGEST_MEMBER} are read"
                    )
                content = archive.extractfile(member) if member.isreg() else None
                if content is None:
                    raise BadInput(
                        f"{path}: '{member.name}' is a link or device; archives with such are refused"
                    )
                yield member.name, content.read()
    except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
        raise _not_an_archive(path, "tar", error) from error


def check_name(name: str, path: Path) -> None:
    """Refuse a member name that leaves the archive.

    Raises
    ------
    BadInput
        For an absolute name, a drive, a backslash, a zero byte, or a part ``..``.
    """
    parts = PurePosixPath(name).parts
    if name.startswith("/") or "\\" in name or "\0" in name or name[1:2] == ":" or ".." in parts:
        raise BadInput(f"{path}: the member name '{name}' leaves the archive; the whole archive is refused")


def _not_an_archive(path: Path, kind: str, error: Exception) -> RepriseError:
    if not path.is_file():
        return BadInput(f"{path}: there is no such file")
    if looks_like_html(path):
        return BadInput(f"{path}: is an HTML page, not a {kind} archive; delete it and run again")
    return BadInput(f"{path}: is damaged or no {kind} archive ({error}); delete it and run again")


def looks_like_html(path: Path) -> bool:
    """Whether a file begins as a web page does: what servers send instead of a file that is not there."""
    with path.open("rb") as file:
        head = file.read(512).lstrip().lower()
    return head.startswith((b"<!doctype html", b"<html", b"<head", b"<?xml"))
