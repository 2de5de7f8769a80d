"""What a stranger may try: paths, hosts, origins, sizes, formulas, markup, broken files. No reply holds a trace."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from tests.web.test_tracks import ask

from reprise.web import upload
from reprise.web.app import make_app
from reprise.web.exports import csv_text, file_name, m3u_text
from reprise.web.run import LiveRun
from reprise.web.run_files import RunFiles
from reprise.web.settings import Settings
from reprise.web.upload import looks_like_audio

WAV = b"RIFF\x24\x00\x00\x00WAVEfmt "


@pytest.mark.parametrize(
    "path",
    ["/static/../app.py", "/static/..%2fapp.py", "/static/%2e%2e/%2e%2e/cli.py", "/api/v1/tracks/..%2f..%2fdvc.lock/audio",
     "/api/v1/tracks/....//audio", "/pages/../dvc.lock", "/pages/%2e%2e%2fdvc.lock", "/images/..%2f..%2fdvc.png", "//etc/passwd", "/static/a%00b"],
)  # fmt: skip
def test_no_path_leads_out(client: TestClient, path: str) -> None:
    reply = client.get(path)
    assert reply.status_code in (404, 422)
    assert "schema" not in reply.text
    assert "Traceback" not in reply.text


def test_every_reply_carries_the_policy(client: TestClient) -> None:
    for path in (
        "/",
        "/docs",
        "/static/app.js",
        "/api/v1/tracks",
        "/api/v1/nothing",
        "/api/v1/tracks?size=0",
    ):
        headers = client.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert "access-control-allow-origin" not in headers


def test_a_page_of_the_run_is_locked_into_an_origin_of_its_own(client: TestClient) -> None:
    policy = client.get("/pages/model_comparison").headers["content-security-policy"]
    assert "sandbox allow-scripts" in policy
    assert "connect-src" not in policy
    assert "default-src 'none'" in policy


def test_other_names_for_this_machine_are_refused(client: TestClient) -> None:
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 421
    assert client.get("/", headers={"Host": "localhost:9999"}).status_code == 200


@pytest.mark.parametrize(
    "headers", [{"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_pages_of_other_origins_cannot_post(client: TestClient, headers: dict[str, str]) -> None:
    assert client.post("/api/v1/playlist", json={"track_ids": ["a"]}, headers=headers).status_code == 403


def test_cross_origin_preflight_grants_nothing(client: TestClient) -> None:
    reply = client.options(
        "/api/v1/place", headers={"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
    )
    assert not any(name.startswith("access-control") for name in reply.headers)


@pytest.mark.parametrize(
    "query",
    ["size=201", "size=0", "page=0", "page=99999999999999999999", "sort=__class__", "genre=" + "x" * 300, "q=" + "x" * 300, "arousal_min=nan",
     "year_min=1e400", "unknown=1", "&".join(f"genre={n}" for n in range(60))],
)  # fmt: skip
def test_parameters_beyond_their_rules_are_refused_in_a_sentence(client: TestClient, query: str) -> None:
    reply = client.get(f"/api/v1/tracks?{query}")
    assert reply.status_code == 422
    assert set(reply.json()) == {"detail"}
    assert len(reply.text) < 2000


def test_words_of_a_search_are_no_pattern(client: TestClient) -> None:
    for words in (".*", "(((", "[a", "\\", "a" * 200, "\x00", "%_", "' OR 1=1 --"):
        assert client.get("/api/v1/search", params={"q": words}).status_code == 200


def test_a_failure_tells_the_client_nothing(live: LiveRun) -> None:
    app = make_app(live)

    @app.get("/api/v1/fails")
    async def fails() -> None:
        raise RuntimeError("secret /home/somebody/path")

    reply = TestClient(app, base_url="http://localhost", raise_server_exceptions=False).get("/api/v1/fails")
    assert reply.status_code == 500
    assert reply.json() == {"detail": "the server failed; its log says why"}


def test_a_request_that_takes_too_long_is_ended(live: LiveRun) -> None:
    app = make_app(live, Settings(seconds=0.05))

    @app.get("/api/v1/slow")
    async def slow() -> None:
        await asyncio.sleep(5)

    assert TestClient(app, base_url="http://localhost").get("/api/v1/slow").status_code == 504


def test_bodies_beyond_their_limit_are_refused_announced_or_not(live: LiveRun) -> None:
    small = TestClient(
        make_app(live, Settings(body_bytes=100, upload_bytes=1000)), base_url="http://localhost"
    )
    ids = {"track_ids": ["a" * 16] * 50}
    assert small.post("/api/v1/playlist", json=ids).status_code == 413
    assert small.post("/api/v1/place", content=WAV + b"x" * 2000).status_code == 413
    parts = (part for part in [WAV, *[b"x" * 400] * 9])
    assert small.post("/api/v1/place", content=parts).status_code == 413


@pytest.mark.parametrize(
    "content", [b"", b"<html>", b"\x7fELF\x02", b"PK\x03\x04", b"#!/bin/sh\n", b"\x00" * 100, b"%PDF-1.7"]
)
def test_what_is_no_audio_is_refused_before_any_decoder_sees_it(
    client: TestClient, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: object) -> dict[str, object]:
        raise AssertionError("the sandbox was started")

    monkeypatch.setattr(upload, "place_in_sandbox", never)
    assert client.post("/api/v1/place", content=content).status_code == 415


@pytest.mark.parametrize(
    "beginning",
    [
        WAV,
        b"fLaC\x00",
        b"OggS\x00",
        b"ID3\x04",
        b"\xff\xfb\x90",
        b"\x00\x00\x00\x20ftypM4A ",
        b"FORM\0\0\0\0AIFF",
        b"FORM\0\0\0\0AIFC",
    ],
)
def test_beginnings_of_audio_are_known(beginning: bytes) -> None:
    assert looks_like_audio(beginning)


def test_text_never_becomes_a_formula_a_line_or_a_path() -> None:
    row = {"track_id": "a", "artist": "=cmd|' /C calc'!A0", "title": '"x",\r\n@SUM(1)', "year": -3}
    cells = csv_text([row]).split("\r\n")[1]
    assert cells.startswith("a,'=cmd")
    assert ",-3" in csv_text([row])
    for start in "=+-@\t|%":
        assert csv_text([{"title": f"{start}1"}]).split("\r\n")[1].lstrip('"').startswith("'")
    text = m3u_text(
        [{"track_id": "a", "artist": "x\n#EXT-X-EVIL", "title": "y\r\nhttp://evil\u2028z"}],
        {"a": "http://localhost/a"},
        "t\n#EXTM3U",
        30,
    )
    assert text.split("\n") == [
        "#EXTM3U",
        "#PLAYLIST:t #EXTM3U",
        "#EXTINF:30,x #EXT-X-EVIL - y http://evil z",
        "http://localhost/a",
        "",
    ]
    assert file_name('../../x"; rm', "m3u") == "x-rm.m3u"


def test_audio_is_served_in_ranges_and_only_of_tracks(client: TestClient) -> None:
    track = ask(client, "tracks", size=1)["tracks"][0]["track_id"]
    whole = client.get(f"/api/v1/tracks/{track}/audio")
    assert whole.content.startswith(b"RIFF")
    part = client.get(f"/api/v1/tracks/{track}/audio", headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, whole.content[100:200])
    assert (
        client.get(f"/api/v1/tracks/{track}/audio", headers={"Range": "bytes=99999999-"}).status_code == 416
    )
    assert client.get("/api/v1/tracks/ffffffffffffffff/audio").status_code == 404


def test_uploads_can_be_switched_off(live: LiveRun) -> None:
    shut = TestClient(make_app(live, Settings(upload=False)), base_url="http://localhost")
    assert shut.post("/api/v1/place", content=WAV).status_code == 403
    assert shut.get("/api/v1/facets").json()["upload"] is False


def test_the_page_asks_nothing_of_other_machines() -> None:
    static = Path(__file__).parents[2] / "src/reprise/web/static"
    for file in static.iterdir():
        text = file.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "http://" not in text, file.name
        assert "https://" not in text, file.name
        assert "innerHTML" not in text, file.name


def test_libraries_limit_requests(folder: Path, client: TestClient, tmp_path: Path) -> None:
    from reprise.web.load import read_libraries

    some = [track["track_id"] for track in ask(client, "tracks", size=20)["tracks"]]
    playlist = tmp_path / "mine.m3u"
    playlist.write_text(client.post("/api/v1/playlist", json={"track_ids": some}).text)
    own = TestClient(
        make_app(LiveRun(RunFiles(folder), read_libraries([f"mine={playlist}"]))), base_url="http://localhost"
    )
    assert [track["track_id"] for track in ask(own, "tracks", library="mine", size=200)["tracks"]] == some
    near = ask(own, f"tracks/{some[0]}/neighbours", library="mine", k=50)["tracks"]
    assert {track["track_id"] for track in near} == set(some[1:])
    assert ask(own, "tracks", library="nobody's")["total"] == 0
