"""GTZAN mini: the ten first tracks of each GTZAN genre.

100 tracks of 30 s, 10 of each of 10 genres, 22,050 Hz mono 16-bit wav, 132 MB unpacked; the ``mini`` version of
mirdata. One zip that GitHub packs on request (its bytes are not stable, so each track has a checksum of its own).
Option ``limit``: at most so many tracks of each genre, 0 for all.

Paper: G. Tzanetakis, P. Cook: Musical genre classification of audio signals. IEEE TSAP 10(5), 2002.

Licence: none stated; GTZAN's recordings are commercial. For research; not redistributed by this project.

Known faults: tracks with neighbouring numbers often share an artist, and no artist is named, so genre figures flatter
and splits can only be grouped by likeness; clip lengths differ by genre (661,100 to 669,680 samples, all cropped to
660,000 here); further faults in B. L. Sturm, arXiv 1306.1461.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from reprise.datasets.archive import ZipMember, zip_members
from reprise.datasets.base import Info, RawTrack, Reject, Remote, Request
from reprise.datasets.genre_folders import MISSING, genre_tracks, is_track, short_name
from reprise.datasets.gtzan_mini_checksums import SHA256

ARCHIVE = "main.zip"

INFO = Info(
    title="GTZAN mini",
    licence="none stated; for research, not redistributed",
    source="github.com/TempoBeatDownbeat/gtzan_mini: tracks of GTZAN (Tzanetakis & Cook 2002)",
    homepage="https://github.com/TempoBeatDownbeat/gtzan_mini",
    n_samples=660_000,
    roles=("tracks",),
    provides=frozenset({"genre"}),
    missing=MISSING,
    remotes=(Remote(ARCHIVE, "https://github.com/TempoBeatDownbeat/gtzan_mini/archive/refs/heads/main.zip"),),
    n_tracks=100,
    n_bytes=123_000_000,  # the 132 MB of wav, deflated
)


def load(request: Request) -> Iterator[RawTrack | Reject]:
    """Iterate over the tracks, each with its checksum, then over those that the archive lacks or should not have."""
    members = {
        short_name(name): member
        for name, member in zip_members(request.files[ARCHIVE]).items()
        if is_track(name)
    }
    known = [(name, _checked(members[name], SHA256[name])) for name in sorted(members) if name in SHA256]
    yield from genre_tracks(known, int(request.options.get("limit") or 0))
    for name in sorted(SHA256.keys() - members.keys()):
        yield Reject(name, "missing", "the archive does not hold this track of GTZAN mini")
    for name in sorted(members.keys() - SHA256.keys()):
        yield Reject(name, "unexpected", "no track of GTZAN mini has this name, so it cannot be checked")


def _checked(member: ZipMember, sha256: str) -> ZipMember:
    return replace(member, sha256=sha256)
