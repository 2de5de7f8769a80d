"""Every way of reading a file that the installed libraries offer: works on declared files, is refused and noticed on others.

One stage tries them all, twice: on a declared file, and on an undeclared copy, swallowing whatever happens.
"""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from textwrap import indent
from typing import Any

import pytest

pytestmark = [
    pytest.mark.xdist_group("readers"),
    pytest.mark.usefixtures("_landlock", "_watched"),
    pytest.mark.slow,
]

READERS = {  # what to import, kind of file, code that reads the path p
    "open": ("", "csv", "open(p, 'rb').read()"),
    "os_open": ("", "csv", "os.read(os.open(p, os.O_RDONLY), 9)"),
    "mmap": ("mmap", "csv", "mmap.mmap(os.open(p, os.O_RDONLY), 0, prot=mmap.PROT_READ)[:4]"),
    "copy_file_range": ("", "csv", "os.copy_file_range(os.open(p, 0), os.open(out + '/copy', os.O_CREAT | os.O_WRONLY), 4)"),
    "numpy_load": ("numpy", "npy", "numpy.load(p)"),
    "numpy_load_mmap": ("numpy", "npy", "numpy.load(p, mmap_mode='r')[0]"),
    "numpy_memmap": ("numpy", "npy", "numpy.memmap(p, 'u1', 'r')[0]"),
    "numpy_fromfile": ("numpy", "npy", "numpy.fromfile(p, 'u1')"),
    "numpy_loadtxt": ("numpy", "csv", "numpy.loadtxt(p, dtype=str)"),
    "joblib": ("joblib", "joblib", "joblib.load(p)"),
    "joblib_mmap": ("joblib", "joblib", "joblib.load(p, mmap_mode='r')"),
    "pandas_csv_c": ("pandas", "csv", "pandas.read_csv(p)"),
    "pandas_csv_arrow": ("pandas", "csv", "pandas.read_csv(p, engine='pyarrow')"),
    "pandas_parquet": ("pandas", "parquet", "pandas.read_parquet(p)"),
    "arrow_parquet": ("pyarrow.parquet", "parquet", "pyarrow.parquet.read_table(p)"),
    "arrow_dataset": ("pyarrow.dataset", "parquet", "pyarrow.dataset.dataset(p).to_table()"),
    "arrow_memory_map": ("pyarrow", "csv", "pyarrow.memory_map(p).read()"),
    "arrow_os_file": ("pyarrow", "csv", "pyarrow.OSFile(p).read()"),
    "arrow_csv": ("pyarrow.csv", "csv", "pyarrow.csv.read_csv(p)"),
    "arrow_file_system": ("pyarrow.fs", "csv", "pyarrow.fs.LocalFileSystem().open_input_file(p).read()"),
    "soundfile_wav": ("soundfile", "wav", "soundfile.read(p)"),
    "soundfile_flac": ("soundfile", "flac", "soundfile.read(p)"),
    "scipy_wav": ("scipy.io.wavfile", "wav", "scipy.io.wavfile.read(p)"),
    "safetensors_open": ("safetensors", "safetensors", "safetensors.safe_open(p, 'np').get_tensor('a')"),
    "safetensors_load": ("safetensors.torch", "safetensors", "safetensors.torch.load_file(p)"),
    "torch_load": ("torch", "pt", "torch.load(p)"),
    "torch_load_mmap": ("torch", "pt", "torch.load(p, mmap=True)"),
    "torch_from_file": ("torch", "npy", "torch.from_file(p, size=1, dtype=torch.uint8)"),
    "torch_data_loader": ("torch.utils.data", "csv", "next(iter(torch.utils.data.DataLoader([p], num_workers=1, collate_fn=read_all)))"),
    "tokenizers": ("tokenizers", "json", "tokenizers.Tokenizer.from_file(p)"),
    "sqlite": ("sqlite3", "sqlite", "sqlite3.connect(f'file:{p}?mode=ro', uri=True).execute('select * from t').fetchall()"),
    "pillow": ("PIL.Image", "png", "PIL.Image.open(p).load()"),
    "zip": ("zipfile", "zip", "zipfile.ZipFile(p).read('a')"),
    "ctypes_open": ("ctypes", "csv", "check(ctypes.CDLL(None).open(p.encode(), 0))"),
    "ctypes_fopen": ("ctypes", "csv", "f = ctypes.CDLL(None).fopen; f.restype = ctypes.c_void_p; assert f(p.encode(), b'r')"),
    "raw_system_call": ("ctypes", "csv", "check(ctypes.CDLL(None).syscall(OPENAT, -100, p.encode(), 0))"),
    "raw_openat2": ("ctypes", "csv", "check(ctypes.CDLL(None).syscall(437, -100, p.encode(), ctypes.create_string_buffer(24), 24))"),
    "cat": ("subprocess", "csv", "subprocess.run(['cat', p], check=True, capture_output=True)"),
    "shell": ("", "csv", "check(-os.system(f'read line < {p}'))"),
    "fresh_python": ("subprocess", "csv", "subprocess.run([sys.executable, '-c', f'open({p!r})'], check=True, capture_output=True)"),
    "forked_pool": ("multiprocessing", "csv", "multiprocessing.get_context('fork').Pool(1).map(read, [p])"),
    "joblib_worker": ("joblib", "csv", "joblib.Parallel(2)([joblib.delayed(open_and_close)(p)])"),
    "thread": ("concurrent.futures", "csv", "concurrent.futures.ThreadPoolExecutor(1).submit(read, p).result()"),
    "linecache": ("tokenize", "py", "tokenize.open(p)"),
    "import_from_file": ("runpy", "py", "runpy.run_path(p)"),
    "list_folder": ("", "folder", "os.listdir(p)"),
    "scan_folder": ("", "folder", "list(os.scandir(p))"),
    "glob": ("glob", "folder", "check(len(glob.glob(p + '/*')) - 1)"),
    "path_glob": ("pathlib", "folder", "check(len(list(pathlib.Path(p).glob('*'))) - 1)"),
}  # fmt: skip
SCRIPT = """
import json, platform, sys
from importlib import import_module
from importlib.util import find_spec

OPENAT = {"x86_64": 257, "aarch64": 56}[platform.machine()]
out = "outs/readers"

def check(value):
    assert value >= 0

def read(p):
    return open(p).read()

def read_all(paths):
    return [read(p) for p in paths]

def open_and_close(p):
    import os
    os.close(os.open(p, os.O_RDONLY))

def attempt(code, p):
    try:
        exec(code, globals() | {"p": p})
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "read"

def main():
    said = {}
    for name, (module, kind, code) in json.load(open("declared/readers.json")).items():
        if module and find_spec(module.split(".")[0]) is None:
            continue
        if module:
            globals()[module.split(".")[0]] = import_module(module.split(".")[0])
            import_module(module)
        said[name] = [attempt(code, f"{folder}/{name}/f.{kind}") for folder in ("declared", "undeclared")]
    json.dump(said, open(f"{out}/said.json", "w"))

if __name__ == "__main__":
    main()
"""


def write(path: Path, kind: str) -> None:
    """Write a small valid file of a kind."""
    import joblib
    import numpy as np
    import pandas as pd
    import soundfile

    table = pd.DataFrame({"id": [1], "label": ["blues"]})
    samples = np.zeros(100, dtype=np.float32)
    if kind == "folder":
        path.mkdir()
        (path / "a").write_text("a")
    elif kind == "npy":
        np.save(path, np.arange(3))
    elif kind == "joblib":
        joblib.dump(np.arange(3), path)
    elif kind == "parquet":
        table.to_parquet(path)
    elif kind in ("wav", "flac"):
        soundfile.write(path, samples, 8000)
    elif kind in ("safetensors", "pt"):
        import torch
        from safetensors.torch import save_file

        tensors = {"a": torch.zeros(2)}
        save_file(tensors, path) if kind == "safetensors" else torch.save(tensors, path)
    elif kind == "json":
        from tokenizers import Tokenizer, models

        Tokenizer(models.WordLevel({"a": 0}, unk_token="a")).save(str(path))
    elif kind == "sqlite":
        import sqlite3

        with sqlite3.connect(path) as connection:
            connection.execute("create table t (a)")
    elif kind == "png":
        from PIL import Image

        Image.new("L", (2, 2)).save(path)
    elif kind == "zip":
        import zipfile

        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a", "a")
    else:
        path.write_text("a = 1\n" if kind == "py" else "id,label\n1,blues\n")


@pytest.fixture(scope="module")
def tried(make: Any) -> tuple[dict[str, list[str]], str]:
    """What each reader said of both files, and what the wrapper said of it all."""
    project = make({"readers": indent(SCRIPT, "")})
    (project.root / "declared" / "readers.json").write_text(json.dumps(READERS))
    for name, (module, kind, _) in READERS.items():
        if not module or find_spec(module.split(".")[0]):
            for folder in ("declared", "undeclared"):
                (project.root / folder / name).mkdir(parents=True)
                write(project.root / folder / name / f"f.{kind}", kind)
    done = project.run("readers")
    assert project.finished("readers"), done.stderr
    assert done.returncode == 5, done.stderr
    return json.loads((project.root / "outs" / "readers" / "said.json").read_text()), done.stderr


@pytest.mark.parametrize("name", READERS)
def test_reader(name: str, tried: tuple[dict[str, list[str]], str]) -> None:
    said, stderr = tried
    if name not in said:
        pytest.skip(f"{READERS[name][0]} is not installed")
    declared, undeclared = said[name]
    assert declared == "read"
    assert undeclared != "read"
    action = "list" if READERS[name][1] == "folder" else "read"
    assert f"  {action} undeclared/{name}/f.{READERS[name][1]}\n" in stderr
