"""FMA small: 8,000 excerpts of 30 s in 8 balanced genres, with artists, tags and an artist-disjoint split.

1,000 tracks of each of Electronic, Experimental, Folk, Hip-Hop, Instrumental, International, Pop and Rock, mp3 of
various rates and channels: ``fma_small.zip`` (7.7 GB) with ``fma_small/000/000002.mp3``, and ``fma_metadata.zip``
(358 MB) with ``tracks.csv``. Upstream cut the 30 s from the middle of each song. The genre is ``track.genre_top``, the
split ``set.split`` (80/10/10, no artist on two sides), the year that of the recording or else of the album's release.
Option ``limit``: at most so many tracks of each genre, the lowest numbers first, 0 for all.

Paper: M. Defferrard, K. Benzi, P. Vandergheynst, X. Bresson: FMA: a dataset for music analysis. ISMIR 2017, arXiv
1612.01840.

Licence: metadata CC BY 4.0; each recording has the licence that its artist chose (``track.license`` of ``tracks.csv``,
mostly Creative Commons). For research.

Known faults: upstream trusted wrong durations (issues 4, 8 and 44 of mdeff/fma), so 099134, 108925 and 133297 hold no
audio and 098565, 098567 and 098569 much less than 30 s: six rejects. Genres are the artists' own choice; tags are
scarce and at times repeat the artist's name. Low numbers are old uploads and come in albums, so a ``limit`` takes few
artists. Both archives are compressed with bzip2, which some unpackers cannot read; here nothing is unpacked to disk.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import PurePosixPath

from reprise.datasets.archive import zip_members
from reprise.datasets.base import Info, RawTrack, Reject, Remote, Request
from reprise.datasets.fma_tracks import FmaTrack, read_tracks

SERVER = "https://os.unil.cloud.switch.ch/fma"
METADATA, AUDIO = "fma_metadata.zip", "fma_small.zip"
GENRES, TRACKS_PER_GENRE = 8, 1_000

INFO = Info(
    title="FMA small",
    licence="metadata CC BY 4.0; audio: each track's own, mostly Creative Commons",
    source="Free Music Archive, by github.com/mdeff/fma (release of 2017-05-09)",
    homepage="https://github.com/mdeff/fma",
    n_samples=660_000,
    roles=("tracks",),
    provides=frozenset({"genre", "tags", "year"}),
    missing={
        "lyrics": "FMA has no lyrics",
        "language": "uploaders may give a language, which does not say whether anything is sung",
        "factors": "true generative factors exist for rendered music only",
        "affect": "FMA was not judged for arousal and valence",
        "pairs": "FMA was not judged for arousal and valence",
        "targets": "the 18 targets belong to songs with lyrics",
    },
    remotes=(
        Remote(METADATA, f"{SERVER}/{METADATA}", "sha1:f0df49ffe5f2a6008d7dc83c6915b31835dfe733"),
        Remote(AUDIO, f"{SERVER}/{AUDIO}", "sha1:ade154f733639d52e35e32f5593efe5be76c6d70"),
    ),
    n_tracks=GENRES * TRACKS_PER_GENRE,
    n_bytes=358_412_441 + 7_679_594_875,
)


def load(request: Request) -> Iterator[RawTrack | Reject]:
    """Iterate over the tracks by their number, then over audio that no row of the table names."""
    rows = read_tracks(request.files[METADATA], "small")
    members = {
        source_name(name): member
        for name, member in zip_members(request.files[AUDIO]).items()
        if name.endswith(".mp3")
    }
    names = artist_names(rows)
    for row in _limited(rows, int(request.options.get("limit") or 0)):
        source = f"{row.number // 1_000:03d}/{row.number:06d}.mp3"
        if source not in members:
            yield Reject(source, "missing", "the archive does not hold this track of FMA small")
            continue
        yield RawTrack(
            source=source,
            audio=members[source],
            genre=row.genre,
            tags=row.tags,
            artist=names[row.artist_id],
            title=row.title,
            year=row.year,
            official_split=row.split,
        )
    known = {f"{row.number:06d}" for row in rows}
    for source in sorted(name for name in members if PurePosixPath(name).stem not in known):
        yield Reject(source, "unexpected", "no row of the small subset names it")


def count(request: Request) -> int:
    """Return how many tracks the whole archives give."""
    limit = int(request.options.get("limit") or TRACKS_PER_GENRE)
    return GENRES * min(limit, TRACKS_PER_GENRE)


def source_name(name: str) -> str:
    """Return ``<folder>/<file>``, upstream's name of a track inside each of its archives."""
    return "/".join(PurePosixPath(name).parts[-2:])


def artist_names(rows: list[FmaTrack]) -> dict[str, str]:
    """Return one name for each artist's number, so that another spelling does not make another artist."""
    names: dict[str, str] = {}
    for row in rows:
        names.setdefault(row.artist_id, row.artist or f"artist {row.artist_id}")
    return names


def _limited(rows: list[FmaTrack], limit: int) -> Iterator[FmaTrack]:
    taken: Counter[str] = Counter()
    for row in rows:
        taken[row.genre] += 1
        if not limit or taken[row.genre] <= limit:
            yield row
