"""The page's own files: read once, served by exact name, so that no path of a request ever reaches the disk."""

from __future__ import annotations

import hashlib
from importlib import resources

from fastapi import APIRouter, HTTPException, Request, Response

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}

router = APIRouter(include_in_schema=False)


def read_static() -> dict[str, tuple[bytes, str, str]]:
    """Return content, type and ETag of every file of the page, by name."""
    found = {}
    for item in resources.files("reprise.web").joinpath("static").iterdir():
        kind = TYPES.get("." + item.name.rpartition(".")[2])
        if kind:
            content = item.read_bytes()
            found[item.name] = (content, kind, f'"{hashlib.sha256(content).hexdigest()[:16]}"')
    return found


@router.get("/")
async def front_page(request: Request) -> Response:
    """Return the explorer."""
    return _reply(request, "index.html")


@router.get("/docs")
async def documentation(request: Request) -> Response:
    """Return the page of the API, drawn from its OpenAPI description."""
    return _reply(request, "docs.html")


@router.get("/favicon.ico")
async def icon(request: Request) -> Response:
    """Return the icon."""
    return _reply(request, "icon.svg")


@router.get("/static/{name}")
async def static(request: Request, name: str) -> Response:
    """Return a file of the page."""
    return _reply(request, name)


def _reply(request: Request, name: str) -> Response:
    found = request.app.state.static.get(name)
    if found is None:
        raise HTTPException(404, "no such file")
    content, kind, tag = found
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=kind, headers=headers)
