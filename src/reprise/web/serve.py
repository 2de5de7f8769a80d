"""Starting the explorer."""

from __future__ import annotations

import gc
import socket
import sys
from dataclasses import dataclass, field
from pathlib import Path

from reprise.errors import RepriseError
from reprise.web.settings import LOOPBACK

BACKLOG = 256
AT_ONCE = 512


@dataclass(frozen=True)
class Place:
    """Where the server listens, and what it shows.

    Attributes
    ----------
    root
        The project's folder.
    host, port
        Address; port 0 takes a free one.
    libraries
        ``name=file`` pairs.
    upload
        Whether files may be sent to be placed.
    """

    root: Path
    host: str = "127.0.0.1"
    port: int = 8765
    libraries: list[str] = field(default_factory=list)
    upload: bool = True


def serve(place: Place) -> None:
    """Serve the last run until interrupted.

    Raises
    ------
    RepriseError
        If there is no run, or the port is taken.
    """
    import uvicorn

    from reprise.web.app import make_app
    from reprise.web.load import read_libraries
    from reprise.web.run import LiveRun
    from reprise.web.run_files import RunFiles
    from reprise.web.settings import Settings

    listening = _listen(place.host, place.port)
    live = LiveRun(RunFiles(place.root), read_libraries(place.libraries))
    hosts = (
        LOOPBACK if place.host in LOOPBACK else (*LOOPBACK, place.host.lower(), socket.gethostname().lower())
    )
    app = make_app(live, Settings(hosts=hosts, upload=place.upload))
    address, port = listening.getsockname()[:2]
    shown = f"[{address}]" if ":" in address else address
    print(
        f"Reprise explorer: http://{shown}:{port}/  ({len(live.run.catalogue)} tracks; the API: /docs; Ctrl+C ends it)",
        flush=True,
    )
    if place.host not in LOOPBACK:
        print(
            "reprise: everybody who reaches this address can hear and search this collection", file=sys.stderr
        )
    gc.collect()
    gc.freeze()  # what stays for good is not searched again and again: a pass over it holds up requests for 30 ms
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, ws="none", server_header=False, limit_concurrency=AT_ONCE, timeout_keep_alive=15,
        backlog=BACKLOG, timeout_graceful_shutdown=3,
    )  # fmt: skip
    uvicorn.Server(config).run(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host.strip("[]"), port))
    except OSError as error:
        listening.close()
        raise RepriseError(
            f"--host {host} --port {port}: {error.strerror}; name another port with --port"
        ) from error
    return listening
