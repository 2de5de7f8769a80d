"""Which paths a stage may read, write and list, from its declarations."""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

SYSTEM = ("/usr", "/bin", "/lib", "/lib64", "/etc", "/proc", "/sys", "/opt")


@dataclass(frozen=True)
class Doors:
    """What a confined process may touch.

    Attributes
    ----------
    read, write
        Files and directory trees.
    names
        Directory trees of which only the names may be listed.
    network
        Whether the network stays open.
    watched
        Trees outside the project that are as secret as the project: folders of the user's music, downloads, a mirror.
    """

    read: list[Path]
    write: list[Path]
    names: list[Path]
    network: bool
    watched: list[Path] = field(default_factory=list)


def open_doors(
    root: Path,
    deps: list[Path],
    outs: list[Path],
    private: list[Path],
    *,
    network: bool,
    mirrors: Iterable[str] = (),
    watched: Iterable[Path] = (),
) -> Doors:
    """Return what a stage may touch.

    Parameters
    ----------
    root
        Project root.
    deps, outs
        Declared paths, absolute.
    private
        Folders of the stage's own: temporary files and scratch.
    network
        Whether the stage may use the network, and with it the download cache and the mirror.
    mirrors
        Base URLs or folders that take the place of datasets' servers; a folder is opened for reading.
    watched
        Trees outside the project that some stage declares.
    """
    source = root / "src"
    read = [*interpreter_trees(root), *deps, *_package_docstrings(deps, source)]
    write = [Path("/dev"), *private, *outs]
    cache = download_cache()
    folders = [Path(one).resolve() for one in mirrors if one and "://" not in one and Path(one).exists()]
    if network:
        cache.mkdir(parents=True, exist_ok=True)
        write.append(cache)
        read += folders
    return Doors(read, write, [source], network, [*watched, cache, *folders])


def download_cache() -> Path:
    """Return the folder in which downloads are kept, outside the project."""
    return Path(os.environ.get("REPRISE_CACHE") or Path.home() / ".cache" / "reprise").resolve()


def interpreter_trees(root: Path) -> list[Path]:
    """Python, its libraries and the system: what every stage may read. Nothing that contains the project."""
    wanted = {sys.prefix, sys.base_prefix, *sysconfig.get_paths().values(), *SYSTEM}
    found = {Path(path).resolve() for path in wanted if os.path.exists(path)}
    environment = Path(sys.prefix).resolve()  # may lie inside the project

    def harmless(path: Path) -> bool:
        return not root.is_relative_to(path) and (
            not path.is_relative_to(root) or path.is_relative_to(environment)
        )

    return sorted(path for path in found if harmless(path))


def _package_docstrings(deps: Iterable[Path], source: Path) -> list[Path]:
    """List the ``__init__.py`` files that importing the declared modules reads; they hold a docstring only (a test says so)."""
    found = set()
    for path in deps:
        parent = path.parent
        while path.suffix == ".py" and parent.is_relative_to(source) and parent != source:
            if (parent / "__init__.py").exists():
                found.add(parent / "__init__.py")
            parent = parent.parent
    return sorted(found)
