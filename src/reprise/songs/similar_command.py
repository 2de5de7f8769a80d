"""``reprise similar``: songs that are like a song of the collection, like some words, like a recording."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reprise.errors import BadInput, MissingData
from reprise.search.similar import Similar, SimilarTracks, open_similar
from reprise.tables import read_table

if TYPE_CHECKING:
    import pandas as pd

    from reprise.songs.query import Query

JOINT = Path("data/regressor")
COLUMNS = ("artist", "title", "year", "genre")
ROLE = "songs"


def asked(lyrics: str | None, audio: Path | None, genre: str, year: float | None) -> Query | None:
    """Return the query of the command's options, or ``None`` where none is given.

    Parameters
    ----------
    lyrics
        Text; ``@file`` names a file of it, ``-`` standard input.
    audio, genre, year
        As in `reprise.songs.query.Query`.

    Raises
    ------
    MissingData
        If the file of the lyrics is not there.
    """
    if lyrics is None and audio is None and not genre and year is None:
        return None
    from reprise.songs.query import Query

    return Query(_text(lyrics or ""), audio, genre, year)


def similar_to_track(root: Path, embedding: Path, name: str, k: int) -> list[Similar]:
    """Return the tracks most similar to one of the collection.

    Parameters
    ----------
    root
        Folder of the project.
    embedding
        Folder of the embedding.
    name
        An id, the start of one, or words of its artist and title.
    k
        How many.
    """
    tracks = open_similar(root / embedding)
    return tracks.to_track(find(name, tracks, described(root, embedding)), k)


def similar_to_query(root: Path, query: Query, k: int) -> list[Similar]:
    """Return the songs most similar to one that is not in the collection, by the joint embedding."""
    from reprise.songs.query import Querier

    tracks = open_similar(root / JOINT)
    return tracks.to_vector(Querier(root).embed(query), k)


def find(name: str, tracks: SimilarTracks, about: pd.DataFrame) -> str:
    """Return the id of the one track that a name means.

    Raises
    ------
    MissingData
        If it means none.
    BadInput
        If it means several.
    """
    if name in tracks:
        return name
    wanted = name.casefold().split()
    found = [
        track for track in about.index if track in tracks and _means(wanted, name, track, about.loc[track])
    ]
    if not found:
        raise MissingData(
            f"no track is called '{name}': give an id, its first digits, or words of artist and title"
        )
    if len(found) > 1:
        some = ", ".join(found[:5]) + (" …" if len(found) > 5 else "")
        raise BadInput(f"'{name}' means {len(found)} tracks ({some}): give more of it")
    return str(found[0])


def described(root: Path, embedding: Path) -> pd.DataFrame:
    """Return what is known of the tracks of an embedding, by id: `COLUMNS`, empty where nothing is."""
    ids = read_table(root / embedding / "tracks.parquet").set_index("track_id")
    role = (
        embedding.name
        if embedding.parent.name == "lyrics"
        else ROLE
        if embedding.name == "regressor"
        else "tracks"
    )
    about = ids[[]]
    for table in ("metadata", "labels"):
        path = root / "data/corpus" / role / f"{table}.parquet"
        if path.is_file():
            about = about.join(read_table(path, table).set_index("track_id"))
    return about.reindex(columns=list(COLUMNS))


def listing(found: Sequence[Similar], about: pd.DataFrame, *, as_json: bool) -> str:
    """Return the result as text: a line for each track, or JSON."""
    rows: list[dict[str, Any]] = []
    for hit in found:
        known = about.loc[hit.track_id].dropna() if hit.track_id in about.index else {}
        rows.append(asdict(hit) | {name: _plain(known[name]) for name in COLUMNS if name in known})
    if as_json:
        return json.dumps(rows, indent=2, ensure_ascii=False)
    return "\n".join(
        f"{row['similarity']:+.3f}  {row['track_id']}  "
        + ", ".join(str(row[name]) for name in COLUMNS if row.get(name))
        for row in rows
    )


def _text(given: str) -> str:
    if given == "-":
        return sys.stdin.read()
    if not given.startswith("@"):
        return given
    try:
        return Path(given[1:]).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MissingData(f"--lyrics {given}: cannot be read as text ({error})") from error


def _means(words: list[str], name: str, track: str, row: pd.Series) -> bool:
    called = f"{row['artist']} {row['title']}".casefold()
    return (len(name) >= 4 and track.startswith(name.lower())) or all(word in called for word in words)


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value
