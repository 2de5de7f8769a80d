"""Tables that are not what their stage made: kept, before ``dvc repro`` puts the recorded ones in their place without a word.

    python -m reprise.edited            copy them to .dvc/tmp/reprise/edited and name them; `make` does so before every run

DVC knows what each stage made, so an edit never reaches the stages after it; but it would be lost.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from reprise.errors import RepriseError
from reprise.replica import original

KEPT = Path(".dvc") / "tmp" / "reprise" / "edited"
TABLES = frozenset({".parquet", ".csv", ".tsv", ".json"})


def edited(root: Path) -> Iterator[str]:
    """Yield the paths of tables that differ from what ``dvc.lock`` says their stage made.

    Parameters
    ----------
    root
        Project root.
    """
    if not (root / "dvc.lock").exists():
        return
    project = original(root)
    try:
        recorded = project.files()
    except RepriseError:  # the list of a folder is not here: nothing to compare with
        return
    for path, md5 in recorded.items():
        if Path(path).suffix in TABLES and (root / path).is_file() and project.md5(path) != md5:
            yield path


def keep(root: Path, path: str) -> Path:
    """Copy a table to where no stage and no `dvc repro` touches it; return the copy's path, relative to the project.

    The name holds the content's hash: a second edit does not overwrite the first.
    """
    digest = hashlib.sha256((root / path).read_bytes()).hexdigest()[:8]
    copy = KEPT / Path(path).with_name(f"{Path(path).stem}.{digest}{Path(path).suffix}")
    (root / copy).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(root / path, root / copy)
    return copy


def told(root: Path, path: str) -> str:
    """Keep a copy and say in words what a path is and what to do about it."""
    return (
        f"is not what its stage made (edited by hand, or a run was broken off): a copy is kept at {keep(root, path)}, and `dvc repro` puts the recorded one in its "
        "place. A correction belongs into the dataset (your own table: docs/own_music.md), where every stage after it sees it"
    )


def main() -> int:
    """Keep and name them; a run may go on."""
    root = Path.cwd()
    for path in edited(root):
        print(f"{path} {told(root, path)}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
