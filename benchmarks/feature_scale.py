"""Cost, memory and start-up of the features of whole collections; `benchmarks/features.py` runs it.

python benchmarks/feature_scale.py AUDIO TARGET WORKERS     one collection, in a process of its own
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import psutil
import soundfile

from reprise.audio.compute import Compute
from reprise.audio.extract import Job, extract_collection
from reprise.audio.settings import AudioSettings

ROOT = Path(__file__).resolve().parents[1]
WORK = ROOT / ".work"
PAUSE = 0.2  # seconds between two looks at the memory


@dataclass(frozen=True)
class Scale:
    """What a collection cost.

    Attributes
    ----------
    n_tracks : int
        Its size.
    seconds, cpu : float
        Wall time, with the start of all processes, and processor time of all of them.
    worker, parent : int
        Largest resident memory of a worker, and of the process that writes, in bytes.
    """

    n_tracks: int
    seconds: float
    cpu: float
    worker: int
    parent: int


def scratch() -> tempfile.TemporaryDirectory[str]:
    """Make a folder on the file system of the clips, for hard links to them."""
    WORK.mkdir(exist_ok=True)
    return tempfile.TemporaryDirectory(dir=WORK)


def collection(source: list[Path], folder: Path, n_tracks: int) -> None:
    """Make a collection of any size of a few clips, by hard links: the work is the same, the disk is not filled."""
    folder.mkdir(parents=True)
    for number in range(n_tracks):
        os.link(source[number % len(source)], folder / f"{number:016x}.wav")


def extract_folder(audio: Path, target: Path, workers: int) -> None:
    """Extract the features of a folder of clips of one length, without looking for kept ones."""
    paths = sorted(audio.iterdir())
    n_samples = soundfile.info(paths[0]).frames
    tracks = pd.DataFrame({"track_id": [path.stem for path in paths], "n_samples": n_samples})
    job = Job(AudioSettings(), compute=Compute(workers=workers), kept_gb=0.0)
    extract_collection(audio, tracks.assign(sample_rate=22_050), target, job)


def measure(source: list[Path], n_tracks: int, workers: int) -> Scale:
    """Extract a collection of that size in a process of its own and watch its memory."""
    with scratch() as folder:
        audio = Path(folder, "audio")
        collection(source, audio, n_tracks)
        command = [sys.executable, __file__, str(audio), str(Path(folder, "out")), str(workers)]
        started = time.monotonic()
        process = subprocess.Popen(command, env=os.environ | {"PYTHONPATH": str(ROOT / "src")})
        watch = _Memory(process.pid)
        watch.start()
        status, cpu = _end(process)
        if status:
            sys.exit(f"the features of {n_tracks} tracks failed: {' '.join(command)}")
        seconds = time.monotonic() - started
        return Scale(n_tracks, seconds, cpu, watch.worker, watch.parent)


def _end(process: subprocess.Popen[bytes]) -> tuple[int, float]:
    """Wait for a process; return its status, and the processor seconds of it and of those that it waited for."""
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, used.ru_utime + used.ru_stime


def two_against_one(source: list[Path], n_tracks: int, rounds: int) -> dict[str, list[float]]:
    """Compare two processes with one, in turns, once all have started.

    Returns
    -------
    dict of str to list of float
        Of each round: ``faster``, wall time of one by that of two, and ``dearer``, processor time of two by that of one.
    """
    found: dict[str, list[float]] = {"faster": [], "dearer": []}
    with scratch() as folder:
        audio = Path(folder, "audio")
        collection(source, audio, n_tracks)
        for number in range(rounds + 1):
            wall, cpu = {}, {}
            for workers in (1, 2) if number % 2 else (2, 1):
                started, used = time.monotonic(), _cpu_seconds()
                extract_folder(audio, Path(folder, "out"), workers)
                wall[workers], cpu[workers] = time.monotonic() - started, _cpu_seconds() - used
            if number:  # the first round starts the processes
                found["faster"].append(wall[1] / wall[2])
                found["dearer"].append(cpu[2] / cpu[1])
    return found


def _cpu_seconds() -> float:
    """Return what this process and those it has started have used."""
    here = psutil.Process()
    times = [process.cpu_times() for process in (here, *here.children(recursive=True))]
    return float(sum(one.user + one.system for one in times))


@dataclass(frozen=True)
class Start:
    """What a process costs that extracts one track: least wall and processor seconds of three, and whether it imported librosa."""

    seconds: float
    cpu: float
    librosa: bool


def start_up(source: Path) -> Start:
    """Start a process that extracts one track, three times."""
    script = (
        "import sys; from pathlib import Path; import feature_scale as s;"
        "s.extract_folder(Path(sys.argv[1]), Path(sys.argv[2]), 1); sys.exit(3 if 'librosa' in sys.modules else 0)"
    )
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT / "benchmarks")])
    runs, codes = [], set()
    with scratch() as folder:
        collection([source], Path(folder, "audio"), 1)
        for number in range(3):
            command = [sys.executable, "-c", script, f"{folder}/audio", f"{folder}/out-{number}"]
            started = time.monotonic()
            process = subprocess.Popen(command, env=os.environ | {"PYTHONPATH": path})
            status, cpu = _end(process)
            runs.append((time.monotonic() - started, cpu))
            codes.add(status)
    if not codes <= {0, 3}:
        sys.exit("the features of one track failed")
    return Start(min(wall for wall, _ in runs), min(cpu for _, cpu in runs), 3 in codes)


class _Memory(threading.Thread):
    """Samples the memory of a process and of its children, each on its own."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._process = psutil.Process(pid)
        self.worker = self.parent = 0

    def run(self) -> None:
        """Sample until the process ends."""
        while self._process.is_running() and self._process.status() != psutil.STATUS_ZOMBIE:
            try:
                self.parent = max(self.parent, self._process.memory_info().rss)
                for child in self._process.children(recursive=True):
                    self.worker = max(self.worker, child.memory_info().rss)
            except psutil.NoSuchProcess:
                continue
            time.sleep(PAUSE)


if __name__ == "__main__":
    extract_folder(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
