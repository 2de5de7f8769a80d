"""Settings of the server: where it listens, what it accepts, and how long it waits."""

from __future__ import annotations

from dataclasses import dataclass

LOOPBACK = ("127.0.0.1", "localhost", "[::1]", "::1")


@dataclass(frozen=True)
class Settings:
    """Limits and choices of one server.

    Attributes
    ----------
    hosts
        Names under which it answers; others are refused, so that a page elsewhere cannot reach it by a name that points here (DNS rebinding).
    upload
        Whether files may be sent to be placed.
    upload_bytes, body_bytes
        Largest upload, and largest body of any other request.
    seconds, upload_seconds, stream_seconds
        Time limits of a request, of placing a file, and of sending audio or a page.
    cache_bytes
        Memory for recent replies.
    """

    hosts: tuple[str, ...] = LOOPBACK
    upload: bool = True
    upload_bytes: int = 64 * 2**20
    body_bytes: int = 2 * 2**20
    seconds: float = 30.0
    upload_seconds: float = 240.0
    stream_seconds: float = 600.0
    cache_bytes: int = 8 * 2**20
