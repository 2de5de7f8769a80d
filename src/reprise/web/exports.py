"""Tracks as CSV and playlists. Text from files and tables is data: it can neither become a formula nor a line of a playlist."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
"""Beginnings of a cell that a spreadsheet may take for a formula (OWASP, "CSV Injection")."""

LISTS = ";"
CLUSTER_COLUMNS = ("cluster", "meaning", "tracks", "arousal", "valence", "central")
LABEL_COLUMNS = ("label", "index", "meaning", "tracks", "predicted_tracks", "acoustic_cluster", "named_by", "arousal", "valence",
                 "central")  # fmt: skip
"""What CSV holds of a group of tracks: what is one value a group."""


def csv_text(rows: Iterable[dict[str, Any]], columns: list[str] | None = None) -> str:
    """Return rows as CSV; lists are joined by ";", other nested values are left out, missing values are empty."""
    found = [{key: value for key, value in row.items() if not isinstance(value, dict)} for row in rows]
    header = columns or (list(found[0]) if found else ["track_id"])
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(header)
    for row in found:
        writer.writerow([_cell(row.get(name)) for name in header])
    return stream.getvalue()


def with_mood(group: dict[str, Any]) -> dict[str, Any]:
    """Return a group of tracks with its mood as columns of its own."""
    return {**group, **group["mood"]}


def flat(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the single values of nested metrics with their dotted names; a list of single values is one value."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from flat(inner, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list) and any(isinstance(one, (dict, list)) for one in value):
        for index, inner in enumerate(value):
            yield from flat(inner, f"{name}.{index}")
    else:
        yield name, value


def m3u_text(tracks: Iterable[dict[str, Any]], links: dict[str, str], title: str, seconds: int) -> str:
    """Return an extended M3U playlist (UTF-8).

    Parameters
    ----------
    tracks
        Rows of the API, in order.
    links
        Address or path of each track's audio, by id.
    title
        Name of the playlist.
    seconds
        Length of the clips, -1 where it is not known.
    """
    lines = ["#EXTM3U", f"#PLAYLIST:{one_line(title)}"]
    for track in tracks:
        name = one_line(" - ".join(str(part) for part in (track["artist"], track["title"]) if part))
        lines += [f"#EXTINF:{seconds},{name}", one_line(links[track["track_id"]])]
    return "\n".join([*lines, ""])


def one_line(text: str) -> str:
    """Return the text without anything that could end a line."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def file_name(title: str, suffix: str) -> str:
    """Return a file name made of the plain letters and digits of a title."""
    kept = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in title)[:60]
    return f"{'-'.join(part for part in kept.split('-') if part) or 'reprise'}.{suffix}"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        value = LISTS.join(str(one) for one in value)
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA) else value
    return str(value)
