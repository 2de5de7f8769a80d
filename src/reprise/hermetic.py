"""Run one stage so that it can open only what ``dvc.yaml`` declares for it.

    cmd: python -m reprise.hermetic stages/features.py tracks

The stage sees Python, the system, its declared deps (read), its declared outs (write), an empty private HOME and TMPDIR, a fixed
environment and thread count, and its declared parameters. Any other open, listing, write or TCP connection fails, in native code and child
processes too: the kernel enforces it. So a stage is a function of what it declares, and DVC's record of it is true.
"""

from __future__ import annotations

import argparse
import ctypes
import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from reprise.confine import guard, landlock
from reprise.confine.doors import Doors, open_doors
from reprise.confine.environment import stage_environment
from reprise.confine.view import StageView, declared_values, read_yaml, stage_view
from reprise.errors import RepriseError
from reprise.stage import EXPLAINED

EDITED = 3
"""Exit status when an input changed while the stage ran (its record in ``dvc.lock`` would be false)."""


def main() -> None:
    """Confine and run the stage that DVC named in ``DVC_STAGE``."""
    parser = argparse.ArgumentParser(
        prog="reprise.hermetic", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--threads",
        type=int,
        default=1,
        help="fixed number of threads of numeric libraries: part of the result",
    )
    parser.add_argument(
        "--network", action="store_true", help="leave the network and the download cache open (download only)"
    )
    parser.add_argument("script", help="the stage's script")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="its arguments")
    options = parser.parse_args()
    if "DVC_STAGE" not in os.environ:
        parser.error(
            "DVC_STAGE is not set: run the stage through 'dvc repro', or the script itself without confinement"
        )
    root = Path(os.environ.get("DVC_ROOT", ".")).resolve()
    _use_the_code_of(root)
    stage = os.environ["DVC_STAGE"].rsplit(":", 1)[-1]
    try:
        view = stage_view(root, stage)
        sys.exit(run(root, stage, view, options))
    except RepriseError as error:
        print(f"{stage}: {error}", file=sys.stderr)
        sys.exit(1)


def run(root: Path, stage: str, view: StageView, options: argparse.Namespace) -> int:
    """Run the stage's script confined and return its exit status."""
    deps = [root / path for path in view.deps]
    outs = [root / path for path in view.outs]
    fresh = [_ensure(path) for path in outs if not path.exists()]
    started = time.time()
    with tempfile.TemporaryDirectory(prefix="reprise-") as private:
        temporary = Path(private).resolve()
        declared = declared_values(view, read_yaml(root / "params.yaml"))
        (temporary / "params.json").write_text(json.dumps(declared), encoding="utf-8")
        scratch = _scratch(root, stage, declared, deps)
        mirrors = (os.environ.get("REPRISE_MIRROR", ""), declared.get("download", {}).get("mirror", ""))
        environment = stage_environment(
            root, temporary, scratch, threads=options.threads, network=options.network
        )
        doors = open_doors(root, deps, outs, [temporary, scratch], network=options.network, mirrors=mirrors)
        status = _spawn(
            [sys.executable, str(root / options.script), *options.arguments], environment, doors, root
        )
    _forget_unwritten(fresh, finished=status == 0)
    edited = [
        str(path.relative_to(root)) for path in deps if path.is_file() and path.stat().st_mtime > started
    ]
    if edited:
        print(f"{stage}: {', '.join(edited)} changed while the stage ran; run it again", file=sys.stderr)
        return EDITED
    if status == 0:
        _remove_tree(scratch)
    elif status not in (EXPLAINED, -signal.SIGINT):
        print(
            f"{stage}: failed. If the lines above say 'Permission denied' (safetensors says 'No such file', libsndfile 'System error'), the "
            f"stage reached for something dvc.yaml does not declare for it: add the path to its deps or outs.",
            file=sys.stderr,
        )
    return status


def _use_the_code_of(root: Path) -> None:
    """Start again with the project's own code where another copy was imported (``dvc exp run --temp`` works in a copy)."""
    own = root / "src"
    if (own / "reprise" / "hermetic.py").exists() and not Path(__file__).resolve().is_relative_to(own):
        if os.environ.get("REPRISE_REEXECUTED"):
            raise SystemExit(f"hermetic: cannot import the code under {own}")
        environment = os.environ | {"PYTHONPATH": str(own), "REPRISE_REEXECUTED": "1"}
        os.execve(sys.executable, [sys.executable, "-m", "reprise.hermetic", *sys.argv[1:]], environment)


def _spawn(command: list[str], environment: dict[str, str], doors: Doors, root: Path) -> int:
    if landlock.abi_version():
        rules = landlock.build_ruleset(
            read=doors.read, write=doors.write, names=doors.names, network=doors.network
        )
        canary = root / "dvc.yaml"
        process = subprocess.Popen(
            command, env=environment, cwd=root, preexec_fn=lambda: _shut(rules, canary)
        )
        os.close(rules)
    else:
        print(
            "hermetic: no Landlock on this system; guarding Python's own file access only, which is weaker",
            file=sys.stderr,
        )
        allowed = [str(path) for path in (*doors.read, *doors.write, Path(command[1]))]
        setting = {"root": str(root), "allowed": allowed, "listed": [str(path) for path in doors.names]}
        environment = environment | {"REPRISE_GUARD": json.dumps(setting)}
        process = subprocess.Popen([command[0], guard.__file__, *command[1:]], env=environment, cwd=root)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _frame: process.send_signal(received))
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:  # the terminal sent it to the stage as well; wait for its own end
            continue


def _shut(rules: int, canary: Path) -> None:
    """Die with the parent, close the door, and try the handle."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(
            1, signal.SIGKILL
        )  # PR_SET_PDEATHSIG: killing DVC must not leave a stage writing
    landlock.restrict(rules)
    try:
        os.close(os.open(canary, os.O_RDONLY))
    except PermissionError:
        return
    raise RuntimeError(f"hermetic: {canary} is still readable: an allowed path contains the project")


def _scratch(root: Path, stage: str, declared: object, deps: Iterable[Path]) -> Path:
    """Make a folder that outlives a killed run, named by the stage's parameters and inputs, so that only the same work finds it."""
    digest = hashlib.sha256(json.dumps(declared, sort_keys=True).encode())
    for path in sorted(deps):
        digest.update(str(path.relative_to(root)).encode())
        if path.is_file():
            digest.update(path.read_bytes())
        elif path.is_dir():
            for inner in sorted(path.rglob("*")):
                state = inner.stat()
                digest.update(f"{inner.name} {state.st_size} {state.st_mtime_ns}".encode())
    folder = root / ".work" / stage / digest.hexdigest()[:12]
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _ensure(path: Path) -> Path:
    """Make an out before the stage runs, for a rule needs an inode: a name with a suffix is a file, any other a directory."""
    (path.parent if path.suffix else path).mkdir(parents=True, exist_ok=True)
    if path.suffix:
        path.touch()
    return path


def _forget_unwritten(fresh: Iterable[Path], *, finished: bool) -> None:
    """Remove what the stage was given and never wrote: such a file is missing, not empty (a folder may be meant empty)."""
    for path in fresh:
        if path.is_file() and path.stat().st_size == 0:
            path.unlink()
        elif path.is_dir() and not finished and not any(path.iterdir()):
            path.rmdir()


def _remove_tree(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    folder.rmdir()
    if folder.parent.exists() and not any(folder.parent.iterdir()):
        folder.parent.rmdir()


if __name__ == "__main__":
    main()
