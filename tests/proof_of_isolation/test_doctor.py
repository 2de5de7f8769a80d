"""The doctor sees what is wrong, and says what to do."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from reprise.confine import selftest
from reprise.confine.selftest import Force
from reprise.doctor import examine, files, main, unused
from reprise.machine import instruction_set
from reprise.surroundings import BAD, GOOD, NOTE, confinement, machine, versions


@dataclass
class Usage:
    free: int


@pytest.fixture
def project(root: Path, tmp_path: Path) -> Path:
    for name in ("params.yaml", "dvc.yaml", "dvc.lock", "requirements.txt"):
        shutil.copy(root / name, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize("name", ["dvc.lock", "dvc.yaml", "params.yaml"])
def test_the_marks_of_a_merge_are_found(name: str, project: Path) -> None:
    text = (project / name).read_text(encoding="utf-8")
    half = len(text) // 2
    torn = f"{text[:half]}\n<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> other\n{text[half:]}"
    (project / name).write_text(torn, encoding="utf-8")
    (remark,) = [remark for remark in files(project) if remark.level == BAD]
    assert remark.about == name
    assert "merge that is not finished" in remark.said
    assert "dvc repro" in remark.said or "reprise.wiring" in remark.said
    found = examine(project)  # must not fail on what cannot be read
    assert remark in found


def test_a_wrong_parameter_is_found(project: Path) -> None:
    text = (project / "params.yaml").read_text(encoding="utf-8")
    (project / "params.yaml").write_text(text.replace("\nmodel: conv_vae", "\nmodel: cvea"), encoding="utf-8")
    assert any(remark.level == BAD and "cvae" in remark.said for remark in files(project))


def test_another_version_and_a_missing_library_are_found(project: Path) -> None:
    (project / "requirements.txt").write_text(
        "# remark\nnumpy==0.1\nno-such-library==1.0\nold==1; python_version < '3'\n-e .\n"
    )
    (remark,) = [remark for remark in versions(project) if remark.about == "libraries"]
    assert remark.level == BAD
    assert "numpy" in remark.said
    assert "no-such-library is missing (==1.0)" in remark.said
    assert "old" not in remark.said.replace("no-such-library", "")


def test_this_machine_confines_as_it_says(root: Path) -> None:
    force = selftest.try_doors()
    assert force.refused == (force.abi > 0 or force.announced)
    assert force.seen == force.announced
    assert not any(remark.level == BAD for remark in confinement(root))


@pytest.mark.parametrize(
    ("force", "levels"),
    [
        (Force(7, True, True, True), [GOOD, GOOD, GOOD]),
        (Force(2, False, True, False), [GOOD, NOTE, NOTE]),
        (Force(0, True, True, True), [NOTE, GOOD, GOOD]),
        (Force(0, False, False, False), [NOTE, NOTE, NOTE]),
        (Force(7, True, False, False), [BAD, NOTE, GOOD]),
    ],
)
def test_what_each_kernel_gives(
    force: Force, levels: list[str], root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selftest, "try_doors", lambda: force)
    assert [remark.level for remark in confinement(root)] == levels


def test_little_memory_and_disk_are_notes(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reprise.machine.memory_gb", lambda: 1.0)
    monkeypatch.setattr("shutil.disk_usage", lambda _path: Usage(10**9))
    levels = {remark.about: remark.level for remark in machine(root)}
    assert (levels["machine"], levels["memory"], levels["disk"]) == (GOOD, NOTE, NOTE)


def test_results_of_another_instruction_set_are_announced(project: Path) -> None:
    assert "same bytes" not in {remark.about for remark in machine(project)}
    (project / "metrics").mkdir()
    (project / "metrics" / "environment.json").write_text(
        '{"instruction_set": {"x86-64-v1": ["features", "train"]}}'
    )
    (remark,) = [remark for remark in machine(project) if remark.about == "same bytes"]
    assert remark.level == NOTE
    assert "x86-64-v1" in remark.said


@pytest.mark.parametrize(
    ("flags", "level"),
    [
        ("sse4_1 sse4_2 ssse3 popcnt cx16 lahf_lm", "x86-64-v2"),
        ("sse4_1 sse4_2 ssse3 popcnt cx16 lahf_lm avx avx2 bmi1 bmi2 f16c fma movbe", "x86-64-v3"),
        ("avx avx2", "x86-64"),
    ],
)
def test_instruction_sets(flags: str, level: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    (tmp_path / "cpuinfo").write_text(f"processor: 0\nflags\t\t: {flags}\n")
    assert instruction_set(tmp_path / "cpuinfo") == level
    monkeypatch.setattr("platform.machine", lambda: "aarch64")
    assert instruction_set(tmp_path / "cpuinfo") == "aarch64"


def test_a_dep_too_many_is_listed(monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    from reprise.confine import opened

    stages = {"labels": {"data/splits/tracks.parquet": False, "stages/labels.py": True}}
    monkeypatch.setattr(opened, "accounts", lambda _root, _stages: stages)
    (remark,) = unused(root)
    assert remark.said == "declared but never opened: data/splits/tracks.parquet"


def test_the_command(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = main([str(root)])
    said = capsys.readouterr().out
    assert said.strip().endswith("ready" if status == 0 else "problems")
    assert "confinement" in said
