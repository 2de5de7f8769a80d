"""Put right what DVC's own records became when DVC was killed, or the disk was full, while it wrote them.

DVC writes ``dvc.lock`` and ``.dvc/tmp/rwlock`` in place (dvc 3.67: ``utils/serialize/_common.py``, ``rwlock.py``), so a file that is cut off stays so, and every
later command stops at it. Neither holds anything that is not elsewhere too: who reads and writes what is known anew at the next start, and what a lost
entry of ``dvc.lock`` recorded is in the cache of runs, from which `dvc repro` restores it without running anything.
"""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
from pathlib import Path

LOCK = "dvc.lock"
ENTRY = re.compile(r"^  (?=\S)", re.MULTILINE)
"""Where an entry of ``stages`` begins."""

MERGE = re.compile(r"^(<{7}|>{7}) ", re.MULTILINE)


def mend(root: Path) -> bool:
    """Mend the records that DVC cannot read, say on standard error what was done, and return whether anything was.

    Parameters
    ----------
    root
        The project. A ``dvc.lock`` that git knows becomes that of the last commit; any other is cut off after its last whole entry. One
        that holds the marks of a merge, or is as it was committed, is left alone; so is all where DVC cannot work here for another reason.
    """
    from dvc.exceptions import DvcException
    from dvc.repo import Repo

    done = []
    with contextlib.suppress(DvcException):  # no project, or another DVC at work: it has said so itself
        done += _mend_rwlock(root / ".dvc" / "tmp")
        with Repo(str(root)) as repo, repo.lock:
            if (root / LOCK).exists() and not _readable(repo, root / LOCK):
                done += _mend_lock(root / LOCK)
    for line in done:
        print(f"reprise: {line}", file=sys.stderr, flush=True)
    return bool(done)


def _mend_rwlock(folder: Path) -> list[str]:
    from dvc.lock import make_lock
    from dvc.rwlock import RWLOCK_FILE, RWLOCK_LOCK, SCHEMA
    from voluptuous import Invalid

    path = folder / RWLOCK_FILE
    if not path.exists():
        return []
    with make_lock(str(folder / RWLOCK_LOCK), tmp_dir=str(folder), wait=True):
        try:
            SCHEMA(json.loads(path.read_text(encoding="utf-8")))
        except (ValueError, Invalid):
            path.unlink()
            return [f"removed {path}: it was cut off while DVC wrote it"]
    return []


def _readable(repo: object, path: Path) -> bool:
    from dvc.dvcfile import Lockfile
    from dvc.utils.strictyaml import YAMLFileCorruptedError, YAMLValidationError

    try:
        Lockfile(repo, str(path)).load()
    except (YAMLFileCorruptedError, YAMLValidationError):
        return False
    return True


def _mend_lock(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8", errors="replace")
    if MERGE.search(text):
        return []
    committed = subprocess.run(["git", "show", f"HEAD:./{LOCK}"], cwd=path.parent, capture_output=True)
    if committed.returncode == 0:
        if committed.stdout == path.read_bytes():
            return []
        path.write_bytes(committed.stdout)
        return [f"{path} was cut off while DVC wrote it: took that of the last commit"]
    begins = [found.start() for found in ENTRY.finditer(text)]
    if len(begins) < 2:
        path.unlink()
        return [f"removed {path}: it was cut off while DVC wrote it"]
    path.write_text(text[: begins[-1]], encoding="utf-8")
    return [f"{path} was cut off while DVC wrote it: left out its last entry"]
