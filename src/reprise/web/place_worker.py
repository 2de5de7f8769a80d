"""The process that looks at one uploaded file: ``python -m reprise.web.place_worker ROOT FILE`` prints its placement as JSON.

It gives up its rights before anything of the file or of the models is read: Landlock leaves the models and the file readable and the upload's own folder
writable and closes TCP; limits bound memory, time and the size of files. Where there is no Landlock, the limits alone hold.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from typing import Any

from reprise.web.sandbox import READ

LIMITS = (
    (resource.RLIMIT_CPU, 240),
    (
        resource.RLIMIT_AS,
        16 * 2**30,
    ),  # address space, most of which is never touched: torch alone maps gigabytes
    (resource.RLIMIT_FSIZE, 256 * 2**20),
    (resource.RLIMIT_NOFILE, 256),
    (resource.RLIMIT_CORE, 0),
)


def shut_doors(root: Path, private: Path) -> bool:
    """Give up all rights that placing does not need; return whether Landlock is in force."""
    from reprise.confine import landlock
    from reprise.confine.doors import interpreter_trees

    for kind, limit in LIMITS:
        _, hard = resource.getrlimit(kind)
        bound = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(kind, (bound, bound))
    if not landlock.abi_version():
        return False
    run = [place for name in READ if (place := root / name).exists()]
    linked = [place.resolve() for place in run]
    source = Path(__file__).resolve().parents[2]
    devices = [Path("/dev/urandom"), Path("/dev/random"), Path("/dev/zero")]
    read = [path for path in (*interpreter_trees(root), source, *devices, *run, *linked) if path.exists()]
    landlock.restrict(
        landlock.build_ruleset(read=read, write=[Path("/dev/null"), private], names=[], network=False)
    )
    return True


def place(root: Path, file: Path) -> dict[str, Any]:
    """Return a placement, or what is wrong with the file."""
    from reprise.audio.unreadable import UnreadableAudio
    from reprise.errors import RepriseError

    try:
        from reprise.lookup.place_file import Placer

        return dict(Placer(root).place(file).to_dict())
    except UnreadableAudio as error:
        return {
            "problem": f"the file cannot be used ({error.reason}): {error.detail}".replace(str(file), "it"),
            "status": 415,
        }
    except RepriseError as error:
        return {"problem": str(error).replace(str(root), "."), "status": 503}


def main() -> None:
    """Shut the doors, place the file, print JSON."""
    root, file = Path(sys.argv[1]), Path(sys.argv[2])
    shut_doors(root, file.parent)
    print(json.dumps(place(root, file)))


if __name__ == "__main__":
    main()
