"""Rebuild the archive of GTZAN mini from FLAC copies, to serve it from a mirror where GitHub cannot be reached.

    python -m reprise.datasets.rebuild_mini FLAC_DIR MIRROR_DIR

writes ``MIRROR_DIR/gtzan_mini/main.zip`` in upstream's layout, its wav files bit for bit those of upstream (each is
checked). Then ``REPRISE_MIRROR=MIRROR_DIR dvc repro`` with ``dataset: gtzan_mini`` runs the pipeline on it.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import zipfile
from pathlib import Path, PurePosixPath

import soundfile

from reprise.datasets.gtzan_mini import ARCHIVE
from reprise.datasets.gtzan_mini_checksums import SHA256
from reprise.datasets.wav import wav_bytes
from reprise.errors import BadInput, MissingData, RepriseError
from reprise.progress import track

TOP = "gtzan_mini-main/genres"


def rebuild(flac_folder: Path, mirror: Path) -> Path:
    """Write the archive.

    Parameters
    ----------
    flac_folder : Path
        Holds ``<genre>.<number>.flac`` for each of the 100 tracks.
    mirror : Path
        Directory to be used as mirror.

    Returns
    -------
    Path
        The archive; the same bytes every time.

    Raises
    ------
    MissingData
        If a track is not there.
    BadInput
        If it is not the upstream recording.
    """
    target = mirror / "gtzan_mini" / ARCHIVE
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name in track(sorted(SHA256), desc="rebuilding GTZAN mini", unit="tracks"):
            data = _upstream_wav(flac_folder / f"{PurePosixPath(name).stem}.flac", SHA256[name])
            archive.writestr(zipfile.ZipInfo(f"{TOP}/{name}"), data)  # ZipInfo's own date, 1980, not today's
    return target


def _upstream_wav(flac: Path, sha256: str) -> bytes:
    if not flac.is_file():
        raise MissingData(f"there is no {flac}; all 100 tracks of GTZAN mini are needed")
    try:
        samples, rate = soundfile.read(flac, dtype="int16")
    except soundfile.LibsndfileError as error:
        raise BadInput(f"{flac}: {error.error_string}") from error
    data = wav_bytes(samples, rate)
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise BadInput(
            f"{flac}: as wav its sha256 is {found}, upstream's is {sha256}; it is another recording"
        )
    return data


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m reprise.datasets.rebuild_mini", description=__doc__)
    parser.add_argument("flac_folder", type=Path)
    parser.add_argument("mirror", type=Path)
    arguments = parser.parse_args()
    try:
        print(rebuild(arguments.flac_folder, arguments.mirror))
    except RepriseError as error:
        sys.exit(f"rebuild_mini: {error}")


if __name__ == "__main__":
    main()
