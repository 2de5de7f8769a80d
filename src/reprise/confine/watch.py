"""The watcher: hears of each open of a confined stage before it happens, and notes what is refused and which deps are opened."""

from __future__ import annotations

import errno
import os
import re
import socket
import struct
import threading

from reprise.confine import seccomp, syscalls
from reprise.confine.judgement import LIST, MAKE, NETWORK, PUT, READ, TAKE, WRITE, Access, Judgement

OF_ITSELF = re.compile(r"^/proc/(?:thread-)?self(?=/|$)")
GRACE = 2.0  # seconds for the last notices of a stage that has ended


class Watcher:
    """A thread that answers the kernel's notices of one stage.

    Parameters
    ----------
    judgement
        Says what is refused, and keeps the account.
    machine
        Architecture, as `reprise.confine.syscalls.architecture` names it.

    Attributes
    ----------
    channel
        Socket for the child, to send the listener through.
    """

    def __init__(self, judgement: Judgement, machine: str) -> None:
        self.judgement = judgement
        self.code = seccomp.program(machine, network=judgement.network)
        self._machine = machine
        self._calls = syscalls.numbered((*syscalls.ON_FILES, syscalls.CONNECT, syscalls.SOCKET), machine)
        self._mine, self.channel = socket.socketpair()
        self._listener: seccomp.Listener | None = None
        self._thread = threading.Thread(target=self._serve, daemon=True, name="watcher")
        self._thread.start()

    def enter(self) -> None:
        """Put the calling process (the child) under the watch."""
        seccomp.install(self.code, self._machine, self.channel)

    def close_channel(self) -> None:
        """Close this process's copy of the child's end, once there is a child or there will be none."""
        self.channel.close()

    def finish(self) -> bool:
        """Wait until every notice is answered; return whether the watcher saw all there was to see."""
        self._thread.join(GRACE)
        return self._listener is not None and not self._listener.blind

    def _serve(self) -> None:
        with self._mine:
            _, descriptors, _, _ = socket.recv_fds(self._mine, 1, 1)
        if not descriptors:
            return
        self._listener = listener = seccomp.Listener(descriptors[0])
        try:
            while notice := listener.receive():
                listener.answer(notice, errno.EACCES if self._refuses(listener, notice) else 0)
        finally:
            listener.close()

    def _refuses(self, listener: seccomp.Listener, notice: seccomp.Notice) -> bool:
        call = self._calls[notice.number]
        if call is syscalls.SOCKET:
            return self.judgement.refuses(Access(NETWORK, "by datagrams (a name lookup, perhaps)"))
        if call is syscalls.CONNECT:
            target = _address(listener.memory(notice.thread, notice.arguments[1], 28))
            return target is not None and self.judgement.refuses(Access(NETWORK, target))
        flags = _flags(listener, notice, call)
        if flags & os.O_PATH:  # opens nothing
            return False
        verdicts = [
            self._refuses_path(listener, notice, folder, position, _kind(call, flags, nth))
            for nth, (folder, position) in enumerate(call.paths)
        ]
        return any(verdicts)

    def _refuses_path(
        self, listener: seccomp.Listener, notice: seccomp.Notice, folder: int | None, position: int, kind: str
    ) -> bool:
        written = listener.text(notice.thread, notice.arguments[position])
        if not written or (kind in (READ, LIST) and self.judgement.of_the_system(written)):
            return False
        if written.startswith(b"/dev/") and not written.startswith(b"/dev/shm/"):
            return False
        start = syscalls.AT_FDCWD if folder is None else _signed(notice.arguments[folder])
        path = resolve(os.fsdecode(written), notice.thread, start, follow=kind in (READ, LIST, WRITE))
        if path is None:
            return False
        if kind == READ and os.path.isdir(path):
            kind = LIST
        return self.judgement.refuses(Access(kind, path))


def resolve(path: str, thread: int, folder: int, *, follow: bool) -> str | None:
    """Return the absolute path without links that a call of another process means.

    Parameters
    ----------
    path
        As the caller wrote it.
    thread
        Of the caller.
    folder
        Descriptor that the path is relative to.
    follow
        Whether a link at its end is followed.

    Returns
    -------
    str or None
        ``None`` if the caller is gone, or has no such folder.
    """
    if not path.startswith("/"):
        place = "cwd" if folder == syscalls.AT_FDCWD else f"fd/{folder}"
        try:
            path = os.path.join(os.readlink(f"/proc/{thread}/{place}"), path)
        except OSError:
            return None
    path = OF_ITSELF.sub(f"/proc/{thread}", path)
    if follow:
        return os.path.realpath(path)
    parent, name = os.path.split(path.rstrip("/"))
    return os.path.join(os.path.realpath(parent), name)


def _kind(call: syscalls.Call, flags: int, nth: int) -> str:
    if call in syscalls.OPENING:
        if flags & (syscalls.ACCESS | syscalls.CREATES | syscalls.TRUNCATES):
            return WRITE
        return LIST if flags & os.O_DIRECTORY else READ
    if call in syscalls.CHANGING:
        return WRITE
    if call in syscalls.NAMING:
        return MAKE
    if call in syscalls.MOVING:
        return PUT if nth else TAKE
    if call in syscalls.LINKING and nth:
        return MAKE
    return READ


def _flags(listener: seccomp.Listener, notice: seccomp.Notice, call: syscalls.Call) -> int:
    if call.flags is None:
        return 0
    given = notice.arguments[call.flags]
    if call.name != "openat2":
        return given & 0xFFFFFFFF
    structure = listener.memory(notice.thread, given, 8)
    return int(struct.unpack("=Q", structure)[0]) if structure and len(structure) == 8 else 0


def _signed(argument: int) -> int:
    return (argument & 0xFFFFFFFF) - (1 << 32 if argument & 0x80000000 else 0)


def _address(structure: bytes | None) -> str | None:
    """Return address and port of an internet socket's address; ``None`` for other families."""
    if structure is None or len(structure) < 8:
        return None
    family, port = struct.unpack("=H", structure[:2])[0], struct.unpack(">H", structure[2:4])[0]
    if family == socket.AF_INET:
        return f"{socket.inet_ntop(family, structure[4:8])} port {port}"
    if family == socket.AF_INET6 and len(structure) >= 24:
        return f"{socket.inet_ntop(family, structure[8:24])} port {port}"
    return None
