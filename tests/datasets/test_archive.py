"""Archives: read without unpacking, refused where they mean harm."""

from __future__ import annotations

import hashlib
import io
import stat
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.datasets.conftest import HTML, encoded, tone, write_zip

from reprise.audio.decode import UnreadableAudio
from reprise.datasets.archive import check_name, tar_files, zip_members
from reprise.errors import BadInput

HARMFUL = ["/etc/passwd", "../up", "a/../../up", "C:/x", "a\\..\\b", "..", "a/.."]


def write_tar(path: Path, members: list[tarfile.TarInfo], data: bytes = b"data") -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for member in members:
            member.size = len(data) if member.isreg() else 0
            archive.addfile(member, io.BytesIO(data) if member.isreg() else None)
    return path


def test_zip_members_are_read_sorted_without_folders(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", {"top/b": b"2", "top/": b"", "top/a": b"1"})
    assert [(name, member.open()) for name, member in zip_members(path).items()] == [
        ("top/a", b"1"),
        ("top/b", b"2"),
    ]


@pytest.mark.parametrize("name", HARMFUL)
def test_names_that_leave_the_archive_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput, match="leaves the archive"):
        zip_members(write_zip(tmp_path / "a.zip", {"fine": b"", name: b""}))
    with pytest.raises(BadInput, match="leaves the archive"):
        list(tar_files(write_tar(tmp_path / "a.tar.gz", [tarfile.TarInfo(name)])))


@given(st.lists(st.text("abc.é -_", min_size=1).filter(lambda part: part != ".."), min_size=1))
@settings(deadline=None)
def test_plain_names_pass(parts: list[str]) -> None:
    check_name("/".join(parts), Path("a.zip"))


def test_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(BadInput, match="'link' is a link"):
        zip_members(tmp_path / "a.zip")


def test_encrypted_zip_is_refused(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", {"x": b"1"})
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(BadInput, match="encrypted"):
        zip_members(path)


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_in_a_tar_are_refused(tmp_path: Path, kind: bytes) -> None:
    member = tarfile.TarInfo("odd")
    member.type, member.linkname = kind, "data"
    with pytest.raises(BadInput, match="'odd' is a link or device"):
        list(tar_files(write_tar(tmp_path / "a.tar.gz", [tarfile.TarInfo("data"), member])))


@pytest.mark.parametrize("content", [HTML, b"", b"PK\x03\x04 cut off", b"\x1f\x8b\x08 cut off"])
def test_what_is_no_archive_is_said(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    says = "HTML page" if content == HTML else "damaged or no"
    with pytest.raises(BadInput, match=f"{says}.*delete it"):
        zip_members(path)
    with pytest.raises(BadInput, match=f"{says}.*delete it"):
        list(tar_files(path))


def test_tar_that_ends_early_is_said(tmp_path: Path) -> None:
    path = write_tar(tmp_path / "a.tar.gz", [tarfile.TarInfo("a")], data=encoded(tone(0)))
    path.write_bytes(path.read_bytes()[:-5_000])
    with pytest.raises(BadInput, match="damaged"):
        list(tar_files(path))


def test_damaged_member_is_a_reject_not_an_error(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", {"x": b"content"})
    path.write_bytes(path.read_bytes().replace(b"content", b"CONTENT"))
    with pytest.raises(UnreadableAudio) as caught:
        zip_members(path)["x"].open()
    assert caught.value.reason == "corrupt"


def test_wrong_checksum_names_the_fault_where_the_audio_shows_it(tmp_path: Path) -> None:
    wav = encoded(tone(0))
    path = write_zip(tmp_path / "a.zip", {"good": wav, "short": wav[:-100], "other": encoded(tone(1))})
    members = {
        name: replace(m, sha256=hashlib.sha256(wav).hexdigest()) for name, m in zip_members(path).items()
    }
    assert members["good"].open() == wav
    for name, reason in (("short", "truncated"), ("other", "wrong_checksum")):
        with pytest.raises(UnreadableAudio) as caught:
            members[name].open()
        assert caught.value.reason == reason


def test_huge_member_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reprise.datasets.archive.LARGEST_MEMBER", 3)
    with pytest.raises(UnreadableAudio) as caught:
        zip_members(write_zip(tmp_path / "a.zip", {"x": b"1234"}))["x"].open()
    assert caught.value.reason == "too_large"


def test_huge_member_of_a_tar_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_tar(tmp_path / "a.tar.gz", [tarfile.TarInfo("small"), tarfile.TarInfo("huge")])
    assert [name for name, _ in tar_files(path)] == ["small", "huge"]
    monkeypatch.setattr("reprise.datasets.archive.LARGEST_MEMBER", 3)
    with pytest.raises(BadInput, match="'small' has 4 bytes; at most 3"):
        list(tar_files(path))


def test_bomb_is_turned_away_by_its_size_before_it_unpacks(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("x", "w") as member:
        for _ in range(300):
            member.write(bytes(1 << 20))
    assert path.stat().st_size < 1 << 20
    with pytest.raises(UnreadableAudio) as caught:
        zip_members(path)["x"].open()
    assert caught.value.reason == "too_large"


def test_member_that_lies_about_its_size_is_not_read_beyond_it(tmp_path: Path) -> None:
    path = tmp_path / "liar.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x", bytes(1 << 22))
    data = bytearray(path.read_bytes())
    directory = data.index(b"PK\x01\x02")
    data[directory + 24 : directory + 28] = (100).to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(UnreadableAudio) as caught:
        zip_members(path)["x"].open()
    assert caught.value.reason == "corrupt"
