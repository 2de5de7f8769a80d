"""Where chunks are computed: on the cores of this machine, or on a Dask cluster that is already there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, TypeVar

import joblib

from reprise.errors import BadParameter, MissingData, RepriseError
from reprise.workers import ending_with_this_process

Chunk = TypeVar("Chunk")
Result = TypeVar("Result")

BACKENDS = ("loky", "dask")
PATIENCE = 30  # seconds for the scheduler to answer, and for its first worker


@dataclass(frozen=True)
class Compute:
    """Who computes; no value changes a result.

    Attributes
    ----------
    backend : str
        ``loky`` (processes on this machine) or ``dask`` (the workers of a cluster, which see the same files under the same
        paths and have the same version of this package).
    scheduler : str
        Address of the cluster, such as ``tcp://host:8786``; empty for loky.
    workers : int
        Processes of loky; 0 for one per core. A cluster has as many as it has.
    """

    backend: str = "loky"
    scheduler: str = ""
    workers: int = 0

    def __post_init__(self) -> None:
        """Check the values.

        Raises
        ------
        BadParameter
            If the backend is unknown, the number of workers negative, or the cluster's address missing or out of place.
        """
        if self.backend not in BACKENDS:
            raise BadParameter(
                f"features.compute.backend is '{self.backend}': it must be {' or '.join(BACKENDS)}"
            )
        if self.workers < 0:
            raise BadParameter(f"features.workers is {self.workers}: it must be 0 (one per core) or more")
        if (self.backend == "dask") != bool(self.scheduler):
            raise BadParameter(
                f"features.compute.scheduler is '{self.scheduler}' with backend {self.backend}: dask needs the address of "
                "a scheduler (tcp://host:8786), loky has none"
            )


def in_order(
    function: Callable[[Chunk], Result], chunks: Sequence[Chunk], compute: Compute
) -> Iterator[Result]:
    """Yield the result of each chunk, in order, while others are being computed.

    On this machine the first chunk is computed here, while the workers start. A cluster gives the chunks of a worker that
    died to another.

    Raises
    ------
    MissingData
        If there is no cluster at that address.
    RepriseError
        If a process of this machine died.
    """
    with ExitStack() as stack:
        options: dict[str, Any] = {"n_jobs": -1}
        here = 0
        if compute.backend == "dask":
            stack.enter_context(_cluster(compute.scheduler))
            stack.enter_context(joblib.parallel_config(backend="dask", wait_for_workers_timeout=PATIENCE))
        else:
            here = 1
            count = max(1, min(compute.workers or joblib.cpu_count(), len(chunks) - here))
            options = {"n_jobs": count, "backend": "loky", **ending_with_this_process()}
        parallel = joblib.Parallel(return_as="generator", batch_size=1, **options)
        later = parallel(joblib.delayed(function)(chunk) for chunk in chunks[here:])
        yield from map(function, chunks[:here])
        try:
            yield from later
        except BrokenProcessPool as error:
            raise RepriseError(
                "a worker process died, perhaps for want of memory (then set features.workers lower); "
                "the tracks that were finished are kept: run again"
            ) from error


def _cluster(scheduler: str) -> ExitStack:
    """Connect to a cluster, until the context is left."""
    try:
        from distributed import Client
    except ModuleNotFoundError as error:
        raise MissingData(
            "features.compute.backend is dask, but distributed is not installed: pip install distributed"
        ) from error
    stack = ExitStack()
    try:
        stack.enter_context(Client(scheduler, timeout=PATIENCE))  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise MissingData(
            f"features.compute.scheduler: no cluster at {scheduler} ({error}); start one with 'dask scheduler'"
        ) from error
    return stack
