"""Pictures of the explorer on the run of this folder, for the documentation.

    python benchmarks/web_pictures.py

Needs Chromium. Writes docs/images/explorer_*.png.
"""

from __future__ import annotations

import json
import sys
import urllib.request
from pathlib import Path
from typing import Any

from reprise.web.chromium import NoBrowser, browser
from web_load import Server  # the folder of this script is on the path

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
STRANGERS = Path("data/corpus/emotion/audio")  # clips that the map does not show
WIDE = {"width": 1280, "height": 800}


def pictures(track: str) -> dict[str, tuple[str, dict[str, int], str]]:
    """Return the pictures: ground, size and view of each."""
    return {
        "map": ("light", WIDE, f"#/map?color=label&track={track}"),
        "mood": ("dark", WIDE, "#/mood?point=0.850,0.300&point=0.200,0.700&color=arousal&draw=1"),
        "meaning": ("light", WIDE, "#/meaning"),
    }


def main() -> None:
    """Start the server, take the pictures."""
    server = Server(ROOT)
    try:
        address = f"http://127.0.0.1:{server.port}/"
        found = json.load(
            urllib.request.urlopen(f"{address}api/v1/tracks?predicted=true&sort=-arousal&size=50")
        )["tracks"]
        with browser() as chromium:
            for name, (ground, size, view) in pictures(found[2]["track_id"]).items():
                take(chromium, f"{address}{view}", ground, size, IMAGES / f"explorer_{name}.png")
            stranger = sorted((ROOT / STRANGERS).glob("*.wav"))[0]
            take(chromium, f"{address}#/map", "light", WIDE, IMAGES / "explorer_upload.png", stranger)
    except NoBrowser as why:
        sys.exit(str(why))
    finally:
        server.stop()


def take(
    chromium: Any, address: str, ground: str, size: dict[str, int], target: Path, sent: Path | None = None
) -> None:
    """Take one picture, of a file's place if one is sent."""
    context = chromium.new_context(viewport=size, color_scheme=ground)
    page = context.new_page()
    page.set_default_timeout(90_000)
    page.goto(address)
    page.wait_for_selector("html[data-ready]")
    page.wait_for_timeout(2500)
    if sent:
        page.set_input_files("#upload", str(sent))
        page.wait_for_selector("text=How sure of the label")
        page.wait_for_timeout(1000)
    page.screenshot(path=str(target))
    context.close()


if __name__ == "__main__":
    main()
