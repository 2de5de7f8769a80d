"""Tar archives of the MTG-Jamendo dataset, which several datasets take their audio from.

Upstream cuts each subset (``raw_30s``, ``autotagging_moodtheme``) into 100 archives per kind (``audio-low``: mono mp3,
``audio``: 320 kbit/s). Archive ``00`` holds the tracks whose Jamendo number ends in 00, as ``00/1009600.low.mp3``, so
one archive is a sample of the whole that depends on nothing but the number.

Source: D. Bogdanov, M. Won, P. Tovstogan, A. Porter, X. Serra: The MTG-Jamendo dataset for automatic music tagging.
ICML Machine Learning for Music Discovery Workshop, 2019; checksums of github.com/MTG/mtg-jamendo-dataset.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath

from reprise.datasets.archive import tar_files
from reprise.datasets.base import Encoded, Remote
from reprise.errors import BadParameter

SERVER = "https://cdn.freesound.org/mtg-jamendo"
"""The mirror of the upstream script's choice ``mtg-fast``, which is its default."""


def tar_remotes(dataset: str, kind: str, count: int, sha256_by_tar: Sequence[str]) -> tuple[Remote, ...]:
    """Return the first archives of a subset.

    Parameters
    ----------
    dataset : str
        Subset: ``raw_30s`` or ``autotagging_moodtheme``.
    kind : str
        ``audio-low`` or ``audio``.
    count : int
        How many archives, at least 1.
    sha256_by_tar : sequence of str
        Checksums of upstream's list ``<dataset>_<kind>_sha256_tars.txt``, in its order.

    Returns
    -------
    tuple of Remote
        ``<dataset>_<kind>-00.tar`` and on.

    Raises
    ------
    BadParameter
        If upstream has fewer.
    """
    if not 1 <= count <= len(sha256_by_tar):
        raise BadParameter(
            f"tars = {count}: {dataset} has {len(sha256_by_tar)} archives; take 1 or more of them"
        )
    names = [f"{dataset}_{kind}-{number:02d}.tar" for number in range(count)]
    return tuple(
        Remote(name, f"{SERVER}/{dataset}/{kind}/{name}", f"sha256:{sha256}")
        for name, sha256 in zip(names, sha256_by_tar, strict=False)
    )


def tar_tracks(paths: Iterable[Path]) -> Iterator[tuple[str, Encoded]]:
    """Iterate over the tracks of archives, one in memory at a time: name inside the archive, and mp3."""
    for path in paths:
        for name, data in tar_files(path):
            if name.endswith(".mp3"):
                yield name, Encoded(data)


def track_number(name: str) -> int:
    """Return the Jamendo number of ``00/1009600.low.mp3`` (or of ``00/1009600.mp3``)."""
    return int(PurePosixPath(name).name.partition(".")[0])
