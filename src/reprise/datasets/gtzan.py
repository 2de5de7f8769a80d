"""GTZAN: 1,000 excerpts of 30 s in 10 genres, with the fault-filtered split.

100 tracks of each genre, 22,050 Hz mono 16-bit, 1.2 GB as one ``genres.tar.gz``. Marsyas' own server has been off
since 2022 (mirdata issue 549); the archive lives on in the Hugging Face hub. Option ``limit``: at most so many tracks
of each genre, 0 for all.

Paper: G. Tzanetakis, P. Cook: Musical genre classification of audio signals. IEEE TSAP 10(5), 2002.

Licence: none stated; the recordings are commercial. For research; not redistributed by this project.

Known faults: exact and near repeats, mislabels, distortions and shared artists, catalogued in B. L. Sturm, arXiv
1306.1461; ``jazz.00054`` cannot be read in the copies of recent years (it becomes a reject); clip lengths differ by
genre (660,000 to 675,808 samples, all cropped to 660,000 here). The split of Kereliuk, Sturm & Larsen (IEEE TMM
17(11), 2015) leaves 70 faulty tracks out: 443/197/290, fetched from its own repository.
Tracks that it leaves out have no official split.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

from reprise.datasets.archive import tar_files
from reprise.datasets.base import Encoded, Info, RawTrack, Reject, Remote, Request
from reprise.datasets.genre_folders import MISSING, genre_tracks

ARCHIVE = "genres.tar.gz"
LISTS = {"train": "train_filtered.txt", "validation": "valid_filtered.txt", "test": "test_filtered.txt"}
LIST_URL = "https://raw.githubusercontent.com/coreyker/dnn-mgr/b7b8c8ac62b92ef64a2eddde4b57574f6a3d76d3/gtzan"

INFO = Info(
    title="GTZAN",
    licence="none stated; for research, not redistributed",
    source="genres.tar.gz of marsyas.info, by the Hugging Face hub (marsyas/gtzan); split of github.com/coreyker/dnn-mgr",
    homepage="http://marsyas.info/downloads/datasets.html",
    n_samples=660_000,
    roles=("tracks",),
    provides=frozenset({"genre"}),
    missing=MISSING,
    remotes=(
        Remote(
            ARCHIVE,
            "https://huggingface.co/datasets/marsyas/gtzan/resolve/main/data/genres.tar.gz",
            "md5:5b3d6dddb579ab49814ab86dba69e7c7",
        ),
        Remote(
            LISTS["train"],
            f"{LIST_URL}/train_filtered.txt",
            "sha256:2b04966cef1486f1a7767b74271533fa23e220388db804a1937835e1fc4fa3fa",
        ),
        Remote(
            LISTS["validation"],
            f"{LIST_URL}/valid_filtered.txt",
            "sha256:f8fbee7c52397a0e0f3a91dc54fedecb2e27f5bdc9a9daeab8cb10d077e26956",
        ),
        Remote(
            LISTS["test"],
            f"{LIST_URL}/test_filtered.txt",
            "sha256:09cafa6a89ce0a27f30ed250d56ecb4d03c22fffb5a693f96c7ae655ee02ac72",
        ),
    ),
    n_tracks=1_000,
    n_bytes=1_200_000_000,  # rounded
)


def load(request: Request) -> Iterator[RawTrack | Reject]:
    """Iterate over the tracks in the archive's order, which needs one pass and no space on disk."""
    split_of = read_splits(request.files)
    files = ((name, Encoded(data)) for name, data in tar_files(request.files[ARCHIVE]))
    for track in genre_tracks(files, int(request.options.get("limit") or 0)):
        yield replace(track, official_split=split_of.get(PurePosixPath(track.source).stem))


def read_splits(files: Mapping[str, Path]) -> dict[str, str]:
    """Return the official split of each listed track, by its name without folder and suffix."""
    return {
        PurePosixPath(line).stem: split
        for split, name in LISTS.items()
        for line in files[name].read_text(encoding="utf-8").split()
    }
