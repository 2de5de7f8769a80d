"""What surrounds the project: how stages are confined here, the versions of what they use, the machine."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from reprise.confine.made_by import recorded

GOOD, NOTE, BAD = "ok", "note", "PROBLEM"
DISK_GB, MEMORY_GB = 5.0, 4.0  # of the embedded corpus: what it fills, and the most that a stage takes


@dataclass(frozen=True)
class Remark:
    """One thing that was looked at.

    Attributes
    ----------
    level
        `GOOD`, `NOTE` or `BAD`.
    about
        What it is about.
    said
        What was found, and what to do.
    """

    level: str
    about: str
    said: str


def confinement(_root: Path) -> Iterator[Remark]:
    """Try whether a stage is held to what it declares."""
    from reprise.confine.selftest import try_doors

    force = try_doors()
    files = f"Landlock ABI {force.abi}" if force.abi else "no Landlock"
    if not force.refused:
        yield Remark(
            BAD if force.abi or force.announced else NOTE,
            "confinement",
            f"{files}: a stage could read what it does not declare, so results here prove nothing (Linux 5.13 or later confines)",
        )
    elif force.abi:
        yield Remark(GOOD, "confinement", f"{files}: undeclared files are refused by the kernel")
    else:
        yield Remark(
            NOTE,
            "confinement",
            f"{files}: seccomp refuses undeclared files, which is complete for mistakes, not against a hostile program",
        )
    if force.seen:
        yield Remark(
            GOOD,
            "swallowed refusals",
            "seccomp user notification: a stage that swallows a refusal fails, with the line to add",
        )
    else:
        yield Remark(
            NOTE,
            "swallowed refusals",
            "not seen on this kernel (no seccomp user notification, or ptrace is forbidden): a stage that swallows a refusal goes on without the file",
        )
    if force.network:
        yield Remark(
            GOOD, "network", "closed to every stage but download" + ("" if force.announced else " (TCP only)")
        )
    else:
        yield Remark(
            NOTE,
            "network",
            "open to all stages: this kernel has neither Landlock ABI 4 nor seccomp user notification",
        )


def versions(root: Path) -> Iterator[Remark]:
    """Compare Python and its libraries with what the project pins."""
    from packaging.requirements import InvalidRequirement, Requirement

    version = ".".join(map(str, sys.version_info[:3]))
    fits = (3, 10) <= sys.version_info[:2] <= (3, 13)
    yield Remark(GOOD if fits else BAD, "Python", version if fits else f"{version}: 3.10 to 3.13 is needed")
    on_path = shutil.which("python")
    if on_path is None or not Path(on_path).samefile(sys.executable):
        yield Remark(
            NOTE,
            "python on PATH",
            f"is {on_path or 'missing'}, this is {sys.executable}: stages run the former (activate the environment, or `export PATH={Path(sys.executable).parent}:$PATH`)",
        )
    wrong = []
    for line in (root / "requirements.txt").read_text(encoding="utf-8").splitlines():
        try:
            wanted = Requirement(line.split("#")[0].strip())
        except InvalidRequirement:  # a remark, an option
            continue
        if wanted.marker and not wanted.marker.evaluate():
            continue
        try:
            found = metadata.version(wanted.name)
        except metadata.PackageNotFoundError:
            wrong.append(f"{wanted.name} is missing ({wanted.specifier})")
            continue
        if not wanted.specifier.contains(found, prereleases=True):
            wrong.append(f"{wanted.name} {found} ({wanted.specifier})")
    if wrong:
        yield Remark(
            BAD,
            "libraries",
            f"not as pinned, so results may differ: {', '.join(wrong)}; `pip install -r requirements.txt`",
        )
    else:
        yield Remark(GOOD, "libraries", "as pinned in requirements.txt")


def machine(root: Path) -> Iterator[Remark]:
    """Look at cores, instruction set, memory and disk."""
    from reprise.machine import instruction_set, memory_gb, usable_cores

    here = instruction_set()
    yield Remark(GOOD, "machine", f"{usable_cores()} cores, instruction set {here}")
    elsewhere = {stage: made for stage, made in recorded(root).items() if made != here}
    if elsewhere:
        sets = ", ".join(sorted(set(elsewhere.values())))
        yield Remark(
            NOTE,
            "same bytes",
            f"the results of {len(elsewhere)} stages on record were made with {sets}: run here, they may differ in the last digits, and so does dvc.lock",
        )
    memory = memory_gb()
    if memory is not None:
        enough = memory >= MEMORY_GB
        yield Remark(
            GOOD if enough else NOTE,
            "memory",
            f"{memory:.1f} GB available" + ("" if enough else f": stages may take {MEMORY_GB:g} GB"),
        )
    free = shutil.disk_usage(root).free / 1e9
    enough = free >= DISK_GB
    yield Remark(
        GOOD if enough else NOTE,
        "disk",
        f"{free:.1f} GB free"
        + (
            ""
            if enough
            else f": a run fills up to {DISK_GB:g} GB; `dvc gc -w` removes results of no use any more"
        ),
    )
