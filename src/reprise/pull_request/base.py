"""The state of the project that a change is compared with: a git revision, which a shallow clone may have to fetch first."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from reprise.errors import BadParameter


class Base:
    """A git revision of the project.

    Parameters
    ----------
    root
        The project.
    revision
        A branch, tag or commit, as git spells it. A branch that this clone does not have is fetched from ``origin``, one commit deep.

    Raises
    ------
    BadParameter
        If there is no such revision, here or at ``origin``.
    """

    def __init__(self, root: Path, revision: str) -> None:
        self.root = root
        self.revision = revision
        self.commit = self._commit() or self._fetched()

    def read(self, path: str) -> bytes | None:
        """Return a file's content in that revision, ``None`` where it has none."""
        done = self._git("show", f"{self.commit}:{path}")
        return done.stdout if done.returncode == 0 else None

    def json(self, path: str) -> dict[str, Any] | None:
        """Return a JSON object, ``None`` where there is none."""
        content = self.read(path)
        return None if content is None else dict(json.loads(content))

    def yaml(self, path: str) -> dict[str, Any]:
        """Return a YAML mapping, empty where there is none."""
        content = self.read(path)
        return {} if content is None else dict(YAML(typ="safe").load(content))

    def changed(self, *paths: str) -> list[str]:
        """List the files under some paths whose content differs from that revision, files of neither side's git left out."""
        done = self._git("diff", "--name-only", "-z", self.commit, "--", *paths)
        return [name for name in done.stdout.decode("utf-8", "surrogateescape").split("\0") if name]

    def _commit(self) -> str:
        for name in (self.revision, f"origin/{self.revision}"):
            done = self._git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
            if done.returncode == 0:
                return done.stdout.decode().strip()
        return ""

    def _fetched(self) -> str:
        branch = self.revision.removeprefix("origin/")
        done = self._git("fetch", "--quiet", "--depth=1", "origin", f"+{branch}:refs/remotes/origin/{branch}")
        commit = self._commit() if done.returncode == 0 else ""
        if not commit:
            raise BadParameter(
                f"git knows no revision '{self.revision}', and origin has no such branch: name a branch, tag or commit "
                f"(git branch -a lists them); git said: {done.stderr.decode('utf-8', 'replace').strip()}"
            )
        return commit

    def _git(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(["git", *arguments], cwd=self.root, capture_output=True)
