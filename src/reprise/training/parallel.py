"""Training in several processes, one on each CUDA device (or on processors, where there is none).

The processes are forked: they inherit model, phases and memory maps. They talk by sockets of this machine.
"""

from __future__ import annotations

import json
import os
import socket
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from reprise.tables import read_tensors, write_tensors
from reprise.training.checkpoint import Progress
from reprise.training.loop import Job, train
from reprise.training.phase import Phase
from reprise.training.settings import TrainingParams
from reprise.training.team import Together

NVML_CHECK = "PYTORCH_NVML_BASED_CUDA_CHECK"
"""Lets torch count CUDA devices without starting CUDA, which a forked process could not use any more."""


def process_count(training: TrainingParams) -> int:
    """Return the number of processes to train in: ``training.processes``, or one for each CUDA device where that is 0."""
    if training.processes:
        return training.processes
    os.environ[NVML_CHECK] = "1"
    return max(1, torch.cuda.device_count()) if training.device != "cpu" else 1


def train_together(job: Job, phases: tuple[Phase, ...], key: str, count: int) -> Progress:
    """Train as `reprise.training.loop.train` does, in several processes; the model in this process has the result.

    Parameters
    ----------
    job, phases, key
        As for `train`; the model lies on the processor.
    count
        Processes, at least 2.

    Returns
    -------
    Progress
        History and best epoch.
    """
    from torch.multiprocessing.spawn import start_processes

    os.environ[NVML_CHECK] = "1"
    with tempfile.TemporaryDirectory() as folder:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        arguments = (job, phases, key, (count, port), Path(folder))
        start_processes(_work, arguments, nprocs=count, start_method="fork")  # type: ignore[no-untyped-call]
        found = read_tensors(Path(folder) / "weights.safetensors")
        progress = Progress(**json.loads((Path(folder) / "progress.json").read_text(encoding="utf-8")))
    job.model.load_state_dict({name: torch.from_numpy(np.array(value)) for name, value in found.items()})
    job.model.eval()
    return progress


def _work(
    rank: int, job: Job, phases: tuple[Phase, ...], key: str, place: tuple[int, int], folder: Path
) -> None:
    """Train as one of the processes; the first writes the result."""
    size, port = place
    os.environ |= {
        "RANK": str(rank),
        "LOCAL_RANK": str(rank),
        "WORLD_SIZE": str(size),
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(port),
        "GLOO_SOCKET_IFNAME": "lo",
    }
    torch.set_num_threads(1)  # the threads of the parent did not come along
    from accelerate import Accelerator, DistributedDataParallelKwargs  # type: ignore[import-untyped]

    on_processors = job.run.training.device == "cpu" or not torch.cuda.is_available()
    accelerator = Accelerator(
        cpu=on_processors, kwargs_handlers=[DistributedDataParallelKwargs(find_unused_parameters=True)]
    )
    job.model.to(accelerator.device)
    progress = train(replace(job, team=Together(accelerator)), phases, key)
    if rank == 0:
        state = job.model.state_dict()
        write_tensors(
            folder / "weights.safetensors", {name: value.cpu().numpy() for name, value in state.items()}
        )
        (folder / "progress.json").write_text(json.dumps(vars(progress)), encoding="utf-8")
    accelerator.wait_for_everyone()
    accelerator.end_training()
