"""Which instruction set made each result on record: kept beside ``dvc.lock``, which cannot say it.

Floating-point results are the same bytes on machines of one instruction set (`reprise.machine.instruction_set`), and may differ in the last digits between
two. So where ``dvc.lock`` comes out different, this file says whether that is why. It is no out of any stage: a result does not depend on it.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from filelock import FileLock

from reprise.machine import instruction_set

LOCK = Path(".dvc") / "tmp" / "reprise-environment.lock"
PLACE = Path("metrics") / "environment.json"
KEY = "instruction_set"


def recorded(root: Path) -> dict[str, str]:
    """Return the instruction set that made the results of each stage; nothing where none is on record."""
    try:
        sets: dict[str, list[str]] = json.loads((root / PLACE).read_text(encoding="utf-8"))[KEY]
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError):  # torn by a merge: the next run of a stage writes it anew
        return {}
    return {stage: made for made, stages in sets.items() for stage in stages}


def record(root: Path, stage: str) -> None:
    """Note that a stage has just run here.

    Parameters
    ----------
    root
        Project root.
    stage
        Address, e.g. ``train@pca``.
    """
    here = instruction_set()
    if recorded(root).get(stage) == here:
        return
    for place in (PLACE, LOCK):
        (root / place).parent.mkdir(parents=True, exist_ok=True)
    with FileLock(root / LOCK):  # stages that end at the same moment would write over one another's line
        sets: dict[str, list[str]] = {}
        for name, made in sorted((recorded(root) | {stage: here}).items()):
            sets.setdefault(made, []).append(name)
        partial = (root / PLACE).with_suffix(f".{os.getpid()}")
        partial.write_text(json.dumps({KEY: sets}, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        partial.replace(root / PLACE)
