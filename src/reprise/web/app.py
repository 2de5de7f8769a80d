"""The application: routes behind the guard, and an OpenAPI description that needs no server elsewhere to be read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import metadata
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse

from reprise.web import routes_recommend, routes_run, routes_tracks, static_files, upload
from reprise.web.answers import Problem
from reprise.web.guard import Guard
from reprise.web.load import give_back
from reprise.web.run import LiveRun
from reprise.web.settings import Settings

API = "/api/v1"
DESCRIPTION = """The last run of the pipeline: its tracks, their labels, mood, places and neighbours.

Labels and moods of tracks of the lookup table are predicted (`label_is: predicted`); other tracks have the label that the models may have been trained on
(`given`), and no mood. Text is never markup. Lists also come as CSV (`format=csv`). Unknown parameters are errors."""


def make_app(live: LiveRun, settings: Settings | None = None) -> FastAPI:
    """Return the application.

    Parameters
    ----------
    live
        The run to show.
    settings
        Limits; the defaults if not given.
    """
    chosen = settings or Settings()
    app = FastAPI(
        title="Reprise explorer",
        version=metadata.version("reprise"),
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url=f"{API}/openapi.json",
        lifespan=_warm,
        redirect_slashes=False,
    )
    app.state.live, app.state.settings = live, chosen
    app.state.static = static_files.read_static()
    app.state.placing = upload.Placing()
    broken: dict[int | str, dict[str, Any]] = {
        400: {"model": Problem, "description": "not HTTP as it should be"},
        422: {"model": Problem, "description": "a parameter breaks its rule"},
    }
    for router in (routes_tracks.router, routes_recommend.router, routes_run.router, upload.router):
        app.include_router(router, prefix=API, responses=broken)
    app.include_router(routes_run.pages)
    app.include_router(static_files.router)
    app.add_exception_handler(RequestValidationError, _say_what_is_wrong)
    app.add_middleware(Guard, live=live, settings=chosen)
    app.openapi = lambda: _describe(app)  # type: ignore[method-assign]
    return app


async def _say_what_is_wrong(_request: Request, error: Exception) -> JSONResponse:
    """Name the parameter and the rule; what was sent is not sent back."""
    assert isinstance(error, RequestValidationError)
    parts = [
        f"{'.'.join(str(part) for part in one['loc'][1:]) or 'the request'}: {one['msg']}"
        for one in error.errors()
    ]
    return JSONResponse({"detail": "; ".join(parts[:5])}, status_code=422)


@asynccontextmanager
async def _warm(app: FastAPI) -> AsyncIterator[None]:
    """Prepare what the first visitor would wait for, without keeping anybody waiting meanwhile."""
    live: LiveRun = app.state.live
    task = asyncio.get_running_loop().create_task(asyncio.to_thread(_prepare, live))
    yield
    await task


def _prepare(live: LiveRun) -> None:
    assert live.run.text is not None
    assert live.run.space is not None or live.run.catalogue.latents is None
    give_back()


def _describe(app: FastAPI) -> dict[str, Any]:
    if not app.openapi_schema:
        app.openapi_schema = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes
        )
    return app.openapi_schema
