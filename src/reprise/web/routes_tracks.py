"""Routes: tracks, their features, audio and neighbours, search, and what lists can be limited to."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, HTTPException, Path, Query, Request, Response
from fastapi.responses import FileResponse
from pydantic import Field

from reprise.web import answers
from reprise.web.columns import shown
from reprise.web.filters import Format, TrackFilter, TrackQuery
from reprise.web.quick_route import QuickRoute
from reprise.web.replies import FLAT, as_csv, as_json, known_row, track_list, without_distances
from reprise.web.run import Run
from reprise.web.run_files import AUDIO

router = APIRouter(tags=["tracks"], route_class=QuickRoute)

TrackId = Annotated[str, Path(pattern=r"^[0-9A-Za-z_-]{1,64}$", description="16 hexadecimal digits")]
UNKNOWN: dict[int | str, dict[str, Any]] = {
    404: {"model": answers.Problem, "description": "no such track, or no such data"}
}
WITH_CSV: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}
LARGEST_LIST = 200
EUCLIDEAN = "Euclidean distance in the latents of the selected model"


class NearQuery(TrackFilter):
    """How many neighbours, and among which tracks."""

    k: Annotated[int, Field(ge=1, le=LARGEST_LIST)] = 10
    format: Format = Format.JSON


def run_of(request: Request) -> Run:
    """Return the run that answers."""
    run: Run = request.app.state.live.run
    return run


@router.get(
    "/tracks",
    response_model=answers.TrackPage,
    responses=WITH_CSV,
    summary="Tracks: limited, sorted, by page",
)
async def tracks(request: Request, asked: Annotated[TrackQuery, Query()]) -> Response:
    """Tracks that fulfil all conditions. ``format=csv`` gives the same page as CSV."""
    run = run_of(request)
    rows = run.select(asked, asked.sort)
    start = (asked.page - 1) * asked.size
    page = run.catalogue.briefs(rows[start : start + asked.size])
    if asked.format is Format.CSV:
        return as_csv(page, list(FLAT), "tracks.csv")
    return as_json({**_paging(asked, len(rows)), "tracks": page})


@router.get(
    "/features",
    response_model=answers.Features,
    responses=WITH_CSV,
    summary="Descriptors and latents, by page",
)
async def features(request: Request, asked: Annotated[TrackQuery, Query()]) -> Response:
    """Return the acoustic descriptors and the selected model's latents of the tracks that fulfil all conditions."""
    run = run_of(request)
    rows = run.select(asked, asked.sort)
    start = (asked.page - 1) * asked.size
    page = rows[start : start + asked.size]
    catalogue = run.catalogue
    latents = (
        catalogue.latents if catalogue.latents is not None else np.empty((len(catalogue), 0), np.float32)
    )
    columns = ["track_id", *catalogue.descriptors, *(f"latent_{index}" for index in range(latents.shape[1]))]
    values = [
        [
            catalogue.track_id(row),
            *(shown(one[row]) for one in catalogue.descriptors.values()),
            *map(shown, latents[row].tolist()),
        ]
        for row in page.tolist()
    ]
    if asked.format is Format.CSV:
        return as_csv((dict(zip(columns, row, strict=True)) for row in values), columns, "features.csv")
    return as_json({**_paging(asked, len(rows)), "columns": columns, "rows": values})


@router.get("/tracks/{track_id}", response_model=answers.TrackInFull, responses=UNKNOWN, summary="One track")
async def track(request: Request, track_id: TrackId) -> Response:
    """All that is known of a track."""
    run = run_of(request)
    return as_json(run.catalogue.full(known_row(run, track_id)))


@router.get(
    "/tracks/{track_id}/neighbours",
    response_model=answers.TrackList,
    responses=UNKNOWN | WITH_CSV,
    summary="The nearest tracks of a track",
)
async def neighbours(request: Request, track_id: TrackId, asked: Annotated[NearQuery, Query()]) -> Response:
    """Return the nearest tracks, nearest first; with conditions, the nearest of those that fulfil them."""
    run = run_of(request)
    row = known_row(run, track_id)
    allowed = None if asked.key() == NO_CONDITION else run.mask(asked)
    near = run.neighbours(row, asked.k, allowed)
    if near is None:
        raise HTTPException(404, "the selected model has no place for this track")
    return track_list(run, near, {"track_id": track_id}, EUCLIDEAN, asked.format, f"neighbours-{track_id}")


@router.get(
    "/tracks/{track_id}/audio",
    response_class=FileResponse,
    responses=UNKNOWN
    | {
        200: {"content": {"audio/wav": {"schema": {"type": "string", "format": "binary"}}}},
        206: {
            "description": "the range that was asked for",
            "content": {"audio/wav": {}, "multipart/byteranges": {}},
        },
        400: {"description": "a broken Range header", "content": {"text/plain": {}}},
        416: {"description": "a range outside of the file", "content": {"text/plain": {}}},
    },
    summary="The audio of a track",
)
async def audio(request: Request, track_id: TrackId) -> FileResponse:
    """Return the clip as WAV; ranges are served, so that a player can jump."""
    run = run_of(request)
    known_row(run, track_id)  # only ids of the run become paths
    path = run.files.root / AUDIO / f"{track_id}.wav"
    if not path.is_file():
        raise HTTPException(404, "this track has no audio here; dvc checkout restores it")
    return FileResponse(path, media_type="audio/wav")


@router.get("/search", response_model=answers.TrackList, responses=WITH_CSV, summary="Search by words")
async def search(
    request: Request,
    q: Annotated[str, Query(min_length=1, max_length=200, description="words, their beginnings, or an id")],
    limit: Annotated[int, Query(ge=1, le=LARGEST_LIST)] = 20,
    format: Format = Format.JSON,  # the parameter's name in the address
) -> Response:
    """Tracks that have all the words in title, artist, tags, label, genre or language; best first."""
    run = run_of(request)
    rows = run.select(TrackFilter(q=q), None)[:limit]
    return track_list(
        run, without_distances(rows.astype(np.int64)), {"q": q}, "none: by match", format, "search"
    )


@router.get("/facets", response_model=answers.Facets, summary="What tracks can be limited to")
async def facets(request: Request) -> Response:
    """Values with their counts, ranges of numbers, libraries, and notes on what this run does not have."""
    run = run_of(request)
    return as_json(
        {**run.result("facets", lambda: _facets(run)), "upload": request.app.state.settings.upload}
    )


NO_CONDITION = TrackFilter().key()


def _paging(asked: TrackQuery, total: int) -> dict[str, int]:
    return {"total": total, "page": asked.page, "pages": -(-total // asked.size), "size": asked.size}


def _facets(run: Run) -> dict[str, Any]:
    catalogue = run.catalogue
    ranges: dict[str, list[float] | None] = {}
    for name, values in catalogue.numbers.items():
        finite = values[np.isfinite(values)]
        ranges[name] = [round(float(finite.min()), 6), round(float(finite.max()), 6)] if len(finite) else None
    many = {name: one.counts() for name, one in catalogue.categories.items()}
    many["artist"] = dict(sorted(many["artist"].items(), key=lambda item: (-item[1], item[0]))[:200])
    return {
        "tracks": len(catalogue),
        "predicted": int((catalogue.listed >= 0).sum()),
        "values": many,
        "ranges": ranges,
        "libraries": {name: int(members.sum()) for name, members in catalogue.libraries.items()},
        "selected_model": catalogue.facts["selected_model"],
        "notes": catalogue.facts["notes"],
    }
