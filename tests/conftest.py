"""Fixtures shared by all tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ.setdefault(
    "OMP_NUM_THREADS", "1"
)  # several test processes with several threads each wait for one another

ROOT = Path(__file__).resolve().parents[1]

if "PYTEST_XDIST_WORKER" in os.environ:
    # two processes that fill one cache of numba's at the same time can overwrite each other's machine code and then crash
    os.environ.setdefault(
        "NUMBA_CACHE_DIR", str(ROOT / ".work" / "numba" / os.environ["PYTEST_XDIST_WORKER"])
    )


@pytest.fixture(scope="session")
def root() -> Path:
    """Root of the project."""
    return ROOT


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of real data kept outside the repository; the test is skipped where it is absent."""
    folder = Path(os.environ.get("REPRISE_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder} (set REPRISE_TEST_DATA)")
    return folder
