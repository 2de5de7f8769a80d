"""The weaker door, for systems without Landlock: a Python audit hook in front of ``open``.

It sees what Python opens and misses native readers (Arrow, libsndfile, HDF5) and child processes, so it finds honest mistakes and stops no
determined one. The wrapper says so whenever it has to use it.
"""

from __future__ import annotations

import json
import os
import runpy
import sys
from pathlib import Path


def install(root: str, allowed: list[str], listed: list[str]) -> None:
    """Refuse to open files of the project that are not allowed.

    Parameters
    ----------
    root
        Project root, absolute and resolved; files outside it are not the guard's business.
    allowed
        Absolute paths (files and directory trees) that may be opened.
    listed
        Absolute directory trees of which the names may be listed.
    """

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event not in ("open", "os.listdir", "os.scandir") or not isinstance(arguments[0], (str, bytes)):
            return
        path = os.path.realpath(os.fsdecode(arguments[0]))
        trees = allowed if event == "open" else [*allowed, *listed]
        if path.startswith(root + os.sep) and not any(
            path == tree or path.startswith(tree + os.sep) for tree in trees
        ):
            raise PermissionError(13, "not declared for this stage in dvc.yaml", path)

    sys.addaudithook(hook)


def main() -> None:
    """Install the guard from ``REPRISE_GUARD`` and run the script named by the arguments."""
    setting = json.loads(os.environ["REPRISE_GUARD"])
    sys.argv = sys.argv[1:]
    script = str(Path(sys.argv[0]))
    install(setting["root"], setting["allowed"], setting["listed"])
    runpy.run_path(script, run_name="__main__")


if __name__ == "__main__":
    main()
