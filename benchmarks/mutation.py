"""Plant mistakes in the losses, the evaluation and the audit, and count how many the tests notice.

    python benchmarks/mutation.py                       all modules (hours on two cores)
    python benchmarks/mutation.py models/losses.py      these modules alone; the page keeps the others' rows
    python benchmarks/mutation.py --page                the page from what was measured

A command of its own: the tests of a module are collected once, and each mutant is a fork of that process in which the mutated code takes the place of the module's and the tests run until
the first that fails. So a mutant costs what its tests cost, not ten seconds of imports; and the tests run in the project itself, which many of them read. Results are kept in
``benchmarks/mutation.json``, the page is ``docs/mutation.md``.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import importlib
import io
import json
import os
import resource
import signal
import sys
from pathlib import Path
from types import CodeType
from typing import Any

from mutants import mutants

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "reprise"
KEPT = ROOT / "benchmarks" / "mutation.json"
PAGE = ROOT / "docs" / "mutation.md"
FOLDERS = ("evaluation", "audit", "audit/checks", "audit/recompute")
TARGET = 0.85

ABOUT = """How many planted mistakes the tests notice. Made by `make mutation` (`python benchmarks/mutation.py`). What is planted: `benchmarks/mutants.py`. A mistake that changes
nothing (another number in a tolerance that is never met) cannot be noticed, so the share has an upper end below 1."""

PATIENCE = 5.0
"""A mutant may take this many times the processor time of the tests without a mistake, and ten seconds more; then it counts as noticed."""

TESTS = {
    "models/losses.py": ["models/test_losses.py"],
    "evaluation/agreement.py": ["evaluation/test_agreement.py", "evaluation/test_agreement_mutants.py"],
    "evaluation/disentanglement.py": [
        "evaluation/test_disentanglement.py",
        "evaluation/test_disentanglement_oracle.py",
    ],
    "evaluation/clusterings.py": ["evaluation/test_uncertainty.py"],
    "evaluation/units.py": ["evaluation/test_separation.py"],
    "evaluation/variance.py": ["evaluation/test_separation.py"],
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
    return [str(path) for path in own if path.exists()]


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
    module
        Below ``src/reprise``.
    """

    def __init__(self, module: str) -> None:
        self.name = "reprise." + module.removesuffix(".py").replace("/", ".")
        self.source = (PACKAGE / module).read_text(encoding="utf-8")
        self.module = module
        self.found: dict[str, Any] = {"sha256": digest(module), "killed": 0, "timeout": 0, "survivors": []}

    def pytest_runtestloop(self, session: Any) -> bool:
        """Take the place of the ordinary run."""
        importlib.import_module(self.name)
        outcome, spent = self._run(session, None, 600.0)
        if outcome != "survived":
            sys.exit(f"{self.module}: its tests fail without a mistake")
        for mutant in mutants(self.source):
            outcome, _ = self._run(session, compile(mutant.code, self.module, "exec"), PATIENCE * spent + 10)
            if outcome == "survived":
                self.found["survivors"].append([mutant.line, mutant.what])
                print(f"{self.module}:{mutant.line}: {mutant.what}: not noticed", file=sys.stderr, flush=True)
            else:
                self.found[outcome] += 1
        return True

    def _run(self, session: Any, code: CodeType | None, seconds: float) -> tuple[str, float]:
        """Run the tests in a fork, and say whether they noticed, and how many seconds of processor time it took."""
        child = os.fork()
        if child == 0:
            self._in_fork(session, code, seconds)
        _, status, usage = os.wait4(child, 0)
        spent = usage.ru_utime + usage.ru_stime
        if os.WIFSIGNALED(status):
            return ("timeout" if os.WTERMSIG(status) == signal.SIGXCPU else "killed"), spent
        return ("killed" if os.WEXITSTATUS(status) else "survived"), spent

    def _in_fork(self, session: Any, code: CodeType | None, seconds: float) -> None:
        status = 1
        try:
            used = resource.getrusage(resource.RUSAGE_SELF)
            limit = int(used.ru_utime + used.ru_stime + seconds) + 1
            resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            if code is not None:
                plant(self.name, code)
            for item, later in zip(session.items, [*session.items[1:], None], strict=True):
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=later)
                if session.testsfailed:
                    break
            status = bool(session.testsfailed)
        finally:
            os._exit(status)


def plant(name: str, code: CodeType) -> None:
    """Run mutated code in the place of a loaded module, also for those that have imported names from it."""
    module = sys.modules[name]
    before = dict(vars(module))
    exec(code, vars(module))  # noqa: S102 (a mutant of the own code)
    changed = {id(old): vars(module)[key] for key, old in before.items() if vars(module)[key] is not old}
    for other in list(sys.modules.values()):
        names = vars(other) if other is not None and other is not module else {}
        for key, value in list(names.items()):
            if id(value) in changed and getattr(value, "__module__", None) == name:
                names[key] = changed[id(value)]


def measure(module: str) -> dict[str, Any]:
    """Run the tests of a module on each of its mutants, in a fork that has loaded nothing of Reprise before."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        import pytest

        planter = Planter(module)
        options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
        options += ["-W", "ignore::pytest.PytestAssertRewriteWarning", "--capture=no"]
        with contextlib.redirect_stdout(io.StringIO()):
            status = pytest.main([*options, *tests_of(module)], plugins=[planter])
        os.write(writing, json.dumps(planter.found).encode())
        os._exit(int(status))
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        found = answer.read()
    if os.waitpid(child, 0)[1] or not found:
        sys.exit(f"{module}: not measured")
    measured: dict[str, Any] = json.loads(found)
    return measured


def digest(module: str) -> str:
    """Return what tells one version of a module from another."""
    return hashlib.sha256((PACKAGE / module).read_bytes()).hexdigest()[:12]


def page(kept: dict[str, Any]) -> str:
    """Return ``docs/mutation.md``."""
    rows, lines = [], []
    noticed = planted = 0
    for module in sorted(kept):
        found = kept[module]
        killed, total = (
            found["killed"] + found["timeout"],
            found["killed"] + found["timeout"] + len(found["survivors"]),
        )
        noticed, planted = noticed + killed, planted + total
        rows.append(
            f"| `{module}` | {total} | {killed} | {found['timeout']} | {len(found['survivors'])} | {_share(killed, total)} |"
        )
        if found["survivors"]:
            lines.append(
                f"- `{module}`: " + "; ".join(f"line {line}, {what}" for line, what in found["survivors"])
            )
    absent = [module for module in modules() if module not in kept]
    text = __doc__ or ""
    about = text.split("\n\n", 2)[2].strip()
    parts = [
        "# Mutation testing",
        ABOUT,
        "| module | planted | noticed | of these by taking too long | not noticed | share |\n|---|---|---|---|---|---|\n"
        + "\n".join(
            [
                *rows,
                f"| all | {planted} | {noticed} | | {planted - noticed} | **{_share(noticed, planted)}** (target {TARGET:.0%}) |",
            ]
        ),
        "## Not noticed",
        "\n".join(lines) or "None.",
        "## Not measured",
        ", ".join(f"`{module}`" for module in absent) or "Nothing.",
        "## How",
        about,
    ]
    return "\n\n".join(parts) + "\n"


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "–"


def main() -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(description="mutation testing")
    parser.add_argument("modules", nargs="*", help="below src/reprise; all if none is named")
    parser.add_argument("--page", action="store_true", help="only write the page")
    options = parser.parse_args()
    os.chdir(ROOT)
    kept = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    if not options.page:
        warm()
        for module in options.modules or modules():
            kept[module] = measure(module)
            KEPT.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n", encoding="utf-8")
            PAGE.write_text(page(kept), encoding="utf-8")
            found = kept[module]
            total = found["killed"] + found["timeout"] + len(found["survivors"])
            print(f"{module}: {found['killed'] + found['timeout']} of {total} noticed", flush=True)
    PAGE.write_text(page(kept), encoding="utf-8")


if __name__ == "__main__":
    main()
