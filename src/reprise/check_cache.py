"""Read every object of DVC's cache, and every output of the project, and name those whose bytes are not what their hash says.

DVC trusts an object that is write-protected and an output whose time and size did not change; a disk, a copy that broke off or a program with
root's rights can spoil both without DVC seeing it. Nothing but reading them finds that.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from reprise.dvc_hashes import file_hash
from reprise.errors import BadInput
from reprise.replica import Replica, original

DIGITS = 32  # of an md5


def spoiled_objects(cache: Path) -> Iterator[Path]:
    """Yield the objects of a cache that do not have the hash that is their name.

    Parameters
    ----------
    cache
        DVC's cache folder.
    """
    for path in sorted((cache / "files" / "md5").glob("??/*")):
        name = path.parent.name + path.name.removesuffix(".dir")
        if len(name) == DIGITS and path.is_file() and file_hash(path) != name:
            yield path


def spoiled_outs(project: Replica) -> Iterator[Path]:
    """Yield the files of outputs that are here but do not have the hash on record; an output that is not known here is passed over."""
    try:
        recorded = project.files()
    except BadInput:
        recorded = {
            path: out["md5"] for path, out in project.locked_outs().items() if not out["md5"].endswith(".dir")
        }
    for path, md5 in recorded.items():
        place = project.root / path
        if place.is_file() and file_hash(place) != md5:
            yield place


def check(root: Path, *, remove: bool) -> list[str]:
    """Return what is spoiled, one line for each; remove it if asked to, so that the next ``dvc repro`` or ``dvc pull`` brings it back.

    Raises
    ------
    BadInput
        If a file cannot be read.
    """
    project = original(root)
    found = []
    for what, paths in (
        ("object of the cache", list(spoiled_objects(project.cache))),
        ("output", list(spoiled_outs(project))),
    ):
        for path in paths:
            found.append(f"{what} {path} is not what its hash says")
            if remove:
                path.unlink()
                found[-1] += ": removed"
    return found
