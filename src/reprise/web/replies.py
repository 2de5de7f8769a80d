"""Replies of the API: JSON and CSV, quickly."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import orjson
from fastapi import HTTPException, Response

from reprise.web.columns import shown_all
from reprise.web.exports import csv_text
from reprise.web.filters import Format
from reprise.web.near import Near
from reprise.web.run import Run

CSV = "text/csv; charset=utf-8"
FLAT = ("track_id", "title", "artist", "year", "genre", "language", "split", "label", "label_index", "label_is",
        "uncertainty", "arousal", "valence", "map_x", "map_y", "cluster", "cluster_distance")  # fmt: skip


def as_json(value: Any) -> Response:
    """Return a JSON reply; numbers that are missing (NaN) are null."""
    return Response(orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY), media_type="application/json")


def as_csv(rows: Iterable[dict[str, Any]], columns: list[str], name: str) -> Response:
    """Return a CSV reply that a browser saves under a name."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(csv_text(rows, columns), media_type=CSV, headers=headers)


def found_tracks(run: Run, near: Near) -> list[dict[str, Any]]:
    """Return recommended tracks with their distances."""
    found = run.catalogue.briefs(near.rows)
    for track, distance in zip(found, shown_all(near.distances), strict=True):
        track["distance"] = distance
    return found


def track_list(run: Run, near: Near, of: dict[str, Any], measure: str, form: Format, name: str) -> Response:
    """Return recommended tracks as JSON or CSV."""
    tracks = found_tracks(run, near)
    if form is Format.CSV:
        return as_csv(tracks, [*FLAT, "distance"], f"{name}.csv")
    return as_json({"of": of, "measure": measure, "tracks": tracks})


def without_distances(rows: np.ndarray[Any, np.dtype[np.int64]]) -> Near:
    """Return rows in their order as a result without distances."""
    return Near(rows, np.full(len(rows), np.nan))


def known_row(run: Run, track_id: str) -> int:
    """Return the row of a track.

    Raises
    ------
    HTTPException
        404 for an unknown id.
    """
    row = run.catalogue.row(track_id)
    if row is None:
        raise HTTPException(404, "no track of this run has that id")
    return row
