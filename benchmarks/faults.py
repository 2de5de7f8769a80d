"""Break the pipeline in many ways, and see that the next ``dvc repro`` ends as if nothing had been.

    python benchmarks/faults.py                              all faults, some hours on a busy machine; writes docs/faults.md
    python benchmarks/faults.py --kinds kill_dvc --share 0.1 a tenth of one kind; the page is not written
    python benchmarks/faults.py --page                       put what was tried so far on record, and make the page

Everything happens in a small world (4 tracks of each genre, 3 models, all stages), in a file system of its own where that can
be mounted. After each fault one more, undisturbed, ``dvc repro`` has to end with the ``dvc.lock`` of a run that was never
disturbed, and every file of every output must have its bytes: these are read anew, whatever DVC believes. Where DVC cannot
read its own records any more, `reprise run` takes its place, and is counted apart. What was tried is kept in ``--place``, so
that an interrupted sweep goes on where it was.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from fault_kinds import DISK, KINDS, limit_files
from fault_page import keep
from fault_world import ROOT, World
from reprise.replica import Replica
from reprise.verify import order

QUICK = 4.0  # seconds of a stage that is visited as often as any
ATTEMPTS = 4  # to hit a stage before it is done
LOG = "faults.jsonl"


@dataclass(frozen=True)
class Trial:
    """One fault that was injected.

    Attributes
    ----------
    kind, stage, number
        What, where, and the how-manieth of its kind.
    happened
        What it did, in words; empty: it always came too late, and does not count.
    lost
        What was wrong after the next run; empty: nothing.
    mended
        What the next ``dvc repro`` could not read, so that ``reprise run`` had to mend it; empty: nothing.
    """

    kind: str
    stage: str
    number: int
    happened: str
    lost: str
    mended: str = ""


def plan(kinds: Sequence[str], seconds: Mapping[str, float], share: float) -> list[tuple[str, str, int]]:
    """Return what is tried, kinds taking turns.

    Kill -9 of a stage visits all stages equally often; the other faults visit a stage the more often the quicker it is, so that the sweep
    has an end: what they break (locks, records, the cache, the disk) is DVC's and the wrapper's, and the same for all stages.
    """
    equal = itertools.cycle(seconds)
    credit = dict.fromkeys(seconds, 1.0)  # so that each is visited once before any is again
    tried = []
    counts = {kind: max(1, round(KINDS[kind][1] * share)) for kind in kinds}
    turns = sorted(
        ((number + 0.5) / counts[kind], kind, number) for kind in kinds for number in range(counts[kind])
    )
    for _, kind, number in turns:
        if kind == "kill_stage":
            tried.append((kind, next(equal), number))
            continue
        stage = max(credit, key=lambda name: credit[name])
        credit[stage] -= 1.0
        for name in credit:
            credit[name] += QUICK / max(QUICK, seconds[name]) / len(credit)
        tried.append((kind, stage, number))
    return tried


def inject(world: World, kind: str, stage: str, number: int) -> Trial:
    """Inject one fault, run again, and judge."""
    function = limit_files if kind == "fill_disk" and not os.path.ismount(world.folder) else KINDS[kind][0]
    happened, lost = "", ""
    for attempt in range(ATTEMPTS):
        rng = random.Random(f"{kind} {stage} {number} {attempt}")
        try:
            happened = function(world, stage, rng)
        except RuntimeError as error:
            happened, lost = "it was interrupted", str(error)
        if happened:
            break
    wrong, mended = world.verdict()
    lost = "; ".join(filter(None, [lost, wrong]))
    if lost:
        world.renew()
    return Trial(kind, stage, number, happened, lost, mended)


def read_log(place: Path) -> list[Trial]:
    """Return what was tried."""
    log = place / LOG
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    return [Trial(**json.loads(line)) for line in lines]


@contextlib.contextmanager
def own_disk(folder: Path) -> Iterator[None]:
    """Mount a file system of its own, where that is allowed; it stays for the next call."""
    folder.mkdir(parents=True, exist_ok=True)
    if not os.path.ismount(folder) and os.geteuid() == 0:
        command = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "reprise-faults", str(folder)]
        if subprocess.run(command, capture_output=True).returncode:
            print("no file system of its own: a limit on the size of files takes the place of a full disk")
    yield


def one_of_each(world: World) -> dict[str, float]:
    """Return one instance of each stage, in the order of the pipeline, with its seconds: the last instance, which is the least usual."""
    names = order(Replica(world.root, world.root / ".dvc" / "cache"))
    chosen = {name.partition("@")[0]: name for name in names}
    return {name: world.seconds.get(name, QUICK) for name in chosen.values()}


def main(arguments: Sequence[str] | None = None) -> int:
    """Break and repair; return 1 if something was lost."""
    parser = argparse.ArgumentParser(
        prog="benchmarks/faults.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--kinds", nargs="*", choices=KINDS, default=list(KINDS), metavar="KIND", help="which"
    )
    parser.add_argument("--share", type=float, default=1.0, help="share of the number of each kind")
    parser.add_argument(
        "--place", type=Path, default=ROOT / ".work" / "faults", help="where the world is kept"
    )
    parser.add_argument("--page", action="store_true", help="only write the page of what was tried")
    parser.add_argument("--commit", help="commit that the sweep is of (default: the one that is checked out)")
    options = parser.parse_args(arguments)
    # a shell in the background has its commands ignore Ctrl-C, and they would hand that on to DVC
    signal.signal(signal.SIGINT, signal.default_int_handler)
    whole = options.share == 1.0 and set(options.kinds) == set(KINDS)
    if not options.page:
        with own_disk(options.place / "disk"):
            world = World((options.place / "disk").resolve())
            world.build()
            sweep(world, options.place, plan(options.kinds, one_of_each(world), options.share))
    trials = read_log(options.place)
    if options.page or whole:
        said = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True
        )
        keep(trials, options.commit or said.stdout.strip())
    return int(any(trial.lost for trial in trials))


def sweep(world: World, place: Path, wanted: Sequence[tuple[str, str, int]]) -> None:
    """Try everything that was not tried yet, and note each result at once."""
    done = {(trial.kind, trial.stage, trial.number) for trial in read_log(place)}
    for kind, stage, number in wanted:
        if (kind, stage, number) in done:
            continue
        started = time.monotonic()
        trial = inject(world, kind, stage, number)
        with (place / LOG).open("a", encoding="utf-8") as log:
            log.write(json.dumps(asdict(trial), ensure_ascii=False) + "\n")
        ended = trial.lost or ("survived" if trial.happened else "came too late")
        print(
            f"{kind} {stage} {number}: {trial.happened}: {ended} ({time.monotonic() - started:.0f} s)",
            flush=True,
        )


if __name__ == "__main__":
    sys.exit(main())
