"""The page in a real Chromium: it draws, plays, exports, restores its state from links, and asks nothing of other machines."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reprise.web.chromium import NoBrowser, browser

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "reprise.cli", "serve", "--root", str(folder), "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT / "src", stdout=subprocess.DEVNULL)
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/health", timeout=5).close()
                break
            except OSError:
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    try:
        with browser() as made:
            yield made
    except NoBrowser as why:
        pytest.skip(str(why))


class Visit:
    """A page, with all that it asked for and complained of."""

    def __init__(self, chromium: Any, address: str, **options: Any) -> None:
        self.context = chromium.new_context(accept_downloads=True, **options)
        self.page = self.context.new_page()
        self.page.set_default_timeout(60_000)
        self.address = address
        self.asked: list[str] = []
        self.troubles: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", self.hear)
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))

    def hear(self, message: Any) -> None:
        if message.type == "error":
            self.troubles.append(message.text)

    def go(self, where: str) -> None:
        self.page.goto("about:blank")
        self.page.goto(self.address + where, wait_until="commit")
        self.page.wait_for_selector("html[data-ready]")

    def drawn(self) -> int:
        self.page.wait_for_selector(".plot[data-drawn]")
        return int(self.page.get_attribute(".plot", "data-drawn"))


@pytest.fixture
def visit(chromium: Any, address: str) -> Iterator[Visit]:
    made = Visit(chromium, address, viewport={"width": 1200, "height": 760})
    yield made
    made.context.close()
    assert made.troubles == []
    away = [url for url in made.asked if not url.startswith((address, "blob:", "data:", "about:"))]
    assert away == []


def until(page: Any, holds: str) -> None:
    """Wait until an expression is true (the page's policy forbids playwright to evaluate text inside of it again and again)."""
    for _ in range(600):
        if page.evaluate(holds):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"never: {holds}")


def coloured(page: Any) -> int:
    """Return how many pixels of a screenshot of the map are colourful."""
    import io

    import numpy as np
    from PIL import Image

    picture = np.asarray(Image.open(io.BytesIO(page.locator(".plot").screenshot())).convert("RGB")).astype(
        int
    )
    return int((np.ptp(picture, axis=2) > 60).sum())


def place_of(page: Any) -> tuple[str, float, float]:
    """Return a track in the map and where it is on the screen."""
    return tuple(
        page.evaluate(
            """async () => {
              const { tracks } = await (await import('/static/tracks.js')).load(), { idOf } = await import('/static/tracks.js');
              const { Grid } = await import('/static/grid.js');
              const grid = new Grid(tracks.map_x, tracks.map_y), box = document.querySelector('.plot').getBoundingClientRect();
              const legend = document.querySelector('.legend').offsetWidth, pad = 34;
              const scale = Math.min((box.width - 2 * pad - legend - 4) / (grid.right - grid.left), (box.height - 2 * pad) / (grid.high - grid.low));
              const cx = (grid.left + grid.right) / 2 - (legend + 4) / 2 / scale, cy = (grid.low + grid.high) / 2;
              let row = 0;
              for (let one = 0; one < tracks.size; one += 1) if (tracks.map_y[one] === grid.high) row = one;
              return [idOf(tracks, row), box.left + box.width / 2 + (tracks.map_x[row] - cx) * scale, box.top + box.height / 2 - (tracks.map_y[row] - cy) * scale];
            }"""
        )
    )


def test_the_map_is_drawn_by_webgl_in_colour(visit: Visit) -> None:
    visit.go("#/map?color=genre")
    assert visit.drawn() == 300
    assert visit.page.get_attribute(".plot", "data-painter") == "webgl"
    assert coloured(visit.page) > 2000
    before = coloured(visit.page)
    visit.page.locator(".legend button", has_text="jazz").click()
    visit.page.wait_for_url("**genre=jazz**")
    visit.page.wait_for_timeout(300)
    assert coloured(visit.page) < before / 2


def test_hovering_plays_and_clicking_opens(visit: Visit) -> None:
    visit.go("#/map")
    visit.drawn()
    visit.page.locator("#theme").click()  # a gesture, without which browsers play no sound
    visit.page.locator("#theme").click()
    track, x, y = place_of(visit.page)
    visit.page.mouse.move(x - 40, y + 40)
    visit.page.mouse.move(x, y)
    visit.page.wait_for_selector(".tip:not([hidden])")
    until(
        visit.page,
        f"document.getElementById('audio').src.includes('{track}') && document.getElementById('audio').currentTime > 0",
    )
    visit.page.mouse.click(x, y)
    visit.page.wait_for_url(f"**track={track}**")
    visit.page.wait_for_selector(".side h1")
    assert visit.page.locator(".side .tracks li").count() == 10 or visit.page.wait_for_selector(
        ".side .tracks li"
    )


def test_a_lasso_becomes_a_playlist_in_three_forms(visit: Visit) -> None:
    visit.go("#/map")
    visit.drawn()
    visit.page.get_by_role("button", name="Lasso").click()
    box = visit.page.locator(".plot").bounding_box()
    corners = [(0.45, 0.05), (0.98, 0.05), (0.98, 0.95), (0.45, 0.95)]
    points = [(box["x"] + box["width"] * x, box["y"] + box["height"] * y) for x, y in corners]
    visit.page.mouse.move(*points[0])
    visit.page.mouse.down()
    for point in [*points[1:], points[0]]:
        visit.page.mouse.move(*point, steps=4)
    visit.page.mouse.up()
    heading = visit.page.locator(".side h1")
    heading.filter(has_text="tracks taken").wait_for()
    many = int(heading.inner_text().split()[0])
    assert 10 < many < 300
    for form, start in (("m3u", "#EXTM3U"), ("csv", "track_id,title"), ("json", '{"title"')):
        with visit.page.expect_download() as waiting:
            visit.page.locator(f"[data-export={form}]").click()
        text = Path(waiting.value.path()).read_text(encoding="utf-8")
        assert text.startswith(start)
        assert waiting.value.suggested_filename.endswith(form)
        assert text.count("/audio" if form != "csv" else "\n") == many + (form == "csv")


VIEWS = {
    "#/map?color=cluster&genre=jazz&x=1.0000&y=2.0000&z=3.000": ".chips button",
    "#/mood?point=0.800%2C0.300&color=valence": ".side .tracks li",
    "#/meaning": ".card .meaning",
    "#/tracks?genre=rock&sort=-year": "tbody tr",
    "#/playlist": ".page h1",
    "#/models": "svg.dots circle",
    "#/audit": "tbody tr",
    "#/results": "dl.facts",
}


def test_links_restore_every_view(visit: Visit) -> None:
    for link, sign in VIEWS.items():
        visit.go(link)
        visit.page.wait_for_selector(sign)
    visit.go("#/map?color=cluster&genre=jazz&x=1.0000&y=2.0000&z=3.000")
    visit.drawn()
    assert visit.page.locator("#colour").input_value() == "cluster"
    visit.page.locator(".plot").focus()
    visit.page.keyboard.press("+")
    visit.page.wait_for_url("**z=4.2**")
    assert "genre=jazz" in visit.page.url


def test_the_map_can_be_walked_by_keyboard_and_says_where_one_is(visit: Visit) -> None:
    visit.go("#/map")
    visit.drawn()
    visit.page.locator(".plot").focus()
    visit.page.keyboard.press("ArrowRight")
    until(visit.page, "document.getElementById('live').textContent.includes(',')")
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_selector(".side .actions")
    assert visit.page.locator(".plot").get_attribute("aria-label") == "Map of 300 tracks"


def test_a_path_is_drawn_and_markup_in_text_stays_text(visit: Visit) -> None:
    visit.go("#/audit")
    visit.page.wait_for_selector("tbody tr")
    assert "<b>none</b>" in visit.page.locator("tbody").inner_text()
    visit.go("#/tracks")
    links = visit.page.locator("td a[href*='track=']")
    links.first.wait_for()
    ends = [links.nth(index).get_attribute("href").split("track=")[1] for index in (0, 7)]
    visit.go(f"#/path?start={ends[0]}&end={ends[1]}&steps=6")
    visit.page.wait_for_selector("#found .tracks li")
    assert visit.page.locator("#found .tracks li").count() == 6


def test_nothing_is_wider_than_a_small_screen(chromium: Any, address: str) -> None:
    small = Visit(
        chromium,
        address,
        viewport={"width": 360, "height": 740},
        color_scheme="dark",
        has_touch=True,
        is_mobile=True,
    )
    for link, sign in VIEWS.items():
        small.go(link)
        small.page.wait_for_selector(sign)
        assert small.page.evaluate("document.documentElement.scrollWidth") <= 360, link
    assert small.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(17, 18, 24)"
    assert small.troubles == []
    small.context.close()


def test_a_file_of_ones_own_is_placed_and_an_unusable_one_is_refused_in_words(visit: Visit) -> None:
    visit.go("#/map")
    visit.drawn()
    visit.page.set_input_files(
        "#upload", {"name": "<i>song</i>.txt", "mimeType": "text/plain", "buffer": b"words"}
    )
    visit.page.wait_for_selector("text=does not begin like any audio format")
    assert visit.page.locator("aside i, main i").count() == 0
    visit.troubles.clear()  # the browser itself notes the refusal (415)
    near = visit.page.evaluate("fetch('/api/v1/tracks?size=2').then((reply) => reply.json())")["tracks"]
    track = {"label": "a", "uncertainty": 0.5, "arousal": 0.75, "valence": 0.25, "cluster": 3, "seconds": 30, "in_corpus": False, "notes": [],
             "map_x": near[0]["map_x"], "map_y": near[0]["map_y"], "probabilities": {"a": 0.9, "b": 0.1}}  # fmt: skip
    placed = {"track": track, "neighbours": [{**one, "distance": 1.25} for one in near]}
    visit.page.route("**/api/v1/place", lambda route: route.fulfill(json=placed))
    before = visit.page.locator(".plot").screenshot()
    visit.page.set_input_files("#upload", {"name": "song.wav", "mimeType": "audio/wav", "buffer": b"RIFF"})
    visit.page.wait_for_selector("text=How sure of the label")
    assert visit.page.locator("text=arousal 0.75, valence 0.25").count() == 1
    assert visit.page.locator("text=90 %").count() == 1
    visit.page.wait_for_timeout(300)
    assert visit.page.locator(".plot").screenshot() != before


def test_the_api_page_lists_every_path(visit: Visit) -> None:
    visit.page.goto(visit.address + "docs")
    visit.page.wait_for_selector("article")
    assert visit.page.locator("article").count() >= 19
