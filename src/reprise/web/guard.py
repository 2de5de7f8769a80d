"""What stands before every route: who may ask, how much, for how long, and what every reply says to the browser."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import orjson

from reprise.web.kept_replies import KeptReplies, Reply
from reprise.web.run import LiveRun
from reprise.web.settings import Settings

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self'; connect-src 'self'; "
    b"font-src 'self'; frame-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
ALWAYS: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), interest-cohort=()"),
]
SAFE = ("GET", "HEAD", "OPTIONS")
PLACE = "/api/v1/place"
LONG = ("/audio", "/pages/")
log = logging.getLogger("reprise.web")


class TooLarge(Exception):
    """A body exceeds its limit."""


class Guard:
    """The outermost layer of the application (ASGI).

    Parameters
    ----------
    app
        The routes.
    live
        The run, looked at for changes now and then.
    settings
        Limits.
    """

    def __init__(self, app: App, live: LiveRun, settings: Settings) -> None:
        self.app, self.live, self.settings = app, live, settings
        self.kept = KeptReplies(settings.cache_bytes)
        self.hosts = frozenset(name.encode() for name in settings.hosts)
        self._background: set[asyncio.Task[Any]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        headers = dict(scope["headers"])
        problem = self._refusal(scope, headers)
        if problem:
            await refuse(send, *problem)
            return
        if self.live.due():
            self._look()
        key = self.kept.key(scope, self.live.run.signature)
        reply = self.kept.get(key)
        if reply is not None:
            await send({"type": "http.response.start", "status": 200, "headers": reply.headers})
            await send({"type": "http.response.body", "body": reply.body})
            return
        await self._pass_on(scope, receive, Outgoing(send, key, self.kept), headers)

    def _refusal(self, scope: Scope, headers: dict[bytes, bytes]) -> tuple[int, str] | None:
        """Return status and reason for a request that is not let in."""
        host = headers.get(b"host", b"").lower()
        name = host.rpartition(b":")[0] if host.rpartition(b":")[2].isdigit() else host
        if name not in self.hosts:
            return 421, "this server does not answer under that name; start it with --host to allow another"
        if scope["method"] in SAFE:
            return None
        origin = headers.get(b"origin")
        if origin is not None and origin.partition(b"://")[2].lower() != host:
            return 403, "requests from pages of other origins are not accepted"
        if headers.get(b"sec-fetch-site", b"same-origin") not in (b"same-origin", b"none"):
            return 403, "requests from pages of other origins are not accepted"
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > self._largest(scope):
            return 413, f"the body exceeds {self._largest(scope) / 2**20:g} MiB"
        return None

    def _largest(self, scope: Scope) -> int:
        return self.settings.upload_bytes if scope["path"] == PLACE else self.settings.body_bytes

    def _look(self) -> None:
        """Look in the background whether the run has changed."""
        self.live.postpone()
        task = asyncio.get_running_loop().create_task(asyncio.to_thread(self.live.refresh))
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _pass_on(
        self, scope: Scope, receive: Receive, out: Outgoing, headers: dict[bytes, bytes]
    ) -> None:
        """Hand a request to the routes, within its limits of time and size; no reply ever holds a trace."""
        task, seen, late = asyncio.current_task(), 0, False

        async def limited() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._largest(scope):
                raise TooLarge
            return message

        def stop() -> None:
            nonlocal late
            late = True
            if task is not None:
                task.cancel()

        timer = asyncio.get_running_loop().call_later(self._patience(scope["path"]), stop)
        try:
            await self.app(
                scope,
                receive if not headers.get(b"content-length") and scope["method"] in SAFE else limited,
                out,
            )
        except TooLarge:
            await out.instead(413, f"the body exceeds {self._largest(scope) / 2**20:g} MiB")
        except asyncio.CancelledError:
            if not late:
                raise
            await out.instead(504, "the request took longer than this server allows")
        except Exception:
            log.exception("a request failed: %s", scope["path"])
            await out.instead(500, "the server failed; its log says why")
        finally:
            timer.cancel()

    def _patience(self, path: str) -> float:
        if path == PLACE:
            return self.settings.upload_seconds
        return self.settings.stream_seconds if any(part in path for part in LONG) else self.settings.seconds


class Outgoing:
    """Sends a reply with the headers that every reply has, and keeps it if it may be asked again."""

    def __init__(self, send: Send, key: bytes | None, kept: KeptReplies) -> None:
        self._send, self._key, self._kept = send, key, kept
        self._started = False
        self._headers: Headers = []

    async def __call__(self, message: Message) -> None:
        """Send a part of the reply."""
        if message["type"] == "http.response.start":
            self._started = True
            self._headers = completed(message.get("headers", []))
            message = {**message, "headers": self._headers}
            if message["status"] != 200:
                self._key = None
        elif self._key is not None and not message.get("more_body"):
            self._kept.keep(self._key, Reply(self._headers, message.get("body", b"")))
        else:
            self._key = None
        await self._send(message)

    async def instead(self, status: int, why: str) -> None:
        """Send a problem, unless the reply has begun; then it ends early, which the client sees."""
        if not self._started:
            self._started, self._key = True, None
            await refuse(self._send, status, why)


def completed(headers: Any) -> Headers:
    """Return headers with those that every reply has; a policy that the route set stays."""
    found: Headers = list(headers)
    names = {name.lower() for name, _ in found}
    if b"content-security-policy" not in names:
        found.append((b"content-security-policy", POLICY))
    if b"cache-control" not in names:
        found.append((b"cache-control", b"no-cache"))
    return [*found, *ALWAYS]


async def refuse(send: Send, status: int, why: str) -> None:
    """Send a problem as JSON."""
    body = orjson.dumps({"detail": why})
    headers = completed(
        [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    )
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
