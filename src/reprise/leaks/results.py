"""What was found so far, kept after every trial, so that a run that was stopped goes on where it was."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Results:
    """Outcomes on disk.

    Attributes
    ----------
    path
        A JSON file; made if absent.
    leaks
        Key of a leak to seed to layer to what that layer saw (empty: nothing); ``None`` where it could not be asked, which ``failed`` explains.
    clean
        Seed of a clean world to its alarms.
    facts
        What the page says about the worlds.
    """

    path: Path
    leaks: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    failed: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    clean: dict[str, list[str]] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> Results:
        """Read what is there."""
        return cls(path, **json.loads(path.read_text(encoding="utf-8"))) if path.exists() else cls(path)

    def save(self) -> None:
        """Write, whole or not at all."""
        content = {"leaks": self.leaks, "failed": self.failed, "clean": self.clean, "facts": self.facts}
        partial = self.path.with_suffix(".partial")
        partial.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        partial.replace(self.path)

    def missing(self, key: str, seed: int, layers: str) -> str:
        """Return the layers that were not asked yet."""
        known = self.leaks.get(key, {}).get(str(seed), {})
        return "".join(layer for layer in layers if layer not in known)

    def add(self, key: str, seed: int, seen: dict[str, str], failed: dict[str, str]) -> None:
        """Take an outcome in and save."""
        self.leaks.setdefault(key, {}).setdefault(str(seed), {}).update(seen)
        before = self.failed.setdefault(key, {}).setdefault(str(seed), {})
        for layer in seen:
            before.pop(layer, None)
        before.update(failed)
        self.save()
