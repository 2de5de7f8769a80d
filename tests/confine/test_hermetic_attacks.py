"""A confined stage reaches what it declares and nothing else, and cannot hide that it tried: one attack per test, each swallowed by the stage."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from textwrap import indent
from typing import Any

import pytest

pytestmark = [pytest.mark.xdist_group("attacks"), pytest.mark.usefixtures("_landlock", "_watched")]

LEFTOVER = f"reprise-test-{os.getpid()}"
ATTACKS = {
    "python_open": ("open('labels.csv').read()", "read labels.csv"),
    "absolute_path": ("open(os.environ['DVC_ROOT'] + '/labels.csv')", "read labels.csv"),
    "dot_dot": ("open('declared/../labels.csv')", "read labels.csv"),
    "relative_to_a_folder": ("os.open('labels.csv', 0, dir_fd=os.open('.', os.O_PATH))", "read labels.csv"),
    "other_current_folder": ("os.chdir('data'); open('labels/test/labels.parquet')", "read data/labels/test/labels.parquet"),
    "link": ("os.symlink(os.path.abspath('labels.csv'), 'outs/link/l'); open('outs/link/l')", "read labels.csv"),
    "hard_link": ("os.link('labels.csv', 'outs/hard_link/l')", "read labels.csv"),
    "through_proc": ("open('/proc/self/cwd/labels.csv')", "read labels.csv"),
    "through_the_parents_root": ("open(f'/proc/{os.getppid()}/root' + os.environ['DVC_ROOT'] + '/labels.csv')", "read labels.csv"),
    "subprocess_cat": ("import subprocess; subprocess.run(['cat', 'labels.csv'], check=True)", "read labels.csv"),
    "list_root": ("os.listdir('.')", "list the project folder"),
    "glob_names": ("import glob; assert glob.glob('data/labels/*')", "list data/labels"),
    "other_stages_out": ("open('data/labels/test/labels.parquet')", "read data/labels/test/labels.parquet"),
    "params_file": ("open('params.yaml')", "read params.yaml (declare the parameters"),
    "dvc_file": ("open('dvc.yaml')", "read dvc.yaml (no stage may)"),
    "dvc_config": ("open('.dvc/config')", "read .dvc/config (no stage may)"),
    "dvc_cache": ("os.listdir('.dvc/tmp')", "list .dvc/tmp (no stage may)"),
    "undeclared_module": ("import reprise.secret", "read src/reprise/secret.py (python -m reprise.wiring --write"),
    "undeclared_write": ("open('elsewhere.txt', 'w')", "write elsewhere.txt"),
    "undeclared_folder": ("os.mkdir('data/new')", "make data/new"),
    "overwrite_dep": ("open('declared/x.txt', 'w')", "write declared/x.txt"),
    "truncate_dep": ("os.truncate('declared/x.txt', 0)", "write declared/x.txt"),
    "rename_dep": ("os.rename('declared/x.txt', 'outs/rename_dep/x.txt')", "remove declared/x.txt"),
    "remove_dep": ("os.unlink('declared/x.txt')", "remove declared/x.txt"),
    "replace_another_file": ("open('outs/replace_another_file/t', 'w'); os.replace('outs/replace_another_file/t', 'labels.csv')", "put labels.csv"),
    "run_a_script": ("import subprocess; subprocess.run(['./labels.csv'])", "read labels.csv"),
    "tcp": ("import socket; socket.create_connection(('127.0.0.1', 9), timeout=2)", "network: 127.0.0.1 port 9"),
    "tcp6": ("import socket; socket.create_connection(('::1', 9), timeout=2)", "network: ::1 port 9"),
    "udp": ("import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))", "network: by datagrams"),
    "name_lookup": ("import socket; socket.getaddrinfo('example.org', 80)", "network: by datagrams"),
    "shared_memory_left_behind": (f"open('/dev/shm/{LEFTOVER}')", f"read /dev/shm/{LEFTOVER}, which another process left there"),
}  # fmt: skip
ALLOWED = {
    "reads_its_dep": "assert open('declared/x.txt').read() == 'x'",
    "sees_its_param": "from reprise.params import load; assert load().seed == 0",
    "has_a_private_home": "assert os.listdir(os.environ['HOME']) == ['matplotlib']",
    "fixed_environment": "assert [os.environ[k] for k in ('PYTHONHASHSEED', 'OMP_NUM_THREADS', 'TZ')] == ['0', '1', 'UTC']",
    "writes_its_out": "open('outs/writes_its_out/a.tmp', 'w').write('a'); os.rename('outs/writes_its_out/a.tmp', 'outs/writes_its_out/a')",
    "makes_what_exists": "os.makedirs('outs/makes_what_exists', exist_ok=True)",
    "probes_for_what_is_not_there": "assert not os.path.exists('nothing.csv')\ntry: open('nothing.csv')\nexcept FileNotFoundError: pass",
    "parallel_workers": "from joblib import Parallel, delayed; assert Parallel(n_jobs=2)(delayed(abs)(-i) for i in range(4)) == [0, 1, 2, 3]",
    "shares_memory": "from multiprocessing.shared_memory import SharedMemory; m = SharedMemory(create=True, size=8); m.close(); m.unlink()",
    "private_temporary_files": "import tempfile; tempfile.TemporaryFile().write(b'x'); tempfile.NamedTemporaryFile().write(b'x')",
    "loopback_socket_without_connecting": "import socket; socket.socket().close()",
    "devices": "open('/dev/null', 'w').write('x'); open('/dev/stderr', 'w').write('')",
}
EXCEPTION = {
    "environment": ("os.environ['SECRET_LABEL']", "KeyError"),
    "undeclared_param": ("from reprise.params import load; load().model", "add '- model' under its params in dvc.yaml"),
    "outside_file": ("open(OUTSIDE)", "refused outside the project: OUTSIDE"),
    "io_uring": ("import ctypes; assert ctypes.CDLL(None).syscall(425, 2, ctypes.create_string_buffer(120)) >= 0", "AssertionError"),
    "leftover_in_tmp": (f"open('/tmp/{LEFTOVER}')", f"refused outside the project: /tmp/{LEFTOVER}"),
}  # fmt: skip


def swallowed(code: str) -> str:
    return f"try:\n{indent(code, '    ')}\nexcept Exception as error:\n    print('swallowed', error)"


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("outside") / "secret.txt"
    path.write_text("secret")
    return path


@pytest.fixture(scope="module")
def project(make: Any, outside: Path) -> Iterator[Any]:
    leftovers = [Path("/dev/shm", LEFTOVER), Path("/tmp", LEFTOVER)]
    for path in leftovers:
        path.write_text("secret")
    stages = {name: swallowed(code) for name, (code, _) in ATTACKS.items()} | ALLOWED
    stages |= {name: code.replace("OUTSIDE", repr(str(outside))) for name, (code, _) in EXCEPTION.items()}
    yield make(stages)
    for path in leftovers:
        path.unlink()


@pytest.mark.parametrize("name", ATTACKS)
def test_a_swallowed_refusal_fails_the_stage(name: str, project: Any) -> None:
    done = project.run(name)
    assert project.finished(name), "the stage should have swallowed it"
    assert done.returncode == 5, done.stdout + done.stderr
    assert f"{name}: reached for what dvc.yaml does not declare" in done.stderr
    assert f"  {ATTACKS[name][1]}" in done.stderr
    assert (project.root / "declared" / "x.txt").read_text() == "x"
    assert (project.root / "labels.csv").read_text().startswith("id")


def test_the_lines_to_add_are_printed(project: Any) -> None:
    lines = "\n  other_stages_out:\n    deps:\n    - data/labels/test/labels.parquet\n"
    assert lines in project.run("other_stages_out").stderr
    said = project.run("undeclared_write").stderr
    assert "\n  undeclared_write:\n    outs:\n    - elsewhere.txt\n" in said
    at = (project.root / "dvc.yaml").read_text().splitlines().index("  undeclared_write:") + 1
    assert f"in dvc.yaml (line {at}, deps in line {at + 2}, outs in line {at + 4}):" in said


def test_which_instruction_set_made_a_result_is_kept(project: Any) -> None:
    from reprise.confine.made_by import recorded
    from reprise.machine import instruction_set

    assert project.run("devices").returncode == 0
    assert project.run("undeclared_write").returncode != 0
    assert recorded(project.root).items() >= {"devices": instruction_set()}.items()
    assert "undeclared_write" not in recorded(project.root)


def test_stages_that_end_at_the_same_moment_are_all_on_record(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from reprise.confine.made_by import record, recorded

    names = [f"stage@{number}" for number in range(24)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: record(tmp_path, name), names))
    assert sorted(recorded(tmp_path)) == sorted(names)


@pytest.mark.parametrize("name", ALLOWED)
def test_declared_use_works(name: str, project: Any) -> None:
    done = project.run(name)
    assert done.returncode == 0, done.stderr
    assert project.finished(name)


@pytest.mark.parametrize("name", EXCEPTION)
def test_what_is_not_there_for_a_stage_is_an_error_in_it(name: str, project: Any, outside: Path) -> None:
    done = project.run(name)
    assert done.returncode == 1
    assert not project.finished(name)
    assert EXCEPTION[name][1].replace("OUTSIDE", str(outside)) in done.stderr


def test_with_the_network_open_a_stage_connects(project: Any) -> None:
    done: subprocess.CompletedProcess[str] = project.run("tcp", "--network")
    assert done.returncode == 0, done.stderr
    assert "Connection refused" in done.stdout  # nobody listens, but it was let through
