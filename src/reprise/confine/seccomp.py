"""Seccomp user notification by raw system calls: the kernel asks this process before a confined one opens a file.

Landlock refuses, and tells nobody: a program that swallows the error hides that it reached for something. So each call that takes a path is
announced here first (``Documentation/userspace-api/seccomp_filter.rst``, "Userspace Notification"), noted, and let through or refused; what is let
through meets Landlock, which cannot be outwitted by changing the path meanwhile. It takes no privilege and holds for native code and children.

An announced open costs 15 to 35 µs in the system's folders and 110 µs in the project's, where links are followed: 20 to 100 ms for all of a stage.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import os
import select
import socket
import struct
from dataclasses import dataclass

from reprise.confine import syscalls
from reprise.confine.landlock import PR_SET_NO_NEW_PRIVS, _libc

SET_MODE_FILTER, GET_ACTION_AVAIL = 1, 2
NEW_LISTENER, SPEC_ALLOW = (
    1 << 3,
    1 << 2,
)  # the second leaves speculation alone: without it, old kernels slow the process down
SECCOMP = {"x86_64": 317, "aarch64": 277}
ALLOW, NOTIFY, ERRNO = 0x7FFF0000, 0x7FC00000, 0x00050000
RECEIVE, SEND, SET_FLAGS = 0xC0502100, 0xC0182101, 0x40082104
SYNCHRONOUS = 1  # the two processes hand over to each other: 14 µs for a call rather than 100
CONTINUE = 1
LOAD, EQUAL, AT_LEAST, AND, RETURN = 0x20, 0x15, 0x35, 0x54, 0x06  # of the classic Berkeley packet filter
NUMBER, ARCHITECTURE, FIRST_ARGUMENT, SECOND_ARGUMENT = 0, 4, 16, 24  # offsets in struct seccomp_data
STREAM, TYPE_MASK = 1, 0xF
INTERNET = (socket.AF_INET, socket.AF_INET6)
PAGE = 4096


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_char_p))


class _Span(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


@dataclass(frozen=True)
class Notice:
    """A call that a confined process is about to make.

    Attributes
    ----------
    identity
        The kernel's name of this notice.
    thread
        Who calls.
    number
        Of the system call.
    arguments
        The six of it.
    """

    identity: int
    thread: int
    number: int
    arguments: tuple[int, ...]


def program(machine: str, *, network: bool) -> bytes:
    """Assemble the filter: calls that take a path are announced, so are connections and datagram sockets where the network is shut.

    ``io_uring`` and the machine's 32-bit calls, which would pass by unannounced, do not exist in here.
    """
    announced = list(syscalls.numbered(syscalls.ON_FILES, machine))
    missing = ERRNO | errno.ENOSYS
    code = [
        (LOAD, 0, 0, ARCHITECTURE), (EQUAL, 1, 0, syscalls.AUDIT_ARCHITECTURES[machine]), (RETURN, 0, 0, missing),
        (LOAD, 0, 0, NUMBER), (AT_LEAST, 0, 1, syscalls.X32), (RETURN, 0, 0, missing),
        (EQUAL, 0, 1, getattr(syscalls.IO_URING_SETUP, machine)), (RETURN, 0, 0, missing),
    ]  # fmt: skip
    if not network:
        announced.append(getattr(syscalls.CONNECT, machine))
        code += _sockets(getattr(syscalls.SOCKET, machine))
    for left, number in zip(range(len(announced), 0, -1), announced, strict=True):
        code.append((EQUAL, left, 0, number))
    code += [(RETURN, 0, 0, ALLOW), (RETURN, 0, 0, NOTIFY)]
    return b"".join(struct.pack("HBBI", kind, yes, no, value) for kind, yes, no, value in code)


def available() -> str | None:
    """Return the machine's architecture where its kernel knows user notification, else ``None``."""
    machine = syscalls.architecture()
    action = ctypes.c_uint32(NOTIFY)
    if (
        _libc is None
        or machine is None
        or _libc.syscall(SECCOMP[machine], GET_ACTION_AVAIL, 0, ctypes.byref(action))
    ):
        return None
    return machine


def install(code: bytes, machine: str, channel: socket.socket) -> None:
    """Put this process and its descendants under the filter for ever, and send the listener, or nothing, through the channel."""
    assert _libc is not None
    _libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    filled = _Program(len(code) // 8, code)
    flags = NEW_LISTENER | SPEC_ALLOW
    listener = int(_libc.syscall(SECCOMP[machine], SET_MODE_FILTER, flags, ctypes.byref(filled)))
    if listener < 0:
        channel.send(b"0")
        return
    socket.send_fds(channel, [b"1"], [listener])
    os.close(listener)


class Listener:
    """The end at which notices arrive.

    Parameters
    ----------
    descriptor
        From `install`; closed by `close`.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLIN)
        self._local = ctypes.create_string_buffer(2 * PAGE)
        self._into = _Span(ctypes.addressof(self._local), 2 * PAGE)
        self._from = (_Span * 2)()
        self.blind = False
        assert _libc is not None
        self._read = _libc.process_vm_readv
        with contextlib.suppress(OSError):  # Linux 6.6 or later
            fcntl.ioctl(descriptor, SET_FLAGS, SYNCHRONOUS)

    def receive(self) -> Notice | None:
        """Wait for the next notice; ``None`` when no confined process is left."""
        while True:
            ready = self._poll.poll()
            if not ready[0][1] & select.POLLIN:
                return None
            filled = bytearray(80)
            try:
                fcntl.ioctl(self._descriptor, RECEIVE, filled)
            except OSError as error:
                if error.errno in (errno.ENOENT, errno.EINTR):  # the caller was killed meanwhile
                    continue
                raise
            identity, thread, _, number, _, _, *arguments = struct.unpack("=QIIiIQ6Q", filled)
            return Notice(identity, thread, number, tuple(arguments))

    def answer(self, notice: Notice, refusal: int = 0) -> None:
        """Send the call on its way, or refuse it with an error number."""
        reply = struct.pack("=QqiI", notice.identity, 0, -refusal, 0 if refusal else CONTINUE)
        try:
            fcntl.ioctl(self._descriptor, SEND, reply)
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.EINPROGRESS):
                raise

    def memory(self, thread: int, address: int, length: int = PAGE) -> bytes | None:
        """Read the caller's memory, at most one page of it; ``None`` where that is not allowed or there is nothing."""
        first = min(length, PAGE - address % PAGE)
        self._from[0].base, self._from[0].length = address, first
        self._from[1].base, self._from[1].length = address + first, length - first
        got = int(self._read(thread, ctypes.byref(self._into), 1, self._from, 2 if length > first else 1, 0))
        if got < 0:
            self.blind |= ctypes.get_errno() == errno.EPERM
            return None
        return self._local.raw[:got]

    def text(self, thread: int, address: int) -> bytes | None:
        """Read a string that ends with a zero byte."""
        read = self.memory(thread, address)
        return None if read is None else read.split(b"\0", 1)[0]

    def close(self) -> None:
        """Close the descriptor; calls of processes that are still confined then fail."""
        os.close(self._descriptor)


def _sockets(number: int) -> list[tuple[int, int, int, int]]:
    """Announce sockets of the internet that are no streams: Landlock does not know them."""
    return [
        (EQUAL, 0, 8, number),
        (LOAD, 0, 0, FIRST_ARGUMENT), (EQUAL, 1, 0, INTERNET[0]), (EQUAL, 0, 3, INTERNET[1]),
        (LOAD, 0, 0, SECOND_ARGUMENT), (AND, 0, 0, TYPE_MASK), (EQUAL, 0, 1, STREAM),
        (RETURN, 0, 0, ALLOW), (RETURN, 0, 0, NOTIFY),
    ]  # fmt: skip
