"""Which tests execute which lines of some modules, noted while they run once on the modules as they are."""

from __future__ import annotations

import functools
import gc
import os
import sys
import time
import types
from collections.abc import Collection, Generator
from pathlib import Path
from typing import Any

import pytest

LOADED, TORN_DOWN, FIXTURE = "loaded", "torn down", "fixture "


class Reached:
    """What the tests of a session execute of some modules.

    Parameters
    ----------
    modules
        The modules' names and files.

    Attributes
    ----------
    failed
        Names of tests that fail.
    """

    def __init__(self, modules: dict[str, Path]) -> None:
        self.modules = modules
        self.failed: list[str] = []
        self._contexts: dict[str, dict[int, list[str]]] = {}
        self._spent: dict[str, float] = {}
        self._kept: list[Any] = []

    def note(self, session: Any) -> None:
        """Run all tests of a session once, and keep what they execute and how long they take."""
        from coverage import Coverage

        os.environ["COVERAGE_CORE"] = "ctrace"  # the one that knows contexts
        include = [str(path) for path in self.modules.values()]
        watch = Coverage(data_file=None, include=include, config_file=False, messages=False)
        clock = _Clock(watch)
        session.config.pluginmanager.register(clock)
        watch.start()
        clock.turn(LOADED)
        for name, path in self.modules.items():  # once more, aside, to see what runs when it is loaded
            _load_aside(name, path)
        self._kept = _cached()
        for item, later in zip(session.items, [*session.items[1:], None], strict=True):
            self.forget()
            clock.turn(item.nodeid)
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=later)
        clock.turn("")
        watch.stop()
        session.config.pluginmanager.unregister(clock)
        data = watch.get_data()
        self._contexts = {name: data.contexts_by_lineno(str(path)) for name, path in self.modules.items()}
        self._spent, self.failed = clock.spent, clock.failed

    def forget(self) -> None:
        """Empty what `functools` keeps, so that no test lives on the calls of another."""
        for kept in self._kept:
            kept.cache_clear()

    def tests(self, items: Collection[Any], name: str, lines: Collection[int], seconds: float) -> list[Any]:
        """Return the tests that execute one of a module's lines, the quickest first, as many as fit into the time; one at least."""
        contexts = {context for line in lines for context in self._contexts[name].get(line, ())}
        everything = bool(contexts & {LOADED, TORN_DOWN, ""})
        chosen = [
            item
            for item in items
            if everything
            or item.nodeid in contexts
            or any(FIXTURE + fixture in contexts for fixture in item.fixturenames)
        ]
        chosen.sort(key=lambda item: self.seconds([item]))
        fit = [number for number in range(1, len(chosen) + 1) if self.seconds(chosen[:number]) <= seconds]
        return chosen[: max([1, *fit])]

    def seconds(self, items: Collection[Any]) -> float:
        """Return the processor time of these tests, with their fixtures."""
        fixtures = {FIXTURE + fixture for item in items for fixture in item.fixturenames}
        return sum(self._spent.get(key, 0.0) for key in [*fixtures, *(item.nodeid for item in items)])


class _Clock:
    """A plugin of pytest that tells coverage what runs, and adds up the processor time of each test and fixture."""

    def __init__(self, watch: Any) -> None:
        self._watch = watch
        self._now, self._since = LOADED, time.process_time()
        self.spent: dict[str, float] = {}
        self.failed: list[str] = []

    def turn(self, context: str) -> str:
        """Begin something else, and return what was."""
        moment = time.process_time()
        self.spent[self._now] = self.spent.get(self._now, 0.0) + moment - self._since
        before, self._now, self._since = self._now, context, moment
        self._watch.switch_context(context)
        return before

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Generator[None, Any, Any]:
        before = self.turn(FIXTURE + fixturedef.argname)
        try:
            return (yield)
        finally:
            self.turn(before)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self) -> Generator[None, Any, Any]:
        before = self.turn(TORN_DOWN)
        try:
            return (yield)
        finally:
            self.turn(before)

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed:
            self.failed.append(report.nodeid)


def _load_aside(name: str, path: Path) -> None:
    aside = types.ModuleType(name)
    aside.__file__ = str(path)
    loaded = sys.modules[name]
    sys.modules[name] = aside  # dataclasses look themselves up there
    try:
        exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), vars(aside))  # noqa: S102 (own code)
    finally:
        sys.modules[name] = loaded


def _cached() -> list[Any]:
    """Return the project's functions of which `functools` keeps what they returned."""
    found = [kept for kept in gc.get_objects() if type(kept) is functools._lru_cache_wrapper]
    return [kept for kept in found if str(kept.__module__).startswith(("reprise", "tests"))]
