"""Tell DVC what your own music folder holds now.

    reprise scan                      the datasets that params.yaml selects, where they have a path
    reprise scan folder               this dataset
    reprise scan folder ~/Music       this dataset, from now on there
    reprise scan --check              exit 1 if a selected one has changed; nothing is written

Writes ``datasets.<name>.contents`` (and ``path``) into ``params.yaml``; see `reprise.datasets.contents`.
"""

from __future__ import annotations

import argparse
import sys
from io import StringIO
from pathlib import Path
from typing import Any

from reprise.datasets.base import DATASET_PARAMETER
from reprise.datasets.contents import Contents, look, own_path, recall, remember, verified
from reprise.errors import BadParameter, RepriseError
from reprise.wiring import round_trip_yaml

PARAMS = "params.yaml"


def main() -> None:
    """Scan, or check."""
    parser = argparse.ArgumentParser(
        prog="reprise scan",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "dataset", nargs="?", help="key under datasets: in params.yaml; default: those selected"
    )
    parser.add_argument("path", nargs="?", type=Path, help="folder or file; default: the one in params.yaml")
    parser.add_argument("--check", action="store_true", help="exit 1 if something has changed")
    options = parser.parse_args()
    root = Path.cwd()
    try:
        if options.check:
            check(root, options.dataset)
        else:
            scan(root, options.dataset, options.path)
    except RepriseError as error:
        sys.exit(f"scan: {error}")


def check(root: Path, dataset: str | None = None) -> None:
    """See that the user's own files are what was scanned.

    Raises
    ------
    MissingData
        If they are not; see `reprise.datasets.contents.verified`.
    """
    params = round_trip_yaml().load(root / PARAMS)
    for name in _chosen(params, dataset):
        verified(root, name, params["datasets"][name])


def scan(root: Path, dataset: str | None = None, path: Path | None = None) -> None:
    """Write into ``params.yaml`` what the user's own files are, and print what was found.

    Parameters
    ----------
    root : Path
        Project root.
    dataset : str, optional
        Key under ``datasets:``; by default those that a role selects.
    path : Path, optional
        Where its files are from now on.

    Raises
    ------
    BadParameter
        If there is no such dataset, or it takes no files of the user's own.
    """
    yaml, file = round_trip_yaml(), root / PARAMS
    params = yaml.load(file)
    for name in _chosen(params, dataset):
        block = params["datasets"][name]
        if path is not None:
            block["path"] = _written(root, path)
        place = own_path(root, name, block)
        if place is None:
            continue
        contents = look(place, recall(root, name, place))
        remember(root, name, place, contents)
        block["contents"] = contents.digest()
        print(f"datasets.{name}: {describe(contents, place)}")
    stream = StringIO()
    yaml.dump(params, stream)
    if stream.getvalue() != file.read_text(encoding="utf-8"):
        file.write_text(stream.getvalue(), encoding="utf-8")


def describe(contents: Contents, place: Path) -> str:
    """Return in words what was found."""
    unreadable = {name: why for name, (_, _, why) in contents.files.items() if why.startswith("unreadable")}
    megabytes = sum(size for size, _, _ in contents.files.values()) / 1e6
    passed_over = ", ".join(f"{count} {kind}" for kind, count in sorted(contents.skipped.items()))
    lines = [f"{len(contents.files)} files, {megabytes:.0f} MB in {place}"]
    lines += [f"passed over: {passed_over}"] if passed_over else []
    lines += [f"{name}: {why}" for name, why in sorted((contents.refused | unreadable).items())]
    return "\n  ".join(lines)


def _chosen(params: Any, dataset: str | None) -> list[str]:
    """Return the named dataset, or those selected that take files of the user's own."""
    able = [name for name, block in params["datasets"].items() if "path" in block]
    if dataset is None:
        selected = {params.get(key) for key in DATASET_PARAMETER.values()}
        return [name for name in able if name in selected]
    if dataset not in able:
        raise BadParameter(f"'{dataset}' takes no files of your own; those that do: {', '.join(able)}")
    return [dataset]


def _written(root: Path, path: Path) -> str:
    """Return a path as ``params.yaml`` has it: relative inside the project, else from the root of the disk."""
    path = path.expanduser().absolute()
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


if __name__ == "__main__":
    main()
