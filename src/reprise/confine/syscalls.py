"""Numbers and arguments of the system calls that reach a file by its path, or the network."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass

AT_FDCWD = -100


@dataclass(frozen=True)
class Call:
    """What one system call does, and which of its arguments say to what.

    Attributes
    ----------
    name
        Name in the manual.
    x86_64, aarch64
        Its numbers; ``None`` where the architecture lacks it.
    paths
        For each path it takes: the position of the folder it is relative to (``None``: the current one), and of the path itself.
    flags
        Position of the opening flags; ``None`` where it does not open.
    """

    name: str
    x86_64: int | None
    aarch64: int | None
    paths: tuple[tuple[int | None, int], ...] = ()
    flags: int | None = None


OPENING = (
    Call("open", 2, None, ((None, 0),), 1),
    Call("openat", 257, 56, ((0, 1),), 2),
    Call("openat2", 437, 437, ((0, 1),), 2),
)
CHANGING = (
    Call("creat", 85, None, ((None, 0),)),
    Call("truncate", 76, 45, ((None, 0),)),
)
"""They write into a file that may exist."""
NAMING = (
    Call("mkdir", 83, None, ((None, 0),)),
    Call("mkdirat", 258, 34, ((0, 1),)),
    Call("mknod", 133, None, ((None, 0),)),
    Call("mknodat", 259, 33, ((0, 1),)),
    Call("symlink", 88, None, ((None, 1),)),
    Call("symlinkat", 266, 36, ((1, 2),)),
)
"""They make a name that must not exist yet."""
MOVING = (
    Call("rename", 82, None, ((None, 0), (None, 1))),
    Call("renameat", 264, 38, ((0, 1), (2, 3))),
    Call("renameat2", 316, 276, ((0, 1), (2, 3))),
    Call("unlink", 87, None, ((None, 0),)),
    Call("unlinkat", 263, 35, ((0, 1),)),
    Call("rmdir", 84, None, ((None, 0),)),
)
"""They take a name away; a second path is where it goes."""
LINKING = (
    Call("link", 86, None, ((None, 0), (None, 1))),
    Call("linkat", 265, 37, ((0, 1), (2, 3))),
)
"""They give a file a second name."""
RUNNING = (
    Call("execve", 59, 221, ((None, 0),)),
    Call("execveat", 322, 281, ((0, 1),)),
)
CONNECT = Call("connect", 42, 203)
SOCKET = Call("socket", 41, 198)
IO_URING_SETUP = Call("io_uring_setup", 425, 425)

ON_FILES = (*OPENING, *CHANGING, *NAMING, *MOVING, *LINKING, *RUNNING)

AUDIT_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
X32 = 0x40000000  # bit of the numbers of x86_64's other interface

ACCESS, CREATES, TRUNCATES = os.O_ACCMODE, os.O_CREAT, os.O_TRUNC


def architecture() -> str | None:
    """Return the machine's name where its numbers are known."""
    machine = {"AMD64": "x86_64", "arm64": "aarch64"}.get(platform.machine(), platform.machine())
    return machine if machine in AUDIT_ARCHITECTURES else None


def numbered(calls: tuple[Call, ...], machine: str) -> dict[int, Call]:
    """Return calls by their number on a machine."""
    found = ((getattr(call, machine), call) for call in calls)
    return {number: call for number, call in found if number is not None}
