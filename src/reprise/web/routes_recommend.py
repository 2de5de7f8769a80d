"""Routes: recommendations by taste, mood and label, the path between two tracks, and playlists."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, HTTPException, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from reprise.web import answers
from reprise.web.exports import file_name, m3u_text
from reprise.web.filters import Format, TrackFilter
from reprise.web.near import Space
from reprise.web.quick_route import QuickRoute
from reprise.web.recommend import along_mood, between, by_label, by_taste
from reprise.web.replies import FLAT, as_csv, as_json, known_row, track_list, without_distances
from reprise.web.routes_tracks import EUCLIDEAN, LARGEST_LIST, UNKNOWN, WITH_CSV, run_of
from reprise.web.run import Run
from reprise.web.run_files import AUDIO

router = APIRouter(tags=["recommendations"], route_class=QuickRoute)

Id = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_-]{1,64}$")]
Point = Annotated[
    str, StringConstraints(pattern=r"^(0(\.[0-9]{1,6})?|1(\.0{1,6})?),(0(\.[0-9]{1,6})?|1(\.0{1,6})?)$")
]
LARGEST_PLAYLIST = 20_000


class TasteQuery(TrackFilter):
    """Tracks that are liked and disliked."""

    like: Annotated[list[Id], Field(min_length=1, max_length=50, description="ids of tracks that are liked")]
    dislike: Annotated[list[Id], Field(max_length=50, description="ids of tracks that are not")] = Field(
        default_factory=list
    )
    k: Annotated[int, Field(ge=1, le=LARGEST_LIST)] = 20
    format: Format = Format.JSON


class MoodQuery(TrackFilter):
    """A point or a path in the arousal–valence plane."""

    point: Annotated[list[Point], Field(min_length=1, max_length=20)] = Field(
        description="arousal,valence in [0, 1], such as 0.8,0.3; several make a path", examples=[["0.8,0.3"]]
    )
    k: Annotated[int, Field(ge=1, le=LARGEST_LIST)] = 20
    format: Format = Format.JSON


class LabelQuery(TrackFilter):
    """A label whose likeliest tracks are wanted; the ``label`` that is asked for, not a condition."""

    k: Annotated[int, Field(ge=1, le=LARGEST_LIST)] = 20
    format: Format = Format.JSON


class PathQuery(TrackFilter):
    """The ends of a path through the latent space."""

    start: Id
    end: Id
    steps: Annotated[
        int, Field(ge=2, le=LARGEST_LIST, description="number of tracks, both ends included")
    ] = 12
    format: Format = Format.JSON


class PlaylistFormat(str, Enum):
    """How a playlist is written."""

    M3U = "m3u"
    CSV = "csv"
    JSON = "json"


class Links(str, Enum):
    """What a playlist points to."""

    URL = "url"
    FILE = "file"


class Playlist(BaseModel):
    """Tracks to be written as a playlist."""

    model_config = ConfigDict(extra="forbid")

    track_ids: Annotated[list[Id], Field(min_length=1, max_length=LARGEST_PLAYLIST)]
    title: Annotated[str, StringConstraints(max_length=200)] = "Reprise"
    format: PlaylistFormat = PlaylistFormat.M3U
    links: Links = Field(
        Links.URL, description="addresses of this server, or the clips' paths on this machine"
    )


@router.get(
    "/recommendations",
    response_model=answers.TrackList,
    responses=UNKNOWN | WITH_CSV,
    summary="By liked and disliked tracks",
)
async def taste(request: Request, asked: Annotated[TasteQuery, Query()]) -> Response:
    """Tracks nearest to the mean of what is liked, moved away from the mean of what is disliked (Rocchio, weight 0.5)."""
    run = run_of(request)
    space = _space(run)
    liked, disliked = _known(run, space, asked.like), _known(run, space, asked.dislike)
    near = by_taste(space, liked, disliked, asked.k, run.mask(asked))
    of = {"like": asked.like, "dislike": asked.dislike}
    return track_list(run, near, of, f"{EUCLIDEAN}, from the point of taste", asked.format, "recommendations")


@router.get(
    "/recommendations/mood",
    response_model=answers.TrackList,
    responses=WITH_CSV,
    summary="By mood: a point or a path",
)
async def mood(request: Request, asked: Annotated[MoodQuery, Query()]) -> Response:
    """Tracks nearest to a point of the arousal–valence plane, or in order along a path; tracks without a predicted mood are not found."""
    run = run_of(request)
    corners = np.array([[float(value) for value in point.split(",")] for point in asked.point])
    near = along_mood(run.catalogue, corners, asked.k, run.mask(asked))
    return track_list(
        run,
        near,
        {"point": asked.point},
        "Euclidean distance in the arousal–valence plane",
        asked.format,
        "mood",
    )


@router.get(
    "/recommendations/label",
    response_model=answers.TrackList,
    responses=UNKNOWN | WITH_CSV,
    summary="By acoustic label",
)
async def label(request: Request, asked: Annotated[LabelQuery, Query()]) -> Response:
    """Tracks of the lookup table that most likely have one label, surest first."""
    run = run_of(request)
    wanted = {name.casefold(): name for name in run.catalogue.labels}
    if len(asked.label) != 1 or asked.label[0].casefold() not in wanted:
        raise HTTPException(404, "exactly one label of this run is needed: see /api/v1/labels")
    chosen = wanted[asked.label[0].casefold()]
    near = by_label(run.catalogue, chosen, asked.k, run.mask(asked.model_copy(update={"label": []})))
    return track_list(run, near, {"label": chosen}, "1 - probability of the label", asked.format, "label")


@router.get(
    "/path",
    response_model=answers.TrackList,
    responses=UNKNOWN | WITH_CSV,
    summary="A path between two tracks",
)
async def path(request: Request, asked: Annotated[PathQuery, Query()]) -> Response:
    """Return a playlist from one track to another: the nearest unused track to each of evenly spaced points between their latents."""
    run = run_of(request)
    space = _space(run)
    first, last = _known(run, space, [asked.start, asked.end]).tolist()
    rows = between(space, first, last, asked.steps, run.mask(asked))
    return track_list(
        run,
        without_distances(rows),
        {"start": asked.start, "end": asked.end},
        "none: in order",
        asked.format,
        "path",
    )


@router.post(
    "/playlist",
    responses=UNKNOWN
    | {
        200: {
            "content": {
                "audio/x-mpegurl": {"schema": {"type": "string"}},
                "text/csv": {"schema": {"type": "string"}},
                "application/json": {"schema": {"type": "object"}},
            }
        }
    },
    response_class=Response,
    summary="A playlist of given tracks",
)
async def playlist(request: Request, asked: Playlist) -> Response:
    """Return the tracks in their order as M3U, CSV or JSON."""
    run = run_of(request)
    rows = [known_row(run, track_id) for track_id in asked.track_ids]
    tracks = run.catalogue.briefs(np.array(rows))
    name = file_name(asked.title, asked.format.value)
    if asked.format is PlaylistFormat.CSV:
        return as_csv(tracks, list(FLAT), name)
    links = {one: _link(request, run, one, asked.links) for one in asked.track_ids}
    if asked.format is PlaylistFormat.JSON:
        reply = as_json(
            {"title": asked.title, "tracks": [{**one, "audio": links[one["track_id"]]} for one in tracks]}
        )
    else:
        text = m3u_text(tracks, links, asked.title, run.catalogue.facts["seconds"])
        reply = Response(text, media_type="audio/x-mpegurl; charset=utf-8")
    reply.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return reply


def _link(request: Request, run: Run, track_id: str, links: Links) -> str:
    if links is Links.FILE:
        return str((run.files.root / AUDIO / f"{track_id}.wav").resolve())
    return f"{str(request.base_url).rstrip('/')}/api/v1/tracks/{track_id}/audio"


def _space(run: Run) -> Space:
    if run.space is None:
        raise HTTPException(404, "the selected model has no latents")
    return run.space


def _known(run: Run, space: Space, ids: list[str]) -> np.ndarray[Any, np.dtype[np.int64]]:
    rows = np.array([known_row(run, one) for one in ids], dtype=np.int64)
    if len(rows) and not bool(np.all(space.known[rows])):
        raise HTTPException(404, "the selected model has no place for one of the tracks")
    return rows
