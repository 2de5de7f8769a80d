"""A process of its own for files of strangers: few rights, little time, no network; it reads the models and one file, and prints JSON."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

from reprise.confine.environment import machine_code

LARGEST_ANSWER = 2**20
AUDIO_SOURCE = "src/reprise/audio"
READ = ("data/finetuned", "data/av_regressor", "data/models", "data/clusters", "data/lookup", "data/features/tracks", "data/corpus/tracks",
        "data/lyrics/tracks", "data/relabel", "data/label_to_idx.json", "data/inference_lookup.csv", "data/splits", "metrics", "params.yaml")  # fmt: skip
"""What placing needs of a run."""


async def place_in_sandbox(root: Path, file: Path, seconds: float) -> dict[str, Any]:
    """Place a file in a sandboxed process.

    Parameters
    ----------
    root
        The project's folder.
    file
        The upload; its folder is the only place in which the process may write.
    seconds
        After which it is killed.

    Returns
    -------
    dict
        The placement, or ``problem`` (a sentence) and ``status``.
    """
    source = Path(__file__).resolve().parents[2]
    await asyncio.to_thread(_lend_machine_code, root, file.parent)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "reprise.web.place_worker", str(root.resolve()), str(file),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        cwd=file.parent, env=_environment(source, file.parent), start_new_session=True,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        answer = await asyncio.wait_for(_read(process.stdout), seconds)
        if len(answer) <= LARGEST_ANSWER:  # one that says more is not waited for
            await asyncio.wait_for(process.wait(), 5)
    except (asyncio.TimeoutError, TimeoutError):
        return {"problem": f"placing the file took longer than {seconds:.0f} s", "status": 504}
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, 9)
    try:
        found = json.loads(answer)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        return {
            "problem": "the file could not be looked at: its process ended without an answer",
            "status": 415,
        }
    return found


def _lend_machine_code(root: Path, private: Path) -> None:
    """Give the process a copy of the compiled audio loops, which saves it half a minute; it may not change the original.

    A run that was restored rather than computed has none yet: they are made once, by a process that has seen no upload.
    """
    if (root / AUDIO_SOURCE).is_dir():
        with contextlib.suppress(OSError, shutil.Error):
            machine_code(root, private)


async def _read(stream: asyncio.StreamReader) -> bytes:
    parts, size = [], 0
    while size <= LARGEST_ANSWER and (part := await stream.read(65536)):
        parts.append(part)
        size += len(part)
    return b"".join(parts)


def _environment(source: Path, private: Path) -> dict[str, str]:
    """Return the process's whole environment: nothing of the server's own."""
    return {
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": str(source),
        "HOME": str(private),
        "TMPDIR": str(private),
        "LC_ALL": "C.UTF-8",
        "HF_HUB_OFFLINE": "1",
        "OMP_NUM_THREADS": "2",
        "PYTHONDONTWRITEBYTECODE": "1",
        "NUMBA_CACHE_DIR": str(private / "numba"),
        "JOBLIB_MULTIPROCESSING": "0",
    }
