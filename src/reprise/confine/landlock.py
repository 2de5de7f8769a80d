"""Landlock by raw system calls: the Linux kernel's unprivileged, irrevocable file and network confinement.

The three calls and their structures are documented in the kernel's ``Documentation/userspace-api/landlock.rst``. A rule holds
for the calling process and all its descendants, in any language, and nothing can undo it.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # system call numbers, the same on every architecture
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
TRUNCATE, IOCTL_DEV = 1 << 14, 1 << 15
ON_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV
RIGHTS_OF_ABI = {
    0: 0,
    1: 13,
    2: 14,
    3: 15,
    4: 15,
}  # number of file rights known to an ABI version; later ones know 16
NETWORK_RIGHTS, SCOPES = 0b11, 0b11  # bind and connect TCP; abstract sockets and signals out of the domain
PR_SET_NO_NEW_PRIVS = 38

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def abi_version() -> int:
    """Return the Landlock ABI of the running kernel, 0 where there is none."""
    if _libc is None:
        return 0
    return max(0, int(_libc.syscall(CREATE_RULESET, None, 0, 1)))


def build_ruleset(
    *, read: Iterable[Path], write: Iterable[Path], names: Iterable[Path], network: bool
) -> int:
    """Make a ruleset that allows only what is listed.

    Parameters
    ----------
    read
        Files and directory trees that may be read and executed.
    write
        Files and directory trees in which everything may be done.
    names
        Directory trees of which only the names may be listed.
    network
        Whether TCP stays open.

    Returns
    -------
    int
        File descriptor for `restrict`.

    Raises
    ------
    OSError
        If the kernel refuses a call or a path does not exist.
    """
    abi = abi_version()
    known = (1 << RIGHTS_OF_ABI.get(abi, 16)) - 1
    attributes = struct.pack("QQQ", known, 0 if network else NETWORK_RIGHTS, SCOPES)
    attributes = attributes[: 8 if abi < 4 else 16 if abi < 6 else 24]
    ruleset = _call(CREATE_RULESET, attributes, len(attributes), 0)
    for paths, rights in ((read, EXECUTE | READ_FILE | READ_DIR), (write, known), (names, READ_DIR)):
        for path in paths:
            allowed = rights & known & (~0 if path.is_dir() else ON_FILES)
            descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
            try:
                _call(ADD_RULE, ruleset, 1, struct.pack("=Qi", allowed, descriptor), 0)
            finally:
                os.close(descriptor)
    return ruleset


def restrict(ruleset: int) -> None:
    """Confine the calling process and its descendants for ever."""
    if _libc is None:
        raise OSError("Landlock exists on Linux only")
    _libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    _call(RESTRICT_SELF, ruleset, 0)


def _call(number: int, *arguments: object) -> int:
    assert _libc is not None
    result = int(_libc.syscall(number, *arguments))
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"Landlock system call {number}: {os.strerror(code)}")
    return result
