"""A confined stage reaches what it declares and nothing else: one attack per test, each run as a stage of a small project."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from reprise import hermetic
from reprise.confine import landlock

needs_landlock = pytest.mark.skipif(not landlock.abi_version(), reason="this kernel has no Landlock")

ATTACKS = {
    "python_open": "open('labels.csv').read()",
    "numpy_fromfile": "import numpy; numpy.fromfile('labels.csv', 'u1')",
    "pandas_c": "import pandas; pandas.read_csv('labels.csv')",
    "arrow": "import pyarrow.csv; pyarrow.csv.read_csv('labels.csv')",
    "memory_map": "import pyarrow; pyarrow.memory_map('labels.csv').read()",
    "subprocess_cat": "import subprocess; subprocess.run(['cat', 'labels.csv'], check=True)",
    "ctypes_open": "import ctypes; assert ctypes.CDLL(None).open(b'labels.csv', 0) >= 0",
    "fresh_python": "import subprocess, sys; subprocess.run([sys.executable, '-c', 'open(\"labels.csv\")'], check=True)",
    "absolute_path": "import os; open(os.environ['DVC_ROOT'] + '/labels.csv')",
    "dot_dot": "open('declared/../labels.csv')",
    "symlink": "import os; os.symlink(os.path.abspath('labels.csv'), 'out/link'); open('out/link')",
    "list_root": "import os; os.listdir('.')",
    "glob_names": "import glob; assert glob.glob('*.csv')",
    "params_file": "open('params.yaml')",
    "dvc_file": "open('dvc.yaml')",
    "undeclared_module": "import reprise.secret",
    "undeclared_write": "open('elsewhere.txt', 'w')",
    "overwrite_dep": "open('declared/x.txt', 'w')",
    "rename_dep": "import os; os.rename('declared/x.txt', 'out/x.txt')",
    "outside_file": "open(OUTSIDE)",
    "tcp": "import socket; socket.create_connection(('127.0.0.1', PORT), timeout=2)",
    "environment": "import os; os.environ['SECRET_LABEL']",
    "undeclared_param": "from reprise.params import load; load().other",
    "proc_root": "import os; open(f'/proc/{os.getppid()}/root' + os.environ['DVC_ROOT'] + '/labels.csv')",
}
ALLOWED = {
    "reads_its_dep": "assert open('declared/x.txt').read() == 'x'",
    "sees_its_param": "from reprise.params import load; assert load().mine == 3",
    "imports_declared_code": "import reprise.helper",
    "has_a_private_home": "import os; assert os.listdir(os.environ['HOME']) == ['matplotlib']",
    "fixed_environment": "import os; assert (os.environ['PYTHONHASHSEED'], os.environ['OMP_NUM_THREADS'], os.environ['TZ']) == ('0', '1', 'UTC')",
    "writes_its_out": "import os; open('out/a.tmp', 'w').write('a'); os.rename('out/a.tmp', 'out/a')",
    "parallel_workers": "from joblib import Parallel, delayed; assert Parallel(n_jobs=2)(delayed(abs)(-i) for i in range(4)) == [0, 1, 2, 3]",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """A project whose stages are the attacks; each declares `declared/`, `src/reprise/helper.py` and the parameter `mine`."""
    folder = tmp_path_factory.mktemp("project")
    outside = tmp_path_factory.mktemp("outside") / "secret.txt"
    outside.write_text("secret")
    (folder / "declared").mkdir()
    (folder / "declared" / "x.txt").write_text("x")
    (folder / "labels.csv").write_text("id,label\n1,blues\n")
    for module in ("__init__", "params", "errors"):
        (folder / "src" / "reprise").mkdir(parents=True, exist_ok=True)
        (folder / "src" / "reprise" / f"{module}.py").write_text(
            (root / "src" / "reprise" / f"{module}.py").read_text()
        )
    (folder / "src" / "reprise" / "helper.py").write_text("VALUE = 1\n")
    (folder / "src" / "reprise" / "secret.py").write_text("VALUE = 1\n")
    (folder / "params.yaml").write_text((root / "params.yaml").read_text() + "\n")
    stages = ["stages:"]
    (folder / "stages").mkdir()
    for name, code in (ATTACKS | ALLOWED).items():
        code = code.replace("OUTSIDE", repr(str(outside))).replace("PORT", "9")
        (folder / "stages" / f"{name}.py").write_text(code + "\nopen('out/done', 'w').write('done')\n")
        stages.append(
            textwrap.indent(
                f"{name}:\n  cmd: python -m reprise.hermetic stages/{name}.py\n  deps: [stages/{name}.py, declared, src/reprise/helper.py,"
                f" src/reprise/params.py, src/reprise/errors.py]\n  params: [seed]\n  outs: [out_{name}]\n",
                "  ",
            ).replace(f"out_{name}", f"outs/{name}")
        )
    (folder / "dvc.yaml").write_text("\n".join(stages))
    environment = os.environ | {"DVC_NO_ANALYTICS": "1"}
    subprocess.run(
        [sys.executable, "-m", "dvc", "init", "--no-scm", "-q"], cwd=folder, check=True, env=environment
    )
    return folder


def attempt(project: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> tuple[int, Path]:
    """Run one stage with its own out folder reachable as `out`."""
    from argparse import Namespace

    from reprise.confine.view import StageView

    out = project / "outs" / name / "out"
    out.mkdir(parents=True, exist_ok=True)
    work = project
    link = work / "out"
    if link.is_symlink():
        link.unlink()
    link.symlink_to(out)
    monkeypatch.setenv("DVC_ROOT", str(project))
    monkeypatch.setenv("DVC_STAGE", name)
    monkeypatch.setenv("SECRET_LABEL", "blues")
    deps = [
        f"stages/{name}.py",
        "declared",
        "src/reprise/helper.py",
        "src/reprise/params.py",
        "src/reprise/errors.py",
    ]
    view = StageView(deps, [f"outs/{name}"], ["mine"])
    monkeypatch.setattr(hermetic, "read_yaml", lambda _path: {"mine": 3, "other": 4})
    options = Namespace(threads=1, network=False, script=f"stages/{name}.py", arguments=[])
    return hermetic.run(project, name, view, options), out / "done"


@needs_landlock
@pytest.mark.parametrize("name", ATTACKS)
def test_attack_is_stopped(
    name: str, project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    status, done = attempt(project, name, monkeypatch)
    assert status != 0
    assert not done.exists()
    assert "add the path to its deps or outs" in capfd.readouterr().err


@needs_landlock
@pytest.mark.parametrize("name", ALLOWED)
def test_declared_use_works(name: str, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    status, done = attempt(project, name, monkeypatch)
    assert status == 0
    assert done.exists()


def test_an_input_edited_while_the_stage_runs_fails_it(
    project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    helper = project / "src" / "reprise" / "helper.py"
    spawn = hermetic._spawn

    def edit_then_spawn(*arguments: object) -> int:
        os.utime(helper, (2**31, 2**31))
        return spawn(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(hermetic, "_spawn", edit_then_spawn)
    try:
        status, _ = attempt(project, "reads_its_dep", monkeypatch)
    finally:
        os.utime(helper, (1, 1))
    assert status == hermetic.EDITED
    assert "helper.py changed while the stage ran" in capfd.readouterr().err


def test_the_portable_guard_stops_python_reads(
    project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(landlock, "abi_version", lambda: 0)
    status, done = attempt(project, "python_open", monkeypatch)
    assert status != 0
    assert not done.exists()
    assert "weaker" in capfd.readouterr().err
    status, done = attempt(project, "reads_its_dep", monkeypatch)
    assert status == 0


def test_dvc_is_asked_once_for_all_stages(project: Path) -> None:
    from reprise.confine.view import stage_view

    view = stage_view(project, "arrow")
    assert view.outs == ["outs/arrow"]
    assert view.params == ["seed"]
    assert "declared" in view.deps
    assert list((project / ".dvc" / "tmp" / "reprise").glob("stages-*.json"))
