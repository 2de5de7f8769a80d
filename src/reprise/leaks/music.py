"""A folder of music as people keep it: a folder for each genre, numbered files, a table beside them.

Names, order and folders tell the genre, as in GTZAN: what must not get through the first stage is all there.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from reprise.replica import link_or_copy

TABLE = "table.csv"
COLUMNS = ("file", "artist", "year", "language", "tags", "lyrics")
Rows = list[dict[str, str]]
WORDS = 80
"""Words of the lyrics of a song: a chorus and a verse; more take longer to embed and tell no more."""


@dataclass(frozen=True)
class Song:
    """A track of the pool that worlds are drawn from: its sound, its genre, and the rest of its row in the table."""

    wav: Path
    genre: str
    artist: str
    year: str = ""
    language: str = ""
    tags: str = ""
    lyrics: str = ""


def pool(corpus: Path) -> list[Song]:
    """Return the tracks of a corpus that was brought in: ``data/corpus/tracks`` of a project that is computed."""
    from reprise.tables import read_table

    table = read_table(corpus / "labels.parquet", "labels")
    for name in ("groups", "metadata", "lyrics"):
        table = table.merge(
            read_table(corpus / f"{name}.parquet", name), on="track_id", how="left", suffixes=("", "_")
        )
    tags = read_table(corpus / "tags.parquet", "tags").groupby("track_id")["tag"].agg(";".join)
    table = table[table["genre"].notna()].sort_values("track_id").astype(object)
    table = table.where(table.notna(), "")
    return [
        Song(
            corpus / "audio" / f"{row['track_id']}.wav",
            str(row["genre"]),
            str(row["artist_id"]),
            str(row["year"]),
            str(row["language"]),
            tags.get(row["track_id"], ""),
            beginning(str(row["text"])),
        )
        for row in table.to_dict("records")
    ]


def beginning(text: str, count: int = WORDS) -> str:
    """Return as many whole lines from the start of a text as hold so many words, at least one."""
    lines: list[str] = []
    for line in text.splitlines():
        if lines and sum(len(one.split()) for one in (*lines, line)) > count:
            break
        lines.append(line)
    return "\n".join(lines)


def draw(songs: Iterable[Song], tracks: int, seed: int) -> list[Song]:
    """Draw about so many tracks of each genre, whole artists at a time."""
    rng = np.random.default_rng([seed, 77])
    by_genre: dict[str, dict[str, list[Song]]] = {}
    for song in songs:
        by_genre.setdefault(song.genre, {}).setdefault(song.artist, []).append(song)
    chosen: list[Song] = []
    for genre in sorted(by_genre):
        artists = sorted(by_genre[genre])
        found: list[Song] = []
        for place in rng.permutation(len(artists)):
            if len(found) < tracks:
                found += by_genre[genre][artists[place]]
        chosen += found[:tracks]
    return chosen


def lay_out(songs: Iterable[Song], folder: Path) -> None:
    """Write the folder and its table."""
    rows: Rows = []
    counts: dict[str, int] = {}
    for song in songs:
        number = counts[song.genre] = counts.get(song.genre, -1) + 1
        name = f"{song.genre}/{song.genre}.{number:05}.wav"
        (folder / song.genre).mkdir(parents=True, exist_ok=True)
        link_or_copy(str(song.wav), str(folder / name))
        rows.append({"file": name, **{column: getattr(song, column) for column in COLUMNS[1:]}})
    write_rows(folder, rows)


def read_rows(folder: Path) -> Rows:
    """Read the table."""
    with (folder / TABLE).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write_rows(folder: Path, rows: Rows) -> None:
    """Write the table, as a file of its own: a copy may share the old one."""
    (folder / TABLE).unlink(missing_ok=True)
    with (folder / TABLE).open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)


def change_rows(folder: Path, change: Callable[[dict[str, str]], dict[str, str]]) -> None:
    """Change every row of the table."""
    write_rows(folder, [change(row) for row in read_rows(folder)])


def permute_genres(folder: Path, rng: np.random.Generator) -> None:
    """Deal the tracks to the names of files anew: folders and numbers stay, sounds and their rows change places.

    So every genre, order and name of the raw data belongs to another track, and nothing else is different.
    """
    rows = read_rows(folder)
    names = [row["file"] for row in rows]
    places = [names[place] for place in rng.permutation(len(names))]
    for name in names:
        (folder / name).rename(folder / f"{name}.moving")
    for old, new in zip(names, places, strict=True):
        (folder / f"{old}.moving").rename(folder / new)
    moved = dict(zip(names, places, strict=True))
    write_rows(
        folder, sorted(({**row, "file": moved[row["file"]]} for row in rows), key=lambda row: row["file"])
    )
