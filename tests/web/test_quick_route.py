"""A quick route answers, refuses and is described exactly as FastAPI's own."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from fastapi import APIRouter, FastAPI, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from reprise.web import routes_recommend, routes_tracks
from reprise.web.filters import TrackQuery
from reprise.web.quick_route import QuickRoute

Id = Annotated[str, Path(pattern="^[a-f]{2,4}$")]


async def everything(request: Request, asked: Annotated[TrackQuery, Query()]) -> Response:
    return JSONResponse({"method": request.method, **asked.model_dump(mode="json")})


async def one(request: Request, item: Id, asked: Annotated[TrackQuery, Query()]) -> Response:
    return JSONResponse({"method": request.method, "item": item, **asked.model_dump(mode="json")})


async def plain(_request: Request, asked: Annotated[TrackQuery, Query()]) -> dict[str, Any]:
    return asked.model_dump(mode="json")


async def other(_request: Request, word: str, limit: int = 3) -> dict[str, Any]:
    return {"word": word, "limit": limit}


def client_of(kind: type[APIRoute]) -> TestClient:
    router = APIRouter(route_class=kind)
    for path, endpoint in (("/all", everything), ("/all/{item}", one), ("/plain", plain), ("/other", other)):
        router.get(path)(endpoint)
    app = FastAPI()
    app.include_router(router, prefix="/v")
    return TestClient(app)


QUICK, USUAL = client_of(QuickRoute), client_of(APIRoute)


@pytest.mark.parametrize(
    "path",
    ["all", "all?genre=jazz", "all?genre=jazz&genre=rock&size=5", "all?size=5&size=7", "all?year_min=1990&sort=-valence", "all?predicted=true&format=csv",
     "all/abc?cluster=1&cluster=2", "other?word=x&limit=4", "plain?size=3&label=a",
     "all?size=0", "all?size=", "all?size=x&page=-1", "all?arousal_min=2", "all?unknown=1", "all?unknown=1&unknown=2", "all?sort=nothing", "all?label=",
     "all?cluster=x", "all?year_min=nan", "all/xyz", "all/xyz?size=0", "other", "other?word=x&limit=y"],
)  # fmt: skip
def test_it_answers_as_fastapi_does(path: str) -> None:
    quick, usual = QUICK.get(f"/v/{path}"), USUAL.get(f"/v/{path}")
    assert quick.status_code == usual.status_code
    if quick.status_code == 200:
        assert quick.json() == usual.json()
    else:
        said = [[(one["loc"], one["msg"]) for one in reply.json()["detail"]] for reply in (quick, usual)]
        assert said[0] == said[1]


def test_it_is_described_as_fastapi_describes_it() -> None:
    assert QUICK.get("/openapi.json").json() == USUAL.get("/openapi.json").json()


def test_the_lists_of_the_api_are_quick() -> None:
    routes = [*routes_tracks.router.routes, *routes_recommend.router.routes]
    quick = {route.path for route in routes if isinstance(route, QuickRoute) and route.is_quick}
    assert {"/tracks", "/tracks/{track_id}/neighbours", "/features", "/recommendations", "/path"} <= quick
    assert "/playlist" not in quick
