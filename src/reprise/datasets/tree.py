"""The files of a folder as a person keeps it: nested, linked, with anything in between.

Folders are entered once, whatever leads there: a link to one that contains it, or that was seen before, is counted and left alone.
Real folders come before links, so a file has its real name if it has one here. The order is that of the names.
"""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from reprise.audio.opening import printable


@dataclass
class Tree:
    """What a folder holds.

    Attributes
    ----------
    root : Path
        The folder.
    files : dict of str to Path
        Regular files by their name relative to the folder, with ``/``, sorted.
    refused : dict of str to str
        Folders and links that lead nowhere a reader may go, with the reason, sorted.
    skipped : Counter
        Entries passed over: ``hidden`` (a name with a dot in front), ``links`` (to what was seen), ``special`` (pipes, devices).
    outside : set of Path
        Real places outside the folder to which links lead.
    """

    root: Path
    files: dict[str, Path] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    skipped: Counter[str] = field(default_factory=Counter)
    outside: set[Path] = field(default_factory=set)


def walk(root: Path) -> Tree:
    """List a folder.

    Parameters
    ----------
    root : Path
        An existing folder.
    """
    tree = Tree(root)
    real_root = root.resolve()
    seen, folders, links = {_identity(real_root)}, [(root, "")], list[tuple[str, Path]]()
    while folders or links:
        if folders:
            for name, path in _visit(tree, *folders.pop()):
                if path.is_symlink():
                    links.append((name, path))
                elif _identity(path) not in seen:
                    seen.add(_identity(path))
                    folders.append((path, name))
            continue
        links.sort(reverse=True)
        name, link = links.pop()
        target = link.resolve()
        if _identity(target) in seen or real_root.is_relative_to(target):
            tree.skipped["links"] += 1
            continue
        seen.add(_identity(target))
        tree.outside.add(target)
        folders.append((link, name))
    tree.outside = {place for place in tree.outside if not place.is_relative_to(real_root)}
    tree.files, tree.refused = dict(sorted(tree.files.items())), dict(sorted(tree.refused.items()))
    return tree


def _visit(tree: Tree, folder: Path, prefix: str) -> Iterator[tuple[str, Path]]:
    """Take in the files of a folder, and iterate over the folders in it."""
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        tree.refused[printable(prefix) or "."] = f"the folder cannot be listed: {error.strerror}"
        return
    for name in names:
        path, relative = folder / name, f"{prefix}/{name}" if prefix else name
        if name.startswith("."):
            tree.skipped["hidden"] += 1
            continue
        try:
            mode = path.stat().st_mode
        except OSError as error:
            tree.refused[printable(relative)] = f"leads nowhere: {error.strerror}"
            continue
        if stat.S_ISDIR(mode):
            yield relative, path
        elif stat.S_ISREG(mode):
            tree.files[printable(relative)] = path
            if path.is_symlink():
                tree.outside.add(path.resolve())
        else:
            tree.skipped["special"] += 1


def _identity(path: Path) -> tuple[int, int]:
    state = path.stat()
    return state.st_dev, state.st_ino
