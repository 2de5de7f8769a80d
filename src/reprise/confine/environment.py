"""The fixed environment of a stage: nothing of the user's shell gets in, so nothing of it can change a result."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from reprise.confine.doors import download_cache

PASSED = ("PATH", "VIRTUAL_ENV", "DVC_STAGE", "DVC_ROOT", "LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES")
PASSED_WITH_NETWORK = (
    "REPRISE_MIRROR", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE",
    "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
)  # fmt: skip


KEPT_MEMORY = {
    "MALLOC_MMAP_THRESHOLD_": str(2**30),
    "MALLOC_TRIM_THRESHOLD_": str(2**32),
    "MALLOC_TOP_PAD_": str(2**26),
}
"""Keep glibc from giving the large arrays of every step back to the kernel, which then clears each page anew: a sixth of a training."""


def stage_environment(
    root: Path, temporary: Path, scratch: Path, *, threads: int, network: bool
) -> dict[str, str]:
    """Return the environment of a stage.

    Parameters
    ----------
    root
        Project root.
    temporary
        The stage's private folder; its HOME lies in it and is empty but for Matplotlib's list of fonts.
    scratch
        Folder that survives a killed run of the same work.
    threads
        Number of threads of numeric libraries.
    network
        Whether the stage may use the network.
    """
    passed = PASSED + PASSED_WITH_NETWORK if network else PASSED
    environment = {key: os.environ[key] for key in passed if key in os.environ}
    environment |= {
        f"{library}_NUM_THREADS": str(threads) for library in ("OMP", "OPENBLAS", "MKL", "NUMEXPR")
    }
    if network:
        environment["REPRISE_CACHE"] = str(download_cache())
    home = temporary / "home"
    (home / "matplotlib").mkdir(parents=True)
    for fonts in _font_list(root):
        (home / "matplotlib" / fonts.name).write_bytes(fonts.read_bytes())
    return environment | {
        "HOME": str(home),
        "TMPDIR": str(temporary),
        "MPLCONFIGDIR": str(home / "matplotlib"),
        "MPLBACKEND": "agg",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONSAFEPATH": "1",
        "PYTHONUTF8": "1",
        "PYTHONPATH": str(root / "src"),
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "TOKENIZERS_PARALLELISM": "false",
        "OMP_WAIT_POLICY": "passive",  # threads that spin starve each other on a busy machine
        **KEPT_MEMORY,
        "REPRISE_PARAMS": str(temporary / "params.json"),
        "REPRISE_SCRATCH": str(scratch),
    }


def machine_code(root: Path, temporary: Path) -> Path:
    """Return a private copy of the machine code of the audio loops, which is made once outside any stage.

    Compiling takes longer than the features of a hundred tracks. A folder that stages share and may write would let one
    tell another something, hence the copy; its name says from which code it was made.
    """
    digest = hashlib.sha256()
    for source in sorted((root / "src/reprise/audio").glob("*.py")):
        digest.update(source.read_bytes())
    kept = root / ".dvc" / "tmp" / "reprise" / f"numba-{digest.hexdigest()[:16]}"
    if not kept.exists():
        making = kept.with_name(f"{kept.name}.{os.getpid()}")
        making.mkdir(parents=True)
        settings = {"NUMBA_CACHE_DIR": str(making), "PYTHONPATH": str(root / "src")}
        command = [sys.executable, "-m", "reprise.audio.warm"]
        subprocess.run(command, env=os.environ | settings, check=False, capture_output=True)
        with contextlib.suppress(OSError):  # another stage was faster
            making.rename(kept)
    return Path(shutil.copytree(kept, temporary / "numba"))


def _font_list(root: Path) -> list[Path]:
    """Matplotlib's list of the system's fonts, made once outside any stage: an empty HOME would make each stage search again."""
    kept = root / ".dvc" / "tmp" / "reprise" / "matplotlib"
    if not kept.exists():
        kept.mkdir(parents=True)
        command = [sys.executable, "-c", "import matplotlib.font_manager"]
        subprocess.run(
            command, env=os.environ | {"MPLCONFIGDIR": str(kept)}, check=False, capture_output=True
        )
    return sorted(kept.glob("fontlist*.json"))
