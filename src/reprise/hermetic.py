"""Run one stage so that it can open only what ``dvc.yaml`` declares for it.

    cmd: python -m reprise.hermetic stages/features.py tracks

The stage sees Python, the system, its declared deps (read), its declared outs (write), an empty private HOME and TMPDIR, a fixed
environment and thread count, and its declared parameters. Any other open, listing, write or connection fails, in native code and child
processes too: the kernel enforces it. A stage that reached for something undeclared fails, even if it swallowed the refusal. So a stage is a
function of what it declares, and DVC's record of it is true.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import signal
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from reprise.confine import inputs, made_by, opened
from reprise.confine.doors import open_doors
from reprise.confine.environment import machine_code, stage_environment
from reprise.confine.refusals import explain, mention
from reprise.confine.spawn import PR_SET_PDEATHSIG, Outcome, spawn
from reprise.confine.view import StageView, declared_values, outside, parameters, stage_view, stage_views
from reprise.datasets.contents import verified
from reprise.errors import RepriseError
from reprise.stage import EXPLAINED

EDITED = 3
"""Exit status when an input changed while the stage ran (its record in ``dvc.lock`` would be false)."""
REFUSED = 5
"""Exit status when the stage reached for something it does not declare, and went on."""


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
    _die_with_dvc()
    here = Path.cwd()  # DVC_ROOT is the project behind it where `dvc exp` works in a copy
    root = (here if (here / "dvc.yaml").exists() else Path(os.environ.get("DVC_ROOT", "."))).resolve()
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
    views = stage_views(root)
    before = inputs.state(root, deps)
    fresh = [_ensure(path) for path in outs if not path.exists()]
    with tempfile.TemporaryDirectory(prefix="reprise-") as private:
        temporary = Path(private).resolve()
        values = parameters(root)
        declared = declared_values(view, values)
        (temporary / "params.json").write_text(json.dumps(declared), encoding="utf-8")
        scratch = root / ".work" / stage / inputs.digest(before, deps, root, declared)
        scratch.mkdir(parents=True, exist_ok=True)
        mirrors = (os.environ.get("REPRISE_MIRROR", ""), declared.get("download", {}).get("mirror", ""))
        environment = stage_environment(
            root, temporary, scratch, threads=options.threads, network=options.network
        )
        if any(path.name == "compiled.py" for path in deps):
            environment["NUMBA_CACHE_DIR"] = str(machine_code(root, temporary))
        external = [path for path in deps if not path.is_relative_to(root)]
        own = _own_files(root, declared) if options.network else []
        linked = {target: path for path in [*external, *own] for target in inputs.linked_targets(root, path)}
        doors = open_doors(
            root,
            [*deps, *own, *linked],
            outs,
            [temporary, scratch],
            network=options.network,
            mirrors=mirrors,
            watched=[*outside(root, views.values()), *inputs.given_folders(root, values)],
        )
        command = [sys.executable, str(root / options.script), *options.arguments]
        outcome = spawn(command, environment, doors, root, {path: path for path in deps} | linked)
    _forget_unwritten(fresh, finished=outcome.status == 0)
    if options.network:
        _own_files(root, declared)  # still what was scanned
    status = _judge(root, stage, outcome, inputs.changes(before, deps, root))
    if status == 0:
        _remove_tree(scratch)
        made_by.record(root, stage)
    if status == 0 and outcome.watched:
        opened.keep(root, stage, view.deps, [dep for dep in view.deps if str(root / dep) in outcome.opened])
        unused = opened.never_opened(stage, views, opened.accounts(root, views))
        if unused:
            print(f"{stage}: declared but never opened: {', '.join(unused)}", file=sys.stderr)
    return status


def _own_files(root: Path, declared: Mapping[str, Any]) -> list[Path]:
    """Return where the user's own files are that a declared dataset reads, after seeing that they are what ``params.yaml`` says."""
    datasets: Mapping[str, Any] = declared.get("datasets", {})
    return [place for name, options in datasets.items() for place in verified(root, name, options)]


def _judge(root: Path, stage: str, outcome: Outcome, changes: list[str]) -> int:
    """Say what went wrong, and return the status that DVC is given."""
    status = outcome.status
    if outcome.refused:
        print(explain(stage, root, outcome.refused), file=sys.stderr)
        return status or REFUSED
    if changes:
        told = ", ".join(changes[:5]) + (f" and {len(changes) - 5} more" if len(changes) > 5 else "")
        print(
            f"{stage}: {told} while the stage ran, so its result belongs to no state of the project; nothing is lost, run it again",
            file=sys.stderr,
        )
        return EDITED
    if status in (0, EXPLAINED, -signal.SIGINT):
        return status
    elsewhere = mention(outcome.elsewhere)
    if elsewhere:
        print(f"{stage}: {elsewhere}", file=sys.stderr)
    elif not outcome.watched:
        print(
            f"{stage}: failed. If the lines above say 'Permission denied' (safetensors says 'No such file', libsndfile 'System error'), the "
            f"stage reached for something dvc.yaml does not declare for it: add the path to its deps or outs.",
            file=sys.stderr,
        )
    return status


def _die_with_dvc() -> None:
    """End when DVC is killed (the stage ends with this process): a stage that went on would write into the next run's outs."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    first = Path("/proc/1/cmdline")
    if os.getppid() == 1 and first.exists() and b"dvc" not in first.read_bytes():
        sys.exit("hermetic: DVC was killed before its stage began")


def _use_the_code_of(root: Path) -> None:
    """Start again with the project's own code where another copy was imported (``dvc exp run --temp`` works in a copy)."""
    own = root / "src"
    if (own / "reprise" / "hermetic.py").exists() and not Path(__file__).resolve().is_relative_to(own):
        if os.environ.get("REPRISE_REEXECUTED"):
            raise SystemExit(f"hermetic: cannot import the code under {own}")
        environment = os.environ | {"PYTHONPATH": str(own), "REPRISE_REEXECUTED": "1"}
        os.execve(sys.executable, [sys.executable, "-m", "reprise.hermetic", *sys.argv[1:]], environment)  # noqa: S606 (this program again)


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
