"""What MulJam and MTG-Jamendo say about a song: lyrics, language, tags, artist, title, year."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from reprise.datasets.archive import zip_members
from reprise.datasets.git_objects import blob_id, pinned_text, tree_id
from reprise.errors import BadInput

ARCHIVE, TAGS, NAMES = "LyricWhiz.zip", "raw_30s_cleantags_50artists.tsv", "raw.meta.tsv"

TREES = {
    "MulJam": "7aa19596781495865a5c723bc235ba0c515d912e",
    "MulJam_v2.0": "22df23bfc63513c10f28c995cb52ea0721b3af59",
}
"""Git ids of the folders of LyricWhiz that are read."""

BLOBS = {
    TAGS: "bedb85a7516209d5c30f41557fc189aec415a5ff",
    NAMES: "b04c274789a6de3c0f8d40ef69aa5699e48d5e4f",
}
"""Git ids of the tables of MTG-Jamendo that are read."""


@dataclass(frozen=True)
class Tagged:
    """A row of MTG-Jamendo's table of tags, which come by category: ``genre``, ``instrument``, ``mood/theme``."""

    artist: str
    genres: tuple[str, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True)
class Named:
    """A row of MTG-Jamendo's table of names."""

    artist: str
    title: str
    year: int | None


def read_lyrics(path: Path) -> tuple[dict[int, str], dict[int, str]]:
    """Return lyrics and language by Jamendo number.

    Parameters
    ----------
    path : Path
        LyricWhiz as GitHub packs it. The zip's bytes are not stable, so the folders inside are checked by their git id.

    Returns
    -------
    dict of int to str
        Transcripts, one line of the song each line. 24 songs stand in ``train`` and in ``test``: ``train`` counts.
    dict of int to str
        Language codes, of the songs that version 2.0 kept.

    Raises
    ------
    BadInput
        If a folder is not that of the pinned commit.
    """
    files = _checked_files(path)
    lyrics: dict[int, str] = {}
    for name in sorted(files, reverse=True):  # train before test
        if name.startswith("MulJam/") and name.endswith(".json"):
            lyrics.setdefault(_number(name), json.loads(files[name])["output"])
    languages = {}
    for name in sorted(files):
        if name.endswith(".meta"):
            for row in csv.DictReader(io.StringIO(files[name].decode("utf-8"))):
                languages[_number(row["file"])] = row["lang"]
    return lyrics, languages


def song_numbers(path: Path) -> set[int]:
    """Return the numbers of the songs with lyrics, by the names in the archive alone."""
    names = (name.partition("/")[2] for name in zip_members(path))
    return {_number(name) for name in names if name.startswith("MulJam/") and name.endswith(".json")}


def read_tags(path: Path) -> dict[int, Tagged]:
    """Return the rows of MTG-Jamendo's table of tags.

    Raises
    ------
    BadInput
        If the file is not that of the pinned commit.
    """
    rows = {}
    for line in pinned_text(path, BLOBS[TAGS]).splitlines()[1:]:
        number, artist, _album, _path, _duration, *tags = line.split("\t")
        pairs = [tag.split("---", 1) for tag in tags]
        genres = tuple(name for category, name in pairs if category == "genre")
        rows[_number(number)] = Tagged(artist, genres, tuple(name for _category, name in pairs))
    return rows


def read_names(path: Path) -> dict[int, Named]:
    """Return the rows of MTG-Jamendo's table of names, which quotes nothing; two rows have an empty field too many.

    An artist has one name: the first that stands there for the artist's number.

    Raises
    ------
    BadInput
        If the file is not that of the pinned commit.
    """
    rows, artists = {}, dict[str, str]()
    for line in pinned_text(path, BLOBS[NAMES]).splitlines()[1:]:
        cells = line.split("\t")
        artist = artists.setdefault(cells[1], cells[-4])
        year = re.match(r"(19|20)\d\d", cells[-2])
        rows[_number(cells[0])] = Named(artist, cells[3], int(year[0]) if year else None)
    return rows


def main_genre(genres: Iterable[str], frequency: Mapping[str, int]) -> str | None:
    """Return the genre of a song that most songs have (the first by name, where two are equally frequent).

    Upstream lists genres by name, so that its first one would only tell the alphabet.
    """
    return min(genres, key=lambda genre: (-frequency[genre], genre), default=None)


def genre_frequency(songs: Iterable[int], tagged: Mapping[int, Tagged]) -> Counter[str]:
    """Return how many of the songs have each genre."""
    return Counter(genre for song in songs if song in tagged for genre in tagged[song].genres)


def _checked_files(path: Path) -> dict[str, bytes]:
    files = {}
    for name, member in zip_members(path).items():
        inside = name.partition("/")[2]  # the zip has one folder on top
        if inside.partition("/")[0] in TREES:
            files[inside] = member.open()
    for folder, tree in TREES.items():
        start = f"{folder}/"
        blobs = {
            name.removeprefix(start): blob_id(data) for name, data in files.items() if name.startswith(start)
        }
        found = tree_id(blobs)
        if found != tree:
            raise BadInput(
                f"{path}: the git id of its folder {folder} is {found}, upstream's is {tree}; delete it and run again"
            )
    return files


def _number(name: str) -> int:
    """Return the Jamendo number of ``00/100.low.mp3``, ``train/100.json``, ``prompt_final_en_100.json``, ``track_0000100``."""
    return int(PurePosixPath(name).name.partition(".")[0].rpartition("_")[2])
