"""MTG-Jamendo mood/theme: 17,982 full songs with 56 mood and theme tags, artists and an artist-disjoint split.

Songs under Creative Commons, tagged by those who uploaded them: mono mp3 (``audio-low``, LAME V2) of at least 30 s at
their full length, in 100 tar archives of about 0.46 GB (46 GB in all), whose tracks are told apart by the last two
digits of their number. Option ``tars``: how many of the archives to take, 0 for all; each is a sample of about 180
songs. The split is upstream's ``split-0`` (9,949/3,802/4,231; no artist on two sides), on which the MediaEval task of
2019 was judged. Clips are taken from the middle of the songs.

Paper: D. Bogdanov, M. Won, P. Tovstogan, A. Porter, X. Serra: The MTG-Jamendo dataset for automatic music tagging.
ICML Machine Learning for Music Discovery Workshop, 2019.

Licence: tags and splits CC BY-NC-SA 4.0; each song has the Creative Commons licence that its artist chose
(``audio_licenses.txt`` upstream).

Known faults: of 18,486 songs with 59 tags 504 are in no split, which leaves three tags out (ambiental, horror, mellow)
so that all its parts have the same; those songs become rejects. Tags are those of the uploaders: a missing one says
little, and "theme" tags (film, corporate, christmas) name a use rather than a sound. The best listed systems reach a
macro PR-AUC of .155 on the test part. Splits were made for all of Jamendo's tags, not balanced for these.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reprise.audio.unreadable import UnreadableAudio
from reprise.datasets.base import Info, RawTrack, Reject, Remote, Request
from reprise.datasets.jamendo_mood_checksums import TAR_SHA256
from reprise.datasets.mtg_tars import tar_remotes, tar_tracks
from reprise.errors import BadInput

UPSTREAM = (
    "https://raw.githubusercontent.com/MTG/mtg-jamendo-dataset/1b4fa8c32e076c73b5175c1703ae805b4109309d/data"
)
SUBSET, KIND = "autotagging_moodtheme", "audio-low"
SPLITS = {split: f"{SUBSET}-{split}.tsv" for split in ("train", "validation", "test")}
CHECKSUMS = f"{SUBSET}_{KIND}_sha256_tracks.txt"
HEADER = ["TRACK_ID", "ARTIST_ID", "ALBUM_ID", "PATH", "DURATION", "TAGS"]
PREFIX = "mood/theme---"

LISTS = (
    Remote(
        SPLITS["train"],
        f"{UPSTREAM}/splits/split-0/{SPLITS['train']}",
        "sha256:e5e9e798364b34bd241b773e5011809b24429edf471f27cf21dd8181077ba2d4",
    ),
    Remote(
        SPLITS["validation"],
        f"{UPSTREAM}/splits/split-0/{SPLITS['validation']}",
        "sha256:ecaa279367153476884d84d686479e566234cef1814bd6892a8755ba0a550dbf",
    ),
    Remote(
        SPLITS["test"],
        f"{UPSTREAM}/splits/split-0/{SPLITS['test']}",
        "sha256:4341b5586bb3e5a80a882ce9ef33cb8b1bdaa7df856246ecc5de188dfe1cf394",
    ),
    Remote(
        CHECKSUMS,
        f"{UPSTREAM}/download/{CHECKSUMS}",
        "sha256:5c5af02cdf5092ab5e86ff767a144ebec3815d71d834461795f73b128ffe4846",
    ),
)


def tars(options: Mapping[str, Any]) -> tuple[Remote, ...]:
    """Return the archives that the option ``tars`` asks for."""
    wanted = int(options.get("tars") or len(TAR_SHA256))
    return tar_remotes(SUBSET, KIND, wanted, TAR_SHA256)


INFO = Info(
    title="MTG-Jamendo mood/theme",
    licence="tags CC BY-NC-SA 4.0; audio: each song's own Creative Commons licence",
    source="jamendo.com, by github.com/MTG/mtg-jamendo-dataset",
    homepage="https://mtg.github.io/mtg-jamendo-dataset",
    n_samples=660_000,
    roles=("tracks",),
    provides=frozenset({"tags"}),
    missing={
        "lyrics": "MTG-Jamendo has no lyrics (MulJam transcribes some of its songs)",
        "language": "MTG-Jamendo does not say what is sung, or in which language",
        "genre": "this subset keeps mood and theme tags only, and a song's genre tags elsewhere are several at once",
        "factors": "true generative factors exist for rendered music only",
        "affect": "mood tags are words, not values of arousal and valence",
        "pairs": "the songs were not judged in pairs",
        "targets": "the 18 targets belong to songs with lyrics",
        "year": "release dates stand in upstream's raw.meta.tsv, which is not fetched",
    },
    remotes=(*LISTS, *tars({})),
    n_tracks=17_982,
    n_bytes=46_000_000_000,  # upstream's own figure, rounded
)


def remotes(options: Mapping[str, Any]) -> tuple[Remote, ...]:
    """Return the lists, and as many archives as the option ``tars`` asks for."""
    return (*LISTS, *tars(options))


@dataclass(frozen=True)
class Song:
    """What the lists say about a song; tags are without the prefix that all of them have."""

    artist: str
    tags: tuple[str, ...]
    split: str


@dataclass(frozen=True)
class CheckedSong:
    """An mp3 and the SHA-256 that upstream lists for it."""

    data: bytes
    sha256: str

    def open(self) -> bytes:
        """Return the bytes.

        Raises
        ------
        UnreadableAudio
            ``wrong_checksum``, if they are not upstream's.
        """
        found = hashlib.sha256(self.data).hexdigest()
        if found != self.sha256:
            raise UnreadableAudio("wrong_checksum", f"sha256 {found}, expected {self.sha256}")
        return self.data


def load(request: Request) -> Iterator[RawTrack | Reject]:
    """Iterate over the songs archive by archive, each followed by those that it lacks."""
    songs = read_splits(request.files)
    checksums = read_checksums(request.files[CHECKSUMS])
    for number, tar in enumerate(tars(request.options)):
        left = _in_archive(songs, number)
        for name, audio in tar_tracks([request.files[tar.filename]]):
            left.discard(name)
            if name not in checksums:
                yield Reject(name, "unexpected", "no song of MTG-Jamendo mood/theme has this name")
            elif name not in songs:
                yield Reject(name, "no_split", "its tags are not among the 56 of split-0")
            else:
                song = songs[name]
                yield RawTrack(
                    source=name,
                    audio=CheckedSong(audio.data, checksums[name]),
                    tags=song.tags,
                    artist=song.artist,
                    official_split=song.split,
                    crop="middle",
                )
        for name in sorted(left):
            yield Reject(name, "missing", f"{tar.filename} does not hold this song")


def count(request: Request) -> int:
    """Return how many songs the chosen archives hold."""
    names = read_checksums(request.files[CHECKSUMS])
    return sum(len(_in_archive(names, number)) for number in range(len(tars(request.options))))


def read_splits(files: Mapping[str, Path]) -> dict[str, Song]:
    """Return the songs of the split, by their name in the archives (``48/948.low.mp3``).

    Raises
    ------
    BadInput
        For a line that is not of its form, or a song that stands twice; says which line of which file.
    """
    songs: dict[str, Song] = {}
    for split, filename in SPLITS.items():
        with files[filename].open(encoding="utf-8", newline="") as file:
            lines = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            try:
                if next(lines, []) != HEADER:
                    raise ValueError(f"the header must be {' '.join(HEADER)}")
                for cells in lines:
                    name, song = _song(cells, split)
                    if name in songs:
                        raise ValueError(f"{name} stands twice in the split")
                    songs[name] = song
            except (csv.Error, ValueError) as error:
                raise BadInput(f"{files[filename]}, line {lines.line_num}: {error}") from error
    return songs


def read_checksums(path: Path) -> dict[str, str]:
    """Return the SHA-256 of each song, by its name in the archives.

    Raises
    ------
    BadInput
        For a line that is not a checksum and a name.
    """
    checksums = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        found = re.fullmatch(r"([0-9a-f]{64}) (\d\d/\d+\.low\.mp3)", line)
        if found is None:
            raise BadInput(f"{path}, line {number}: '{line[:80]}' is not a sha256 and a name")
        checksums[found[2]] = found[1]
    return checksums


def _song(cells: Sequence[str], split: str) -> tuple[str, Song]:
    if len(cells) < len(HEADER):
        raise ValueError(f"{len(cells)} fields; at least {len(HEADER)} are needed")
    artist, path, tags = cells[1], cells[3], cells[5:]
    if not re.fullmatch(r"artist_\d+", artist):
        raise ValueError(f"ARTIST_ID = '{artist}' must be artist_ and a number")
    if not re.fullmatch(r"\d\d/\d+\.mp3", path):
        raise ValueError(f"PATH = '{path}' must be like 48/948.mp3")
    odd = [tag for tag in tags if not tag.startswith(PREFIX) or tag == PREFIX]
    if odd:
        raise ValueError(f"tag '{odd[0]}' must begin with {PREFIX}")
    song = Song(artist, tuple(tag.removeprefix(PREFIX) for tag in tags), split)
    return path.removesuffix(".mp3") + ".low.mp3", song


def _in_archive(names: Mapping[str, Any], number: int) -> set[str]:
    return {name for name in names if name.startswith(f"{number:02d}/")}
