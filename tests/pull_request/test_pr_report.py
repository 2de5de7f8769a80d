"""The report of a change, on a small real DVC project: two stages, metrics in git, two branches."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from dvc.repo import Repo

from reprise import exits
from reprise.cli import app
from reprise.errors import BadParameter
from reprise.pull_request.base import Base
from reprise.pull_request.curves import curves
from reprise.pull_request.lock import stale_stages
from reprise.pull_request.report import report

NAMES = {"NAME": "test", "EMAIL": "test@example.org"}
ENVIRONMENT = os.environ | {
    f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in NAMES.items()
}
ENVIRONMENT |= {
    "DVC_NO_ANALYTICS": "1",
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
}
PIPELINE = """\
stages:
  model:
    cmd: python model.py
    deps: [model.py]
    params: [quality]
    outs: [model.txt]
  evaluate:
    cmd: python evaluate.py
    deps: [evaluate.py, model.txt]
    params: [leaks]
    metrics:
    - metrics/evaluate.json: {cache: false}
    - metrics/leakage.json: {cache: false}
    plots:
    - plots/evaluate: {cache: false}
"""
MODEL = "import re, pathlib\nvalue = re.search(r'quality: (.+)', open('params.yaml').read())[1]\npathlib.Path('model.txt').write_text(value)\n"
EVALUATE = """\
import json, pathlib, re
value = float(open('model.txt').read())
leaks = int(re.search(r'leaks: (.+)', open('params.yaml').read())[1])
for folder in ('metrics', 'plots/evaluate'):
    pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
entry = {'value': value, 'low': value - 0.1, 'high': value + 0.1}
json.dump({'headline': {'ami': entry}, 'selected_model': 'pca'}, open('metrics/evaluate.json', 'w'))
json.dump({'summary': {'leak': leaks}, 'stages_at_fault': {'model': leaks}}, open('metrics/leakage.json', 'w'))
rows = [f'{epoch}\\t{value / epoch}' for epoch in range(1, 5)]
open('plots/evaluate/training.tsv', 'w').write('\\n'.join(['epoch\\tvalidation_loss', *rows]) + '\\n')
"""


def call(folder: Path, *command: str) -> str:
    done = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def commit(folder: Path, message: str) -> None:
    call(folder, "git", "add", "-A")
    call(folder, "git", "commit", "-q", "-m", message)


def set_params(folder: Path, quality: float, leaks: int, dataset: str = "synthetic") -> None:
    (folder / "params.yaml").write_text(
        f"quality: {quality}\nleaks: {leaks}\ndataset: {dataset}\ndatasets:\n  synthetic:\n    tracks: 5\n  other:\n    tracks: 5\n",
        encoding="utf-8",
    )


@pytest.fixture(scope="module")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a project with the branches main, better, worse, leaky and other (worse, but on other data)."""
    folder = tmp_path_factory.mktemp("project")
    (folder / ".dvc").mkdir()
    (folder / ".dvc" / "config").write_text("[core]\n    analytics = false\n", encoding="utf-8")
    (folder / ".gitignore").write_text("/model.txt\n/.dvc/cache\n/.dvc/tmp\n", encoding="utf-8")
    for name, text in (("dvc.yaml", PIPELINE), ("model.py", MODEL), ("evaluate.py", EVALUATE)):
        (folder / name).write_text(text, encoding="utf-8")
    call(folder, "git", "init", "-q", "-b", "main")
    for branch, quality, leaks, dataset in (
        ("main", 0.5, 0, "synthetic"),
        ("worse", 0.3, 0, "synthetic"),
        ("leaky", 0.5, 2, "synthetic"),
        ("other", 0.3, 0, "other"),
        ("better", 0.55, 0, "synthetic"),
    ):
        if branch != "main":
            call(folder, "git", "checkout", "-q", "-B", branch, "main")
        set_params(folder, quality, leaks, dataset)
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(folder)
            patch.setenv("PATH", ENVIRONMENT["PATH"])
            with Repo() as repo:  # in this process, for DVC takes a second to import
                repo.reproduce()
        commit(folder, branch)
    return folder


@pytest.fixture
def clone(upstream: Path, tmp_path: Path) -> Path:
    """A shallow clone of one branch, without data and without the target branch, as a CI job has it."""
    folder = tmp_path / "clone"
    call(tmp_path, "git", "clone", "-q", "--depth", "1", "--branch", "better", upstream.as_uri(), str(folder))
    return folder


def checkout(clone: Path, branch: str) -> None:
    call(clone, "git", "fetch", "-q", "--depth", "1", "origin", f"{branch}:refs/remotes/origin/{branch}")
    call(clone, "git", "checkout", "-q", "-b", branch, f"origin/{branch}")


def test_nothing_speaks_against_a_change_that_is_true_and_no_worse(clone: Path) -> None:
    found = report(clone, "main")
    assert found.objections == []
    assert "Nothing speaks against it" in found.text
    assert (
        "| AMI with genre | 0.500 [0.400, 0.600] | 0.550 [0.450, 0.650] | within its interval |" in found.text
    )
    assert "| `quality` | 0.5 | 0.55 |" in found.text
    assert "`plots/evaluate/training.tsv` differ" in found.text
    assert "xychart-beta" in found.text
    assert "model --> evaluate" in found.text


@pytest.mark.parametrize(
    ("branch", "objection"),
    [
        ("worse", "AMI with genre fell from 0.500 [0.400, 0.600] to 0.300 [0.200, 0.400]"),
        ("leaky", "The audit found **2** leaks (stages at fault: `model`)"),
    ],
)
def test_what_is_worse_or_leaks_is_not_merged(clone: Path, branch: str, objection: str) -> None:
    checkout(clone, branch)
    found = report(clone, "main")
    assert [line for line in found.objections if objection in line], found.objections
    assert len(found.objections) == 1


def test_numbers_of_other_data_are_not_compared(clone: Path) -> None:
    checkout(clone, "other")
    found = report(clone, "main")
    assert found.objections == []
    assert "other data: not compared" in found.text


def test_a_number_that_is_gone_is_an_objection(clone: Path) -> None:
    (clone / "metrics" / "evaluate.json").write_text("{}", encoding="utf-8")
    (clone / "metrics" / "leakage.json").unlink()
    told = " ".join(report(clone, "main").objections)
    assert "AMI with genre is gone" in told
    assert "the audit did not run" in told
    assert "stale for `evaluate`" in told


LIES = (
    ("model.py", "import re", "import  re", "model", "changed: model.py"),
    ("params.yaml", "quality: 0.55", "quality: 0.6", "model", "changed parameters: quality"),
    ("dvc.yaml", "python evaluate.py", "python  evaluate.py", "evaluate", "another command"),
    ("dvc.yaml", "[evaluate.py, model.txt]", "[evaluate.py]", "evaluate", "other deps: model.txt"),
    ("metrics/evaluate.json", "0.55", "0.95", "evaluate", "in git, but not as on record"),
    ("plots/evaluate/training.tsv", "1", "2", "evaluate", "in git, but not as on record"),
    ("dvc.yaml", "  model:", "  renamed:", "renamed", "never ran"),
    ("dvc.yaml", "  model:", "  renamed:", "model", "dvc.yaml has no such stage"),
    (
        "dvc.lock",
        "path: model.txt\n      hash: md5\n      md5: ",
        "\\g<0>0",
        "evaluate",
        "changed: model.txt",
    ),
)
"""File, text and what takes its place; the stage that is then stale, and why."""


def test_a_lock_that_is_not_true_names_stage_and_cause(clone: Path) -> None:
    assert stale_stages(clone) == []
    for path, old, new, stage, why in LIES:
        true = (clone / path).read_text(encoding="utf-8")
        lie, count = re.subn(old if "\\g" in new else re.escape(old), new, true, count=1)
        assert count == 1, (path, old)
        (clone / path).write_text(lie, encoding="utf-8")
        found = stale_stages(clone)
        assert [item for item in found if item.stage == stage and why in item.why], (path, found)
        (clone / path).write_text(true, encoding="utf-8")


def test_a_revision_that_nobody_has_is_named(clone: Path) -> None:
    with pytest.raises(BadParameter, match="no revision 'nonsense'"):
        Base(clone, "nonsense")
    with pytest.raises(BadParameter):
        Base(clone, "--output=/tmp/x")


def test_the_command_writes_it_and_tells_the_verdict_by_its_status(clone: Path, tmp_path: Path) -> None:
    arguments = ["pr-report", "main", "--root", str(clone), "--out", str(tmp_path / "report.md")]
    log = tmp_path / "repro.log"
    beside = "train@b                  | Running stage 'train@b':\n"
    log.write_text(f"Running stage 'model':\n{beside}Stage 'x' is cached - skipping run\n", encoding="utf-8")
    assert exits.end(app, [*arguments, "--log", str(log)]) == exits.FINE
    written = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert "2 stages ran, 1 were restored" in written
    (clone / "metrics" / "leakage.json").write_text(json.dumps({"summary": {"leak": 1}}), encoding="utf-8")
    assert exits.end(app, arguments) == exits.WANTING


def test_curves_are_of_the_epochs_that_both_have() -> None:
    table = "epoch\tvalidation_loss\n" + "".join(f"{epoch}\t{epoch}\n" for epoch in range(1, 101))
    short = "epoch\tvalidation_loss\n1\t3\n2\t2\n3\t1\n"
    drawn = curves(table, short)
    assert '  x-axis "epoch" 1 --> 3' in drawn
    assert "  line [1, 2, 3]" in drawn
    assert curves(table, "epoch\tvalidation_loss\n") == []
    assert all(len(line) < 1000 for line in curves(table, table))
