"""The part of `web.py` that needs Chromium, in a process of its own that is ended if the browser hangs.

python benchmarks/web_drawing.py 8765        prints when the map is first drawn, and frames per second while it is panned, as JSON
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

from reprise.web.chromium import NoBrowser, browser

PATIENCE = 150.0
"""Seconds after which a browser that has not answered is given up."""

PAN = """async () => {
  const plot = document.querySelector('.plot'), box = plot.getBoundingClientRect(), started = performance.now();
  const send = (kind, x, y) => plot.dispatchEvent(new PointerEvent(kind, { clientX: box.left + x, clientY: box.top + y, pointerId: 1, bubbles: true }));
  plot.setPointerCapture = () => {};
  send('pointerdown', 500, 300);
  let frames = 0;
  await new Promise((done) => {
    const step = () => {
      frames += 1;
      send('pointermove', 500 + 200 * Math.sin(frames / 15), 300 + 100 * Math.cos(frames / 15));
      if (performance.now() - started < 4000) requestAnimationFrame(step); else done();
    };
    requestAnimationFrame(step);
  });
  send('pointerup', 500, 300);
  return frames / ((performance.now() - started) / 1000);
}"""
"""Drags the map once a frame for four seconds; returns frames per second."""


def drawn(port: int) -> dict[str, float]:
    """Return when the map of a page is first drawn, in s, and frames per second while it is panned; nothing if the browser is absent or hangs."""
    process = subprocess.Popen(
        [sys.executable, __file__, str(port)], stdout=subprocess.PIPE, start_new_session=True
    )
    try:
        answer, _ = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        print(f"Chromium did not answer within {PATIENCE:.0f} s", file=sys.stderr)
        return {}
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    found: dict[str, float] = json.loads(answer or b"{}")
    return found


def main() -> None:
    """Draw, and print the figures."""
    with browser() as chromium:
        page = chromium.new_page(viewport={"width": 1280, "height": 800})
        page.goto(f"http://127.0.0.1:{sys.argv[1]}/#/map")
        page.wait_for_selector(".plot[data-drawn]")
        page.wait_for_timeout(500)
        first = page.evaluate("performance.getEntriesByName('map-drawn')[0].startTime")
        print(json.dumps({"first_paint": first / 1e3, "fps": page.evaluate(PAN)}))


if __name__ == "__main__":
    try:
        main()
    except NoBrowser as why:
        sys.exit(str(why))
