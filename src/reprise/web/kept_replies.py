"""Recent replies, kept by address and run: an explorer asks the same things again and again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any

Headers = list[tuple[bytes, bytes]]
PREFIX = "/api/v1/"
NEVER = (
    "/api/v1/health",
    "/api/v1/version",
    "/api/v1/map",
    "/api/v1/metrics",
    "/api/v1/models",
    "/api/v1/audit",
)
"""Replies that are not a function of address and run, or that the browser keeps itself."""

LARGEST = 2**18


@dataclass(frozen=True)
class Reply:
    """A whole reply with status 200."""

    headers: Headers
    body: bytes


class KeptReplies:
    """Replies within a limit of memory, the least recently asked dropped first.

    Parameters
    ----------
    limit
        Bytes of all bodies together.
    """

    def __init__(self, limit: int) -> None:
        self._limit, self._bytes = limit, 0
        self._found: OrderedDict[bytes, Reply] = OrderedDict()

    def key(self, scope: MutableMapping[str, Any], signature: str) -> bytes | None:
        """Return the name of a request's reply, ``None`` for one that must not be kept."""
        path: str = scope["path"]
        if (
            scope["method"] != "GET"
            or not path.startswith(PREFIX)
            or path in NEVER
            or path.endswith("/audio")
        ):
            return None
        host = next((value for name, value in scope["headers"] if name == b"host"), b"")
        return b"\0".join((signature.encode(), host, path.encode(), scope["query_string"]))

    def get(self, key: bytes | None) -> Reply | None:
        """Return a kept reply."""
        if key is None or key not in self._found:
            return None
        self._found.move_to_end(key)
        return self._found[key]

    def keep(self, key: bytes, reply: Reply) -> None:
        """Keep a reply, and drop old ones as need be."""
        if len(reply.body) > LARGEST or len(reply.body) > self._limit:
            return
        old = self._found.pop(key, None)
        self._bytes += len(reply.body) + len(key) - (len(old.body) + len(key) if old else 0)
        self._found[key] = reply
        while self._bytes > self._limit:
            dropped_key, dropped = self._found.popitem(last=False)
            self._bytes -= len(dropped.body) + len(dropped_key)
