"""What this machine is, as far as results or their speed hang on it."""

from __future__ import annotations

import os
import platform
from pathlib import Path

LEVELS = {
    "x86-64-v4": {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"},
    "x86-64-v3": {"avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "movbe"},
    "x86-64-v2": {"cx16", "lahf_lm", "popcnt", "sse4_1", "sse4_2", "ssse3"},
}
"""Flags of the levels of the x86-64 psABI, the highest first; each contains the next."""
BEYOND = ("avx512_bf16", "amx_bf16")  # change bf16 arithmetic


def instruction_set(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """Return the class of instructions that numeric libraries choose their code by.

    Floating-point results are the same bytes on machines of one class, and may differ in the last place between classes.

    Returns
    -------
    str
        A level of the x86-64 psABI (with ``+bf16`` and the like), or the machine's name elsewhere.
    """
    machine = platform.machine()
    if machine not in ("x86_64", "AMD64"):
        return machine
    flags: set[str] = set()
    if cpuinfo.exists():
        lines = cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines()
        flags = set(next((line.split(":")[1] for line in lines if line.startswith("flags")), "").split())
    held = list(LEVELS.values())
    for depth, level in enumerate(LEVELS):
        if all(needed <= flags for needed in held[depth:]):
            return "+".join([level, *(flag for flag in BEYOND if flag in flags)])
    return "x86-64"


def usable_cores() -> int:
    """Return the number of cores this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def memory_gb() -> float | None:
    """Return the memory that is free for use, in GB; ``None`` where that is unknown."""
    try:
        import psutil
    except ImportError:
        return None
    return float(psutil.virtual_memory().available) / 1e9
