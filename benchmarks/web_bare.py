"""The floor of `web.py`: the same server software with nothing behind it; answers every request with 2 kB of zeros.

python benchmarks/web_bare.py 8123
"""

from __future__ import annotations

import sys
from typing import Any

import uvicorn

BODY = b"0" * 2048


async def app(scope: Any, _receive: Any, send: Any) -> None:
    """Answer."""
    if scope["type"] == "http":
        length = str(len(BODY)).encode()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]})
        await send({"type": "http.response.body", "body": BODY})


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), log_level="warning", access_log=False, lifespan="off", ws="none")
