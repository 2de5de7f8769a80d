from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

from reprise import exits, experiments
from reprise.check_cache import check
from reprise.cli import app

Run = Callable[..., str]


def report(folder: Path) -> str:
    return (folder / "data" / "report.txt").read_text(encoding="utf-8")


def test_an_experiment_of_a_dirty_tree_in_a_copy_uses_the_code_that_lies_here(
    project: Path, run: Run
) -> None:
    """The stage and the wrapper in DVC's copy have to be the copy's, not the installed package, and the workspace stays as it is."""
    assert report(project) == "0.3"
    toy = project / "src" / "reprise" / "toy.py"
    toy.write_text("FACTOR = 2\n", encoding="utf-8")  # not committed
    run(project, "dvc", "exp", "run", "--temp", "--name", "twice", "-S", "seed=20")
    assert report(project) == "0.3"
    assert toy.read_text(encoding="utf-8") == "FACTOR = 2\n"
    found = experiments.read(project)
    assert [one.name for one in found] == ["twice"]
    assert found[0].changed == {"seed": 20}
    assert found[0].figures["AMI with genre"].value == 1.2  # (0 + 1 + 2) * 2 * 20 / 100
    run(project, "dvc", "exp", "run", "--name", "here", "-S", "seed=30")
    assert report(project) == "1.8"
    assert [one.name for one in experiments.read(project)] == ["here", "twice"]


def test_experiments_are_listed_and_exported(project: Path, run: Run, tmp_path: Path) -> None:
    assert exits.end(app, ["experiments", "--root", str(project)]) == exits.FINE
    run(project, "dvc", "exp", "run", "--queue", "--name", "grid", "-S", "seed=40,50")
    run(project, "dvc", "exp", "run", "--run-all", "-j", "1")
    assert report(project) == "0.3"
    found = experiments.read(project)
    assert sorted(one.changed["seed"] for one in found) == [40, 50]
    table = experiments.table(found)
    assert "AMI with genre" in table
    assert "1.500 [1.400, 1.600]" in table
    assert "ARI with genre" not in table
    path = tmp_path / "experiments.csv"
    assert exits.end(app, ["experiments", "--root", str(project), "--csv", str(path)]) == exits.FINE
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert sorted(row["seed"] for row in rows) == ["40", "50"]
    assert sorted(row["AMI with genre value"] for row in rows) == ["1.2", "1.5"]


def test_a_second_clone_gets_everything_and_runs_nothing(project: Path, run: Run, tmp_path: Path) -> None:
    remote = tmp_path / "remote folder"
    run(project, "dvc", "remote", "add", "--local", "-d", "store", str(remote))
    run(project, "dvc", "push")
    clone = tmp_path / "clone"
    run(tmp_path, "git", "clone", "-q", str(project), str(clone))
    run(clone, "dvc", "remote", "add", "--local", "-d", "store", str(remote))
    said = run(clone, "dvc", "repro", "--pull", "--allow-missing")
    assert "Running stage" not in said
    run(clone, "dvc", "pull")
    assert report(clone) == "0.3"
    assert sorted(path.name for path in (clone / "data" / "made").iterdir()) == ["0.txt", "1.txt", "2.txt"]
    assert "Running stage" not in run(clone, "dvc", "repro")
    assert run(clone, "git", "status", "--porcelain") == ""
    params = clone / "params.yaml"
    params.write_text(params.read_text(encoding="utf-8").replace("seed: 10", "seed: 20"), encoding="utf-8")
    shutil.rmtree(clone / "data")
    shutil.rmtree(clone / ".dvc" / "cache")
    said = run(clone, "dvc", "repro", "--pull", "--allow-missing")
    assert said.count("Running stage") == 2
    assert report(clone) == "0.6"


def test_what_a_disk_spoiled_is_found_removed_and_made_again(project: Path, run: Run) -> None:
    """DVC believes a write-protected object: it would hand the spoiled bytes out as the result."""
    assert check(project, remove=False) == []
    cached = next(
        path
        for path in (project / ".dvc" / "cache" / "files").rglob("*")
        if path.is_file() and path.read_text() == "0.3"
    )
    cached.chmod(0o644)
    cached.write_text("9.9", encoding="utf-8")
    cached.chmod(0o444)
    (project / "data" / "report.txt").unlink()
    run(project, "dvc", "repro")
    assert report(project) == "9.9"  # this is why the command exists
    assert exits.end(app, ["check-cache", "--root", str(project)]) == exits.WANTING
    assert exits.end(app, ["check-cache", "--remove", "--root", str(project)]) == exits.WANTING
    run(project, "dvc", "repro")
    assert report(project) == "0.3"
    assert exits.end(app, ["check-cache", "--root", str(project)]) == exits.FINE
