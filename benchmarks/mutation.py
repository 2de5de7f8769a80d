"""Plant mistakes in the losses, the evaluation and the audit, and count how many the tests notice.

    python benchmarks/mutation.py                       all modules (hours on one core: the audit has slow tests)
    python benchmarks/mutation.py models/losses.py      these modules alone; the page keeps the others' rows
    python benchmarks/mutation.py --most 1000           every mistake of a module, not a sample of them
    python benchmarks/mutation.py --page                the page from what was measured

A command of its own: the tests of the modules of a folder are collected once, and each mutant is a fork of that process in which the mutated code takes the place of the module's and the tests run until
the first that fails. So a mutant costs what its tests cost, not ten seconds of imports; and the tests run in the project itself, which many of them read. Of a module with more mutants than
``--most``, a random sample is planted, whose seed is the module's name.

Which tests run: before, all tests run once on the module as it is, and ``coverage`` notes which of them execute which line. For a mutant only the tests run that execute a line of its
statement, the quick ones first. A statement that runs in a fixture belongs to all tests that use the fixture; one that runs when the module is loaded, or when a fixture is torn down, to all
tests; and one that no test executes needs no run: its mutant is not noticed. Tests of more than eight seconds together are cut off behind the quick ones. Otherwise a test that never comes to the mistake cannot tell it, so nothing is missed that way, as long as tests do not
depend on one another; what ``functools`` caches is forgotten between two tests. Hypothesis draws the same examples each time.

What is not seen: a process that a test starts loads the module as it is, so a test that looks at the module only through another process notices nothing; and a constant or a class that another
module has taken by name into a container of its own stays as it was there. Both make the share lower than it is. Results are kept in ``benchmarks/mutation.json``, the page is
``docs/mutation.md``.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import importlib
import io
import json
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from mutants import mutants
from reached import Reached

for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(threads, "1")  # a fork has one thread

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "reprise"
KEPT = ROOT / "benchmarks" / "mutation.json"
PAGE = ROOT / "docs" / "mutation.md"
FOLDERS = ("evaluation", "audit", "audit/checks", "audit/recompute")
PARTS = {"models": "losses", "evaluation": "evaluation", "audit": "audit"}
"""Folder to what the page calls it."""

TARGET = 0.85
MOST = 60
"""Mutants of one module that are planted, unless more are asked for."""

ABOUT = """How many planted mistakes the tests notice. Made by `make mutation` (`python benchmarks/mutation.py`). What is planted: `benchmarks/mutants.py`. A mistake that changes
nothing (another number in a tolerance that is never met) cannot be noticed, so the share has an upper end below 1."""

LONGEST = 8.0
"""Seconds of processor time of the tests that a mutant meets, as they take without a mistake."""

PATIENCE = 5.0
"""A mutant may take this many times the processor time of the tests without a mistake, and ten seconds more; then it counts as noticed."""

TESTS = {
    "models/losses.py": ["models/test_losses.py"],
    "evaluation/disentanglement.py": [
        "evaluation/test_disentanglement.py",
        "evaluation/test_disentanglement_oracle.py",
    ],
    "evaluation/clusterings.py": ["evaluation/test_clusterings.py", "evaluation/test_uncertainty.py"],
    "evaluation/projection.py": ["evaluation/test_projection.py", "evaluation/test_probes.py"],
    "evaluation/units.py": ["evaluation/test_separation.py", "evaluation/test_units.py"],
    "evaluation/variance.py": ["evaluation/test_separation.py", "evaluation/test_variance.py"],
    **{
        f"audit/{module}.py": [
            "audit/test_audit_exact.py",
            "audit/test_audit_columns.py",
            "audit/test_audit_counted.py",
            "audit/test_audit_edges.py",
            "audit/test_audit_files.py",
            "audit/test_audit_names.py",
            "audit/test_audit_rows.py",
            "audit/test_audit_tables.py",
            "audit/test_audit_checks.py",
        ]
        for module in (
            "checks/contracts",
            "checks/envelope",
            "checks/functions",
            "checks/hidden_targets",
            "checks/identifiers",
            "checks/label_columns",
            "checks/lyrics_names",
            "checks/lyrics_vocabulary",
            "checks/own_columns",
            "checks/own_input",
            "within",
            "checks/pairs",
            "checks/row_order",
            "checks/splits",
            "differences",
            "information",
            "recompute/agree",
        )
    },
    **{
        f"audit/{module}.py": ["audit/test_audit_counted.py", "audit/test_audit_edges.py"]
        for module in (
            "checks/placebo",
            "checks/pseudo_labels",
            "finding",
            "labelling",
            "names",
            "placebo_store",
            "report",
            "words",
        )
    },
    "audit/placebo.py": ["audit/test_placebo.py"],
    "audit/probe.py": ["audit/test_audit_counted.py", "audit/test_audit_rows.py", "audit/test_placebo.py"],
    "audit/raw_table.py": ["audit/test_audit_parts.py", "audit/test_raw_table.py"],
    **{
        f"audit/{module}.py": ["audit/test_audit_parts.py", "audit/test_audit_reports.py"]
        for module in (
            "described",
            "figure",
            "material",
            "power",
            "reforms",
            "reforms_items",
            "run",
            "run_data",
            "run_reports",
            "run_representations",
            "source",
            "source_reports",
        )
    },
    **{
        f"audit/recompute/{module}.py": ["audit/test_audit_recomputed.py"]
        for module in ("acoustic", "clusterings", "comparison", "judged")
    },
}
"""Tests of a module below ``tests``, where they are more than ``<folder>/test_<module>*.py``."""


def modules() -> list[str]:
    """Return what is measured, below ``src/reprise``."""
    found = [
        path.relative_to(PACKAGE).as_posix() for folder in FOLDERS for path in (PACKAGE / folder).glob("*.py")
    ]
    return ["models/losses.py", *sorted(name for name in found if not name.endswith("__init__.py"))]


def tests_of(module: str) -> list[str]:
    """Return the test files of a module; those of its whole folder where it has none of its own."""
    tests = ROOT / "tests"
    folder, name = module.split("/")[0], Path(module).stem
    named = [tests / test for test in TESTS.get(module, ())]
    own = (
        named
        or sorted((tests / folder).glob(f"test_{name}*.py"))
        or sorted((tests / folder).glob("test_*.py"))
    )
    return [str(path) for path in own]


def warm() -> None:
    """Load what all tests need, so that a fork does not; nothing of Reprise, whose modules are to be planted."""
    with contextlib.suppress(ImportError):
        for name in (
            "hypothesis",
            "pandas",
            "pytest",
            "scipy.stats",
            "sklearn.ensemble",
            "sklearn.metrics",
            "sklearn.mixture",
            "torch",
        ):
            importlib.import_module(name)


class Planter:
    """A plugin of pytest that collects once, and then runs the tests in a fork for each mutant.

    Parameters
    ----------
    modules
        Below ``src/reprise``; all of them have the same tests.
    most
        Mutants of one module to plant; a random sample where there are more.
    scratch
        Folder of the tests' temporary files, emptied after each mutant.
    tell
        Called with each module and what was found.
    """

    def __init__(
        self, modules: list[str], most: int, scratch: Path, tell: Callable[[str, dict[str, Any]], None]
    ) -> None:
        self.modules, self.most, self.scratch, self.tell = modules, most, scratch, tell
        self.reached = Reached({_imported(module): PACKAGE / module for module in modules})

    def pytest_runtestloop(self, session: Any) -> bool:
        """Take the place of the ordinary run."""
        for module in self.modules:
            importlib.import_module(_imported(module))
        self.reached.note(session)
        if self.reached.failed:
            sys.exit(f"{', '.join(self.modules)}: fails without a mistake: {self.reached.failed}")
        self.reached.forget()
        for module in self.modules:
            self.tell(module, self._module(session, module))
        return True

    def _module(self, session: Any, module: str) -> dict[str, Any]:
        source = (PACKAGE / module).read_text(encoding="utf-8")
        planted = list(mutants(source))
        drawn = random.Random(module).sample(range(len(planted)), min(self.most, len(planted)))
        found: dict[str, Any] = {
            "sha256": digest(module), "of": len(planted), "killed": 0, "timeout": 0, "survivors": [],
        }  # fmt: skip
        whole = self.reached.tests(session.items, _imported(module), range(len(source)), 2 * LONGEST)
        if whole and self._run(session, module, whole, compile(source, module, "exec")) != "survived":
            sys.exit(f"{module}: its tests fail where it takes its own place without a mistake")
        for mutant in (planted[number] for number in sorted(drawn)):
            items = self.reached.tests(session.items, _imported(module), mutant.lines, LONGEST)
            code = compile(mutant.code, module, "exec")
            outcome = self._run(session, module, items, code) if items else "survived"
            if outcome == "survived":
                found["survivors"].append([mutant.line, mutant.what])
                print(
                    f"{module}:{mutant.line}: {mutant.what}: not noticed by {len(items)} tests",
                    file=sys.stderr,
                    flush=True,
                )
            else:
                found[outcome] += 1
        return found

    def _run(self, session: Any, module: str, items: list[Any], code: CodeType) -> str:
        """Run tests on a mutant in a fork, and say whether they noticed."""
        seconds = PATIENCE * self.reached.seconds(items) + 10
        child = os.fork()
        if child == 0:
            self._in_fork(session, module, items, code, seconds)
        asleep = time.monotonic() + 3 * seconds + 60  # a mutant that waits uses no processor time
        while not (ended := os.waitpid(child, os.WNOHANG))[0]:
            time.sleep(0.002)
            if time.monotonic() > asleep:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
                return "timeout"
        for left in self.scratch.glob("*"):
            shutil.rmtree(left, ignore_errors=True)
        status = ended[1]
        if os.WIFSIGNALED(status):
            return "timeout" if os.WTERMSIG(status) == signal.SIGXCPU else "killed"
        return "killed" if os.WEXITSTATUS(status) else "survived"

    def _in_fork(self, session: Any, module: str, items: list[Any], code: CodeType, seconds: float) -> None:
        status = 1
        try:
            used = resource.getrusage(resource.RUSAGE_SELF)
            limit = int(used.ru_utime + used.ru_stime + seconds) + 1
            resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            plant(_imported(module), code)
            for item, later in zip(items, [*items[1:], None], strict=True):
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=later)
                if session.testsfailed:
                    break
            status = bool(session.testsfailed)
        finally:
            os._exit(status)


def _imported(module: str) -> str:
    """Return the name by which a module is imported."""
    return "reprise." + module.removesuffix(".py").replace("/", ".")


def plant(name: str, code: CodeType) -> None:
    """Run mutated code in the place of a loaded module, also for those that have imported names from it."""
    module = sys.modules[name]
    before = dict(vars(module))
    exec(code, vars(module))  # noqa: S102 (a mutant of the own code)
    for key, old in before.items():
        new = vars(module)[key]
        if isinstance(old, FunctionType) and isinstance(new, FunctionType) and old.__module__ == name:
            _fill(old, new)
    changed = {id(old): vars(module)[key] for key, old in before.items() if vars(module)[key] is not old}
    for other in list(sys.modules.values()):
        names = vars(other) if other is not None and other is not module else {}
        for key, value in list(names.items()):
            if id(value) in changed and getattr(value, "__module__", None) == name:
                names[key] = changed[id(value)]


def _fill(old: FunctionType, new: FunctionType) -> None:
    """Give a function the code of another: it may stand in somebody's table."""
    if len(old.__code__.co_freevars) == len(new.__code__.co_freevars):
        old.__code__, old.__defaults__, old.__kwdefaults__ = (
            new.__code__,
            new.__defaults__,
            new.__kwdefaults__,
        )


def settle_examples() -> None:
    """Let Hypothesis draw the same examples each time, keep none, and not look for the smallest that fails."""
    from hypothesis import Phase, settings

    settings.register_profile(
        "mutation", derandomize=True, database=None, phases=(Phase.explicit, Phase.generate)
    )
    settings.load_profile("mutation")


def measure(modules: list[str], most: int = MOST) -> Iterator[tuple[str, dict[str, Any]]]:
    """Run the tests of modules that share them on each mutant, in a fork that has loaded nothing of Reprise before."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        import pytest

        os.close(reading)
        answer = os.fdopen(writing, "w", encoding="utf-8", buffering=1)
        settle_examples()
        scratch = Path(tempfile.mkdtemp(prefix="mutation-"))
        planter = Planter(
            modules, most, scratch / "tests", lambda *found: print(json.dumps(found), file=answer, flush=True)
        )
        options = [f"--basetemp={planter.scratch}", "-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
        options += ["-W", "ignore::pytest.PytestAssertRewriteWarning", "--capture=no"]
        with contextlib.redirect_stdout(io.StringIO()):
            status = pytest.main([*options, *tests_of(modules[0])], plugins=[planter])
        shutil.rmtree(scratch, ignore_errors=True)
        os._exit(int(status))
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as answer:
        for line in answer:
            module, found = json.loads(line)
            yield module, found
    if os.waitpid(child, 0)[1]:
        sys.exit(f"{', '.join(modules)}: not measured to the end")


def digest(module: str) -> str:
    """Return what tells one version of a module from another."""
    return hashlib.sha256((PACKAGE / module).read_bytes()).hexdigest()[:12]


def page(kept: dict[str, Any]) -> str:
    """Return ``docs/mutation.md``."""
    rows, lines, counts = [], [], []
    parts_of: dict[str, list[tuple[int, int, int]]] = {}
    for module in sorted(kept):
        found = kept[module]
        missed = found["survivors"]
        killed = found["killed"] + found["timeout"]
        planted = killed + len(missed)
        counts.append((killed, planted, found["of"]))
        parts_of.setdefault(PARTS[module.split("/")[0]], []).append(counts[-1])
        rows.append(
            f"| `{module}` | {planted} of {found['of']} | {killed} | {found['timeout']} | {len(missed)} | {_share(killed, planted)} |"
        )
        if missed:
            lines.append(f"- `{module}`: " + "; ".join(f"line {line}, {what}" for line, what in missed))
    noticed, planted, of = (sum(column) for column in zip(*counts, strict=True))
    rows.append(
        f"| all | {planted} of {of} | {noticed} | {sum(found['timeout'] for found in kept.values())} | {planted - noticed} | **{_share(noticed, planted)}** |"
    )
    absent = [module for module in modules() if module not in kept]
    about = (__doc__ or "").split("\n\n", 2)[2].strip()
    parts = [
        "# Mutation testing",
        ABOUT,
        _overall(counts),
        _by_part(parts_of),
        "| module | planted | noticed | of these by taking too long | not noticed | share |\n|---|---|---|---|---|---|\n"
        + "\n".join(rows),
        "## Not noticed",
        "\n".join(lines) or "None.",
        "## Not measured",
        ", ".join(f"`{module}`" for module in absent) or "Nothing.",
        "## How",
        about,
    ]
    return "\n\n".join(parts) + "\n"


def _overall(counts: list[tuple[int, int, int]]) -> str:
    """Say the share of all modules together: noticed, planted and possible mistakes of each are given."""
    from scipy.stats import binomtest

    noticed, planted, of = (sum(column) for column in zip(*counts, strict=True))
    interval = binomtest(noticed, planted).proportion_ci(method="wilson")
    return (
        f"Noticed: **{_share(noticed, planted)}** of {planted} planted mistakes (95 % interval {interval.low:.1%} to {interval.high:.1%}, Wilson; target {TARGET:.0%}), drawn from {of}. "
        f"Each module weighted with the mistakes that can be planted in it: {_weighted(counts):.1%}."
    )


def _by_part(parts: dict[str, list[tuple[int, int, int]]]) -> str:
    """Return a table of the shares of each part, in which modules that were sampled thinly count by what can be planted in them."""
    from scipy.stats import binomtest

    lines = [
        "| part | modules | planted | noticed | share | 95 % interval | weighted |",
        "|---|---|---|---|---|---|---|",
    ]
    for part, counts in sorted(parts.items()):
        noticed, planted, of = (sum(column) for column in zip(*counts, strict=True))
        if not planted:
            continue
        interval = binomtest(noticed, planted).proportion_ci(method="wilson")
        lines.append(
            f"| {part} | {len(counts)} | {planted} of {of} | {noticed} | {_share(noticed, planted)} | {interval.low:.1%} to {interval.high:.1%} | {_weighted(counts):.1%} |"
        )
    return "\n".join(lines)


def _weighted(counts: list[tuple[int, int, int]]) -> float:
    """Return the share of all mistakes that can be planted, as the samples estimate it: each module counts by its mistakes."""
    tried = [(killed / planted, of) for killed, planted, of in counts if planted]
    return sum(share * of for share, of in tried) / sum(of for _, of in tried)


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "–"


def main() -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(description="mutation testing")
    parser.add_argument("modules", nargs="*", help="below src/reprise; all if none is named")
    parser.add_argument("--most", type=int, default=MOST, help=f"mutants of one module ({MOST})")
    parser.add_argument("--page", action="store_true", help="only write the page")
    options = parser.parse_args()
    os.chdir(ROOT)
    kept = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    if not options.page:
        warm()
        together: dict[tuple[str, ...], list[str]] = {}
        for module in options.modules or modules():
            together.setdefault(tuple(tests_of(module)), []).append(module)
        for group in together.values():
            for module, found in measure(group, options.most):
                kept[module] = found
                KEPT.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n", encoding="utf-8")
                PAGE.write_text(page(kept), encoding="utf-8")
                noticed = found["killed"] + found["timeout"]
                print(f"{module}: {noticed} of {noticed + len(found['survivors'])} noticed", flush=True)
    PAGE.write_text(page(kept), encoding="utf-8")


if __name__ == "__main__":
    main()
