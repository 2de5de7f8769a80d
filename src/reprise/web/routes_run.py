"""Routes: the map, labels and clusters with their meaning, and what the run says of itself."""

from __future__ import annotations

import html
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Request, Response
from starlette.concurrency import run_in_threadpool

from reprise.web import answers, reports
from reprise.web.exports import CLUSTER_COLUMNS, LABEL_COLUMNS, flat, with_mood
from reprise.web.filters import Format
from reprise.web.map_bytes import map_bytes
from reprise.web.meaning import cluster_profiles, label_profiles
from reprise.web.replies import as_csv, as_json
from reprise.web.routes_tracks import WITH_CSV, run_of

router = APIRouter(tags=["run"])
pages = APIRouter(include_in_schema=False)

SANDBOX = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data: blob:; media-src data: blob:; "
    "font-src data:; sandbox allow-scripts; frame-ancestors 'self'"
)
"""Policy for pages that stages wrote: their scripts run, but in an origin of their own, and nothing can be asked of any server."""

IMAGES = {
    "audit": "plots/audit/leakage.png",
    "relabel-heatmap": "plots/relabel/heatmap.png",
    "relabel-map": "plots/relabel/map.png",
    "paradox": "plots/compare/paradox.png",
    "latent": "plots/evaluate/latent.png",
    "agreement": "plots/evaluate/agreement.png",
}


@router.get(
    "/map",
    response_class=Response,
    responses={
        200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}},
        304: {"description": "the page has this run already"},
    },
    summary="All tracks for drawing",
)
async def whole_map(request: Request) -> Response:
    """Places, moods, uncertainty and categories of all tracks in a binary layout (`reprise.web.map_bytes`)."""
    run = run_of(request)
    tag = f'"{run.signature}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    content = await run_in_threadpool(
        lambda: run.result("map", lambda: map_bytes(run.catalogue, run.signature))
    )
    return Response(content, media_type="application/octet-stream", headers=headers)


@router.get(
    "/labels",
    response_model=list[answers.Label],
    responses=WITH_CSV,
    summary="Acoustic labels with their profiles",
)
async def labels(request: Request, format: Format = Format.JSON) -> Response:
    """Every label in the order of ``label_to_idx.json``: what it means in words, its tags, sound, genres and mood; as CSV without the lists."""
    run = run_of(request)
    found = await run_in_threadpool(
        lambda: run.result("labels", lambda: label_profiles(run.files, run.catalogue))
    )
    if format is Format.CSV:
        return as_csv(map(with_mood, found), list(LABEL_COLUMNS), "labels.csv")
    return as_json(found)


@router.get(
    "/clusters",
    response_model=list[answers.Cluster],
    responses=WITH_CSV,
    summary="Clusters of the latents with their profiles",
)
async def clusters(request: Request, format: Format = Format.JSON) -> Response:
    """Every cluster of the map: what it means in words, its sound, genres, acoustic labels and mood; as CSV without the lists."""
    run = run_of(request)
    found = await run_in_threadpool(lambda: run.result("clusters", lambda: cluster_profiles(run.catalogue)))
    if format is Format.CSV:
        return as_csv(map(with_mood, found), list(CLUSTER_COLUMNS), "clusters.csv")
    return as_json(found)


@router.get("/metrics", response_model=answers.Metrics, responses=WITH_CSV, summary="Metrics of the run")
async def metrics(request: Request, format: Format = Format.JSON) -> Response:
    """Headline results with what stands beside them, and all metrics by file; as CSV, one row a value."""
    files = run_of(request).files
    found = await run_in_threadpool(reports.all_metrics, files)
    if format is Format.CSV:
        rows = (
            {"file": file, "key": key, "value": value}
            for file, content in found.items()
            for key, value in flat(content)
        )
        return as_csv(rows, ["file", "key", "value"], "metrics.csv")
    return as_json({"headlines": await run_in_threadpool(reports.headlines, files), "metrics": found})


@router.get("/models", summary="Comparison of all models")
async def models(request: Request) -> dict[str, Any]:
    """Every model on the same footing, with intervals, chance, and the verdicts on its claims."""
    return await run_in_threadpool(reports.comparison, run_of(request).files)


@router.get("/audit", summary="Findings of the leakage audit")
async def audit(request: Request) -> dict[str, Any]:
    """Return the audit's summary, findings and single checks."""
    return await run_in_threadpool(reports.audit, run_of(request).files)


@router.get(
    "/health", response_model=answers.Health, tags=["server"], summary="Whether the server can answer"
)
async def health(request: Request) -> Response:
    """``ok``, and why a changed run has not been read yet, if so."""
    live = request.app.state.live
    return as_json({"status": "ok", "tracks": len(live.run.catalogue), "trouble": live.trouble or None})


@router.get("/version", response_model=answers.Version, tags=["server"], summary="What answers")
async def version(request: Request) -> Response:
    """Return the program, the hash of ``dvc.lock``, and the state of the run that is shown; a changed run is read anew."""
    run = await run_in_threadpool(request.app.state.live.refresh)
    return as_json(reports.version(run.files, run.signature))


@pages.get("/pages/{name}")
async def page(request: Request, name: Annotated[str, Path(max_length=40)]) -> Response:
    """Return a page that a stage wrote, locked into an origin of its own."""
    found = reports.PAGES.get(name)
    path = run_of(request).files.root / found if found else None
    if path is None or not path.is_file():
        raise HTTPException(404, f"no page {html.escape(name)}; the run has not made it")
    content = await run_in_threadpool(path.read_bytes)
    return Response(
        content, media_type="text/html; charset=utf-8", headers={"Content-Security-Policy": SANDBOX}
    )


@pages.get("/images/{name}.png")
async def image(request: Request, name: Annotated[str, Path(max_length=40)]) -> Response:
    """Return a picture that a stage made."""
    found = IMAGES.get(name)
    path = run_of(request).files.root / found if found else None
    if path is None or not path.is_file():
        raise HTTPException(404, "no such picture; the run has not made it")
    return Response(await run_in_threadpool(path.read_bytes), media_type="image/png")
