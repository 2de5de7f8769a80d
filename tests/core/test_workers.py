"""Workers of a process that was killed by force end soon after it."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

SCRIPT = """
import os, sys, time
import joblib
from reprise.workers import ending_with_this_process

def work(number):
    with open(f'{sys.argv[1]}/{number}.new', 'w') as file:
        file.write(str(os.getpid()))
    os.replace(f'{sys.argv[1]}/{number}.new', f'{sys.argv[1]}/{number}')
    time.sleep(100)

joblib.Parallel(n_jobs=2, backend='loky', batch_size=1, **ending_with_this_process())(joblib.delayed(work)(n) for n in range(2))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="processes there do not learn of their parent's end")
def test_workers_in_the_middle_of_their_work_end_with_a_process_that_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    answers = tmp_path / "answers"
    answers.mkdir()
    process = subprocess.Popen([sys.executable, str(script), str(answers)])
    try:
        limit = time.monotonic() + 60
        while len(list(answers.glob("[01]"))) < 2:
            assert time.monotonic() < limit
            assert process.poll() is None
            time.sleep(0.05)
        at_work = [psutil.Process(int(path.read_text(encoding="utf-8"))) for path in answers.glob("[01]")]
    finally:
        process.kill()
        process.wait()
    _, alive = psutil.wait_procs(at_work, 20)
    for one in alive:
        one.kill()
    assert len(at_work) == 2
    assert not alive
