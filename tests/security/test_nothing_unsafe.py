"""Nothing that runs code from data: no pickle, no unsafe yaml, no unpacking by name, no shell; every download is checked."""

from __future__ import annotations

import ast
import pickletools
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from reprise.datasets import discovery

PACKAGES = ("src", "stages", "benchmarks")
PICKLERS = {"pickle", "cPickle", "dill", "cloudpickle", "shelve", "marshal", "jsonpickle"}
UNSAFE = {"eval", "exec", "extractall", "unpack_archive", "full_load", "unsafe_load", "read_pickle", "to_pickle"}  # fmt: skip
TORCH = {"src/reprise/emotion/store.py"}
"""Writes ``av_regressor.pth`` beside its safetensors twin, which alone is read: other programs ask for that format."""
OWN_CODE = {"benchmarks/mutation.py", "benchmarks/reached.py"}
"""Run ``exec`` on mutants of the project's own code, and on that code: that is what they are for."""
CHECKED_INSIDE = {
    "gtzan_mini": "an archive that its server packs anew: every member has a SHA-256",
    "muljam": "files of pinned git commits: checked by their git object ids",
    "jamendolyrics": "files of a pinned git commit: checked by their git object ids",
}
"""Datasets of which a file has no checksum of its own, and what stands in for it."""


def code(root: Path) -> Iterator[tuple[str, ast.AST]]:
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            name = path.relative_to(root).as_posix()
            yield from ((name, node) for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def faults(name: str, node: ast.AST) -> Iterator[str]:
    """Yield what is unsafe about a node of the syntax tree."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names if alias.name.split(".")[0] in PICKLERS)
    elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in PICKLERS:
        yield str(node.module)
    elif isinstance(node, ast.ImportFrom) and node.module == "joblib":
        yield from (f"joblib.{alias.name}" for alias in node.names if alias.name in ("load", "dump"))
    elif isinstance(node, ast.Call):
        called = ast.unparse(node.func)
        last = called.rpartition(".")[2]
        given = {word.arg: ast.unparse(word.value) for word in node.keywords}
        if called == "exec" and name in OWN_CODE:
            return
        if called in UNSAFE | {"joblib.load", "joblib.dump"} or ("." in called and last in UNSAFE - {"eval"}):
            yield called
        if re.search(r"(tar|zip|archive)\w*\.extract$", called):
            yield called
        if given.get("allow_pickle", "False") != "False":
            yield f"{called}(allow_pickle={given['allow_pickle']})"
        if called == "torch.load" and given.get("weights_only") != "True":
            yield "torch.load without weights_only=True"
        if called == "torch.save" and name not in TORCH:
            yield "torch.save"
        if given.get("shell", "False") != "False" or called in ("os.system", "os.popen"):
            yield f"{called} with a shell"
        if called == "yaml.load" and not any(ast.unparse(argument) for argument in node.args):
            yield called
        if last == "YAML" and given.get("typ", "'rt'") not in ("'rt'", "'safe'"):
            yield f"YAML(typ={given['typ']})"
        if given.get("verify") == "False":
            yield f"{called} without certificates"


def test_no_code_path_runs_code_from_data(root: Path) -> None:
    found = [
        f"{name}:{getattr(node, 'lineno', 0)}: {what}"
        for name, node in code(root)
        for what in faults(name, node)
    ]
    assert found == []


@pytest.mark.parametrize(
    "text",
    [
        "import pickle", "from pickle import loads", "from joblib import load", "import joblib; joblib.load('x')",
        "np.load('x', allow_pickle=True)", "torch.load('x')", "torch.save(x, 'y')", "tar.extractall('/')", "archive.extract('x')",
        "subprocess.run('ls', shell=True)", "os.system('ls')", "YAML(typ='unsafe')", "eval('1')",
        "requests.get(url, verify=False)", "pd.read_pickle('x')", "shutil.unpack_archive('x')",
    ],
)  # fmt: skip
def test_each_unsafe_call_would_be_seen(text: str) -> None:
    assert [what for node in ast.walk(ast.parse(text)) for what in faults("x.py", node)]


def test_no_artefact_is_a_pickle(root: Path) -> None:
    """Look at every file of the last run: by its first bytes, and into zip files, which ``torch.save`` writes."""
    files = [
        path
        for folder in ("data", "metrics", "plots")
        for path in (root / folder).rglob("*")
        if path.is_file()
    ]
    if not (root / "data" / "models").is_dir():
        pytest.skip("nothing was computed here yet: run `dvc repro` first")
    pickled = [path.name for path in files if path.suffix != ".wav" and is_pickle(path)]
    assert set(pickled) <= {"av_regressor.pth"}


def test_the_one_file_for_other_programs_loads_weights_only(root: Path) -> None:
    path = root / "data" / "av_regressor" / "av_regressor.pth"
    if not path.exists():
        pytest.skip("nothing was computed here yet: run `dvc repro` first")
    import torch

    assert all(torch.is_tensor(value) for value in torch.load(path, weights_only=True).values())


def test_a_pickle_would_be_seen(tmp_path: Path) -> None:
    import pickle

    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        (tmp_path / "x").write_bytes(pickle.dumps({"a": [1]}, protocol=protocol))
        assert is_pickle(tmp_path / "x")
    (tmp_path / "x").write_bytes(b"\x80 no pickle")
    assert not is_pickle(tmp_path / "x")


def is_pickle(path: Path) -> bool:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return any(name.endswith(".pkl") for name in archive.namelist())
    with path.open("rb") as file:
        if file.read(1) != b"\x80":
            return False
        file.seek(0)
        try:
            return any(operation.name == "STOP" for operation, _, _ in pickletools.genops(file))
        except ValueError:
            return False


def test_every_download_is_encrypted_and_checked(root: Path) -> None:
    options = YAML(typ="safe").load(root / "params.yaml")["datasets"]
    unchecked = set()
    for name, given in options.items():
        for remote in discovery.find(name).files(given):
            assert remote.url.startswith("https://"), remote.url
            if remote.checksum is None:
                unchecked.add(name)
    assert unchecked == set(CHECKED_INSIDE)


def test_every_pinned_version_has_its_hash(root: Path) -> None:
    """``requirements.lock`` is made by ``make lock`` from ``requirements.txt`` and holds the same versions, each with hashes."""
    pinned = pins((root / "requirements.txt").read_text(encoding="utf-8"))
    lock = (root / "requirements.lock").read_text(encoding="utf-8")
    entries = [entry for entry in re.split(r"\n(?=[A-Za-z0-9])", lock) if pins(entry)]
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
    assert pinned - pins(lock) == set(), "run make lock"


def pins(text: str) -> set[tuple[str, str]]:
    found = re.findall(r"^([A-Za-z0-9._-]+)==([^\s;]+)", text, re.M)
    return {(re.sub(r"[-_.]+", "-", name.lower()), version) for name, version in found}
