"""A small computed copy of the project in which faults are injected: broken, run again, and compared byte by byte."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psutil
from ruamel.yaml import YAML

from reprise.confine.view import read_yaml
from reprise.replica import make
from reprise.small_world import keep_models, shrink

ROOT = Path(__file__).resolve().parents[1]
MODELS = ("pca", "conv_vae", "cvae")
TRACKS = 4
FACTORS = {"factor_probe": 30, "factor_levels": 3}
LONGEST = 900.0  # seconds that one run may take on a machine that does other work as well
CUT_OFF = "cut off while DVC wrote it"  # what `reprise run` says of a record that it mended
USUAL = 4.0  # seconds of a stage that was not timed
PLACE = Path("world")
CONFIG = "[core]\n    no_scm = true\n    analytics = false\n"


class World:
    """The copy, its pristine twin, and what an undisturbed run made of it.

    Parameters
    ----------
    folder
        Holds the world, its twin and its records.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = folder / PLACE
        self.twin = folder / "twin"
        self.lock = b""
        # of the lock, which takes seconds to read and is the same before every fault
        self.stages: dict[str, Any] = {}
        self.files: dict[str, str] = {}
        self.seconds: dict[str, float] = {}

    def build(self) -> None:
        """Make and compute it, or take up what an earlier call made."""
        record = self.folder / "undisturbed.json"
        if not record.exists():
            make(ROOT, self.root, self.root / ".dvc" / "cache")
            (self.root / ".dvc" / "config.local").write_text(CONFIG, encoding="utf-8")
            shrink(self.root, TRACKS)
            _fewer_factors(self.root / "params.yaml")
            keep_models(self.root, MODELS)
            seconds = self._first_run()
            shutil.rmtree(self.twin, ignore_errors=True)
            shutil.copytree(self.root, self.twin, symlinks=True)
            self.stages = read_yaml(self.twin / "dvc.lock")["stages"]
            record.write_text(json.dumps({"files": self.contents(), "seconds": seconds}), encoding="utf-8")
        kept = json.loads(record.read_text(encoding="utf-8"))
        self.stages = read_yaml(self.twin / "dvc.lock")["stages"]
        self.files = kept["files"]
        self.seconds = dict.fromkeys(self.stages, USUAL) | kept["seconds"]
        self.lock = (self.twin / "dvc.lock").read_bytes()
        self.renew()

    def renew(self) -> None:
        """Put the pristine copy back."""
        shutil.rmtree(self.root, ignore_errors=True)
        shutil.copytree(self.twin, self.root, symlinks=True)

    def _first_run(self) -> dict[str, float]:
        """Run everything, undisturbed; return the seconds of each stage."""
        process = self.start(["dvc", "repro"], stdout=subprocess.PIPE)
        assert process.stdout is not None
        marks = []
        for line in process.stdout:
            found = re.match(r"Running stage '(.+)'", line.decode("utf-8", "replace"))
            if found:
                marks.append((found[1], time.monotonic()))
        if process.wait():
            sys.exit(f"the undisturbed run failed: see {self.root}")
        ends = [mark for _, mark in marks[1:]] + [time.monotonic()]
        return {name: end - begin for (name, begin), end in zip(marks, ends, strict=True)}

    def start(
        self,
        command: list[str],
        environment: Mapping[str, str] | None = None,
        stdout: int = subprocess.DEVNULL,
    ) -> subprocess.Popen[bytes]:
        """Start a command in the world, as the leader of a process group of its own."""
        return subprocess.Popen(
            command,
            cwd=self.root,
            env=usual_environment() if environment is None else environment,
            stdout=stdout,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def run(self, command: list[str], environment: Mapping[str, str] | None = None) -> tuple[int, str]:
        """Run a command to its end; return its status and what it said."""
        process = self.start(command, environment, stdout=subprocess.PIPE)
        said, _ = process.communicate(timeout=LONGEST)
        return process.returncode, said.decode("utf-8", "replace")

    def outs(self, stage: str | None = None) -> list[Path]:
        """Return the outs of a stage, or of all, that are kept in the cache or in git."""
        chosen = self.stages.values() if stage is None else [self.stages[stage]]
        return [self.root / out["path"] for entry in chosen for out in entry.get("outs", ())]

    def contents(self) -> dict[str, str]:
        """Hash every file of every out as it lies there, whatever DVC believes about it."""
        return {
            path.relative_to(self.root).as_posix(): hashlib.md5(
                path.read_bytes(), usedforsecurity=False
            ).hexdigest()
            for out in self.outs()
            for path in _files(out)
        }

    def forget(self, stage: str) -> None:
        """Take away what a stage made: its outs, their objects in the cache, and the record of its run, so that it has to run."""
        objects = self.objects()
        shared = {digest for path, digest in objects.items() if path[0] != stage}
        for out in self.outs(stage):
            remove(out)
        for (owner, _), digest in objects.items():
            if owner == stage and digest not in shared:
                self.cached(digest).unlink(missing_ok=True)
        shutil.rmtree(self.root / ".dvc" / "cache" / "runs", ignore_errors=True)

    def objects(self) -> dict[tuple[str, str], str]:
        """Return the cache's objects of every out (of a folder: its list, and its files), by stage and path."""
        found: dict[tuple[str, str], str] = {}
        for name, entry in self.stages.items():
            for out in entry.get("outs", ()):
                found[name, out["path"]] = out["md5"]
                listed = self.cached(out["md5"])
                if out["md5"].endswith(".dir") and listed.exists():
                    inner = json.loads(listed.read_text(encoding="utf-8"))
                    found |= {(name, f"{out['path']}/{one['relpath']}"): one["md5"] for one in inner}
        return found

    def cached(self, digest: str) -> Path:
        """Return where the cache keeps an object."""
        return self.root / ".dvc" / "cache" / "files" / "md5" / digest[:2] / digest[2:]

    def processes(self) -> list[psutil.Process]:
        """Return the processes that work in the world."""
        found = []
        for process in psutil.process_iter(["cwd"]):
            cwd = process.info["cwd"] or ""
            if cwd == str(self.root) and process.pid != os.getpid():
                found.append(process)
        return found

    def verdict(self) -> tuple[str, str]:
        """Run ``dvc repro`` once more, undisturbed; where DVC cannot read its own records, ``reprise run``, which mends them.

        Returns
        -------
        tuple of str
            What is wrong afterwards, and why ``reprise run`` was needed; empty: nothing, and it was not.
        """
        status, said = self.run(["dvc", "repro"])
        mended = ""
        if status:
            mended = " / ".join(said.strip().splitlines()[-3:])
            status, said = self.run([sys.executable, "-m", "reprise.cli", "run"], self.own_code())
        if status or (mended and CUT_OFF not in said):  # a second try that merely went well mends nothing
            return "the next run fails: " + " / ".join(said.strip().splitlines()[-3:]), ""
        return self._difference(), mended

    def own_code(self) -> dict[str, str]:
        """Return the environment in which the world's own code is imported."""
        return usual_environment(PYTHONPATH=str(self.root / "src"))

    def _difference(self) -> str:
        if (self.root / "dvc.lock").read_bytes() != self.lock:
            return "another dvc.lock"
        found = self.contents()
        if found != self.files:
            different = sorted(
                path for path in found.keys() | self.files.keys() if found.get(path) != self.files.get(path)
            )
            return f"other bytes in {', '.join(different[:3])}"
        return ""


def usual_environment(**more: str) -> dict[str, str]:
    """Return the environment of an undisturbed run: this interpreter first, no analytics."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    kept = {
        key: value for key, value in os.environ.items() if key not in ("DVC_STAGE", "DVC_ROOT", "PYTHONPATH")
    }
    return kept | {"PATH": path, "DVC_NO_ANALYTICS": "1"} | more


def remove(path: Path) -> None:
    """Remove a file or folder."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _files(out: Path) -> Iterator[Path]:
    if out.is_dir():
        yield from (path for path in sorted(out.rglob("*")) if path.is_file())
    elif out.exists():
        yield out


def _fewer_factors(file: Path) -> None:
    yaml = YAML()
    params = yaml.load(file)
    params["datasets"]["synthetic"].update(FACTORS)
    yaml.dump(params, file)
