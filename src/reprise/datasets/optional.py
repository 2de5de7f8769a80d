"""Files that a dataset can do without."""

from __future__ import annotations

from reprise.datasets.base import Remote


class OptionalRemote(Remote):
    """One track of a dataset whose tracks are files of their own.

    Where upstream or a mirror does not have it, the loader gets a mapping without it, so that the track becomes a row
    of the rejects and the run goes on. Every other fault (a broken line, wrong bytes) still stops the run.
    """
