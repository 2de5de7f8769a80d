"""A copy of the project in which DVC runs again and again: imported once, each command in a forked child."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryFile

from reprise.errors import RepriseError
from reprise.replica import Replica

LAST = 40  # lines of a failure that are told
BROKEN = 70  # exit status of a child whose Python failed


class WarmReplica(Replica):
    """A `Replica` that spares the second and more that importing DVC takes; the commands and their results are the same."""

    environment: Mapping[str, str] = {}

    def dvc(self, *arguments: str) -> str:
        """Run a DVC command and return what it and its stages printed.

        Raises
        ------
        RepriseError
            If it fails; with its last lines.
        """
        status, said = self.tried(*arguments)
        if status:
            last = "\n".join(said.splitlines()[-LAST:])
            raise RepriseError(f"dvc {' '.join(arguments)} failed in {self.root}:\n{last}")
        return said

    def tried(self, *arguments: str) -> tuple[int, str]:
        """Run a DVC command; return its exit status and what was printed."""
        import dvc.cli
        import dvc.repo

        return self._forked(lambda: dvc.cli.main(list(arguments)))

    def record(self, paths: Iterable[str]) -> set[str]:
        """Make changed outs the result of their stages, as `Replica.record` does."""
        stages = self.owners(paths)

        def save() -> int:
            from dvc.repo import Repo

            with Repo() as repo, repo.lock:
                for name in sorted(stages):
                    for stage in repo.stage.collect(name):
                        stage.save(run_cache=False)
                        stage.commit()
                        stage.dump(update_pipeline=False)
            return 0

        status, said = self._forked(save)
        if status:
            raise RepriseError(f"{', '.join(sorted(stages))} in {self.root}: {said}")
        return stages

    def copy(self, target: Path) -> WarmReplica:
        """Copy it, as `Replica.copy` does."""
        return WarmReplica(super().copy(target).root, self.cache)

    def _forked(self, function: Callable[[], int]) -> tuple[int, str]:
        """Call a function in a child process that works in the copy; return its status and what was printed."""
        with TemporaryFile() as said:
            sys.stdout.flush()
            sys.stderr.flush()
            child = os.fork()
            if child == 0:
                status = BROKEN
                try:
                    for number in {
                        1,
                        2,
                        sys.stdout.fileno(),
                        sys.stderr.fileno(),
                    }:  # a test's capture has its own
                        os.dup2(said.fileno(), number)
                    self._enter()
                    status = function()
                except BaseException:  # noqa: BLE001 - of the child, which must not return into its parent's frames
                    traceback.print_exc()
                finally:
                    sys.stdout.flush()
                    sys.stderr.flush()
                    os._exit(status)
            _, code = os.waitpid(child, 0)
            said.seek(0)
            return os.waitstatus_to_exitcode(code), said.read().decode(errors="replace")

    def _enter(self) -> None:
        os.chdir(self.root)
        for name in ("DVC_STAGE", "DVC_ROOT"):
            os.environ.pop(name, None)
        os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        os.environ["PYTHONPATH"] = str(self.root / "src")
        os.environ["DVC_NO_ANALYTICS"] = "1"
        os.environ.update(self.environment)
