"""The faults: each breaks a small world in its own way while, or before, one stage runs."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from fault_world import LONGEST, World, remove, usual_environment
from reprise.exits import WANTING

Inject = Callable[[World, str, random.Random], str]
"""Breaks the world while or before a stage runs; says how, or nothing where the fault came too late."""

DISK = "3g"  # size of the file system in which the world lies
STEP = 0.01  # seconds between two looks at a process
START = 3.0  # seconds that DVC needs before a stage begins, and after its end
RECORDING = 0.5  # seconds, about, that DVC writes the lock of the small world
RUN = ["dvc", "repro"]
BAD_LOCALE = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
ODD_PLACE = "Müsik & Lärm – 音楽 (1)"
YEARS = (315_532_800, 4_102_444_800)  # 1980 and 2100 in seconds since 1970
WRITE_BITS = 0o222


def kill_stage(world: World, stage: str, rng: random.Random) -> str:
    """Kill -9 the stage's own process, as the kernel does when memory runs out."""
    return _interrupt(world, stage, rng, signal.SIGKILL, "stage")


def kill_wrapper(world: World, stage: str, rng: random.Random) -> str:
    """Kill -9 the wrapper that confines the stage."""
    return _interrupt(world, stage, rng, signal.SIGKILL, "wrapper")


def kill_dvc(world: World, stage: str, rng: random.Random) -> str:
    """Kill -9 DVC alone, at any moment of the run."""
    return _interrupt(world, stage, rng, signal.SIGKILL, "dvc")


def kill_all(world: World, stage: str, rng: random.Random) -> str:
    """Kill -9 everything at once, as when the power goes, at any moment of the run."""
    return _interrupt(world, stage, rng, signal.SIGKILL, "group")


def terminate_dvc(world: World, stage: str, rng: random.Random) -> str:
    """Send SIGTERM to DVC alone."""
    return _interrupt(world, stage, rng, signal.SIGTERM, "dvc")


def terminate_all(world: World, stage: str, rng: random.Random) -> str:
    """Send SIGTERM to everything, as a batch system does."""
    return _interrupt(world, stage, rng, signal.SIGTERM, "group")


def press_ctrl_c(world: World, stage: str, rng: random.Random) -> str:
    """Send SIGINT to everything, as the terminal does at Ctrl-C."""
    return _interrupt(world, stage, rng, signal.SIGINT, "group")


def kill_while_recording(world: World, stage: str, rng: random.Random) -> str:
    """Kill -9 everything at the one moment at which DVC's own files are half written: while it records the stage in ``dvc.lock``."""
    before = len(world.lock)
    process = world.start([*RUN, "--force", "--single-item", stage])
    lock = world.root / "dvc.lock"
    share = rng.random()
    while process.poll() is None:
        if lock.stat().st_size < before:
            time.sleep(share * RECORDING)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            break
        time.sleep(STEP / 10)
    process.wait(LONGEST)
    _all_gone(world)
    left = lock.stat().st_size
    return f"{left} of {before} bytes of dvc.lock were written" if left < before else ""


def fill_disk(world: World, stage: str, rng: random.Random) -> str:
    """Leave a random number of bytes on the disk; the space comes back before the next run."""
    world.forget(stage)
    left = int(rng.choice([1, 10, 100, 1000]) * 1024 * rng.random())
    used = shutil.disk_usage(world.folder).used
    _resize(world.folder, str(used + left))
    try:
        status, _ = world.run([*RUN, stage])
    finally:
        _resize(world.folder, DISK)
    return f"{left} bytes were left, status {status}" if status else ""


def limit_files(world: World, stage: str, rng: random.Random) -> str:
    """Let no file grow beyond a random size (where no file system of its own can be mounted to be filled)."""
    world.forget(stage)
    most = int(10 ** rng.uniform(1, 4))
    status, _ = world.run(["bash", "-c", f"ulimit -f {max(1, most // 1024)}; exec dvc repro '{stage}'"])
    return f"at most {most} bytes, status {status}" if status else ""


def write_protect_outs(world: World, stage: str, rng: random.Random) -> str:
    """Make the outs and their folders read-only for a user who is not root; then writable again."""
    outs = world.outs(stage)
    places = {place for out in outs for place in (out, out.parent, *(out.rglob("*") if out.is_dir() else ()))}
    rng.choice(outs).touch()
    modes = {place: place.stat().st_mode for place in places}
    for place, mode in modes.items():
        place.chmod(mode & ~WRITE_BITS)
    dropped = "-dac_override,-dac_read_search,-fowner"
    command = ["setpriv", f"--bounding-set={dropped}", f"--inh-caps={dropped}"] if os.geteuid() == 0 else []
    try:
        status, _ = world.run([*command, *RUN, "-f", "-s", stage])
    finally:
        for place, mode in modes.items():
            if place.exists():
                place.chmod(mode)
    return f"{len(modes)} paths, status {status}" if status else ""


def overwrite_cache(world: World, stage: str, rng: random.Random) -> str:
    """Write over an object in the cache, and remove the workspace's copy."""
    path = _spoil_object(world, stage, rng)
    if path:
        world.cached(path).chmod(0o644)  # without this right it could not have been written to
    return f"object {path}" if path else ""


def rot_cache(world: World, stage: str, rng: random.Random) -> str:
    """Flip a bit of an object in the cache as a disk does, behind DVC's back; `reprise check-cache --remove` runs before the next `dvc repro`."""
    path = _spoil_object(world, stage, rng)
    if not path:
        return ""
    status, said = world.run(
        [sys.executable, "-m", "reprise.cli", "check-cache", "--remove"], world.own_code()
    )
    if status != WANTING:
        raise RuntimeError(f"check-cache did not find it: status {status}, {said.strip()}")
    return f"object {path}"


def spoil_output(world: World, stage: str, rng: random.Random) -> str:
    """Flip a bit of an output, or cut off its end: of an array where the stage has one."""
    files = [path for out in world.outs(stage) for path in ([out] if out.is_file() else out.rglob("*"))]
    files = sorted(path for path in files if path.is_file() and path.stat().st_size)
    arrays = [path for path in files if path.suffix in (".npy", ".safetensors", ".parquet")]
    if not files:
        return ""
    path = rng.choice(arrays or files)
    if rng.random() < 0.5:
        _flip(path, rng)
        return f"a byte of {path.relative_to(world.root)}"
    os.truncate(path, rng.randrange(path.stat().st_size))
    return f"the end of {path.relative_to(world.root)}"


def run_twice(world: World, stage: str, rng: random.Random) -> str:
    """Start a second ``dvc repro`` while the first is at work."""
    world.forget(stage)
    first = world.start(RUN)
    time.sleep(rng.uniform(0, 2.0 + world.seconds[stage]))
    second = world.start(RUN)
    return f"status {first.wait(LONGEST)} and {second.wait(LONGEST)}"


def turn_clock(world: World, stage: str, rng: random.Random) -> str:
    """Give every file of the project a time between 1980 and 2100, and an input another one while the stage runs."""
    for path in world.root.rglob("*"):
        if path.is_file() and ".dvc" not in path.parts:
            os.utime(path, (moment := rng.uniform(*YEARS), moment))
    world.forget(stage)
    process = world.start([*RUN, stage])
    found = _wait_for(world, process, stage, "stage")
    if found is not None:
        time.sleep(rng.uniform(0, 0.3))
        script = world.root / "stages" / f"{stage.partition('@')[0]}.py"
        os.utime(script, (moment := rng.uniform(*YEARS), moment))
    return f"status {process.wait(LONGEST)}"


def strip_environment(world: World, stage: str, rng: random.Random) -> str:
    """Leave no environment variable but PATH: no HOME, no USER, no TMPDIR, no SHELL, no LANG."""
    del rng
    return _under(world, stage, {"PATH": usual_environment()["PATH"]})


def spoil_locale(world: World, stage: str, rng: random.Random) -> str:
    """Set a locale without UTF-8, and make Python believe it."""
    del rng
    return _under(world, stage, usual_environment(**BAD_LOCALE))


def move_project(world: World, stage: str, rng: random.Random) -> str:
    """Put the project at a path with spaces, brackets and letters outside ASCII."""
    del rng
    usual = world.root
    world.root = usual.with_name(ODD_PLACE)
    usual.rename(world.root)
    try:
        return _under(world, stage, usual_environment())
    finally:
        world.root.rename(usual)
        world.root = usual


KINDS: dict[str, tuple[Inject, int]] = {
    "kill_stage": (kill_stage, 60),
    "kill_wrapper": (kill_wrapper, 20),
    "kill_dvc": (kill_dvc, 20),
    "kill_all": (kill_all, 20),
    "kill_while_recording": (kill_while_recording, 15),
    "terminate_dvc": (terminate_dvc, 10),
    "terminate_all": (terminate_all, 10),
    "press_ctrl_c": (press_ctrl_c, 10),
    "fill_disk": (fill_disk, 20),
    "write_protect_outs": (write_protect_outs, 10),
    "overwrite_cache": (overwrite_cache, 10),
    "rot_cache": (rot_cache, 10),
    "spoil_output": (spoil_output, 20),
    "run_twice": (run_twice, 10),
    "turn_clock": (turn_clock, 10),
    "strip_environment": (strip_environment, 10),
    "spoil_locale": (spoil_locale, 10),
    "move_project": (move_project, 10),
}
"""Each fault, and how many times it is injected."""


def _interrupt(world: World, stage: str, rng: random.Random, number: signal.Signals, victim: str) -> str:
    """Run a stage that has to run, and send a signal at a random moment of its (or the whole run's) time."""
    world.forget(stage)
    started = time.monotonic()
    process = world.start([*RUN, stage])
    target = _wait_for(world, process, stage, victim)
    if target is None:
        return ""
    time.sleep(rng.uniform(0, world.seconds[stage] + (START if victim in ("dvc", "group") else 0.0)))
    try:
        os.killpg(process.pid, number) if victim == "group" else target.send_signal(number)
    except (ProcessLookupError, psutil.NoSuchProcess):
        process.wait(LONGEST)
        world.seconds[stage] *= 0.5  # the machine is quicker now than when the undisturbed run was timed
        return ""
    moment = time.monotonic() - started
    status = process.wait(LONGEST)
    _all_gone(world)
    return f"{number.name} after {moment:.2f} s, status {status}" if status else ""


def _wait_for(
    world: World, process: subprocess.Popen[bytes], stage: str, victim: str
) -> psutil.Process | None:
    """Wait for a process of a run and return it: DVC itself, the stage's wrapper, or the stage; ``None``: it never came."""
    top = psutil.Process(process.pid)
    if victim in ("dvc", "group"):
        return top
    script = f"stages/{stage.partition('@')[0]}.py"
    while process.poll() is None:
        for child in top.children(recursive=True):
            try:
                command = child.cmdline()
            except psutil.Error:
                continue
            # DVC's shell has the whole line as one argument, and becomes the wrapper
            wrapped = any("reprise.hermetic" in part for part in command)
            begun = "reprise.hermetic" in command if victim == "wrapper" else not wrapped
            if begun and any(part.endswith(script) for part in command):
                return child
        time.sleep(STEP)
    del world
    return None


def _all_gone(world: World) -> None:
    """Wait until nothing works in the world any more; what does after a while is an orphan, and a fault of its own.

    Raises
    ------
    RuntimeError
        If a process is left.
    """
    limit = time.monotonic() + 10
    while left := world.processes():
        if time.monotonic() > limit:
            for process in left:
                process.kill()
            raise RuntimeError(f"{len(left)} processes went on")
        time.sleep(0.1)


def _resize(disk: Path, size: str) -> None:
    subprocess.run(["mount", "-o", f"remount,size={size}", str(disk)], check=True)


def _under(world: World, stage: str, environment: dict[str, str]) -> str:
    world.forget(stage)
    status, said = world.run(RUN, environment)
    why = "" if not status else ": " + " / ".join(said.strip().splitlines()[-2:])
    return f"status {status}{why}"


def _spoil_object(world: World, stage: str, rng: random.Random) -> str:
    """Flip a bit of one of a stage's objects, its rights as they were, and remove the out it belongs to; return its hash."""
    objects = [(path, digest) for (owner, path), digest in world.objects().items() if owner == stage]
    there = sorted((path, digest) for path, digest in objects if world.cached(digest).is_file())
    there = [(path, digest) for path, digest in there if world.cached(digest).stat().st_size]
    if not there:
        return ""
    path, digest = rng.choice(there)
    place = world.cached(digest)
    mode = place.stat().st_mode
    place.chmod(0o644)
    _flip(place, rng)
    place.chmod(mode)
    for out in world.outs(stage):
        if (world.root / path).is_relative_to(out):
            remove(out)
    return digest


def _flip(path: Path, rng: random.Random) -> None:
    with path.open("r+b") as file:
        file.seek(rng.randrange(path.stat().st_size))
        byte = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte[0] ^ (1 << rng.randrange(8))]))
