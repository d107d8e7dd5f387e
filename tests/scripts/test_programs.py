"""The commands as programs: where one cannot work, it says one line and exits with 2.

Run as `python scripts/NAME.py` runs them, but in this process: each would import torch anew.
"""

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "arguments", "reason"),
    [
        ("simulate", ["triples", "--animals", "2"], "triples needs at least 3"),
        ("discrepancies", ["no/such/folder"], "no index.csv"),
        ("evaluate", ["no/such/folder", "--methods", "rootsift"], "no index.csv"),
        ("certify", ["no/such/folder"], "no index.csv"),
        ("neighbours", ["--animals", "3", "--shared", "5"], "5 of 3 animals cannot be shared"),
        ("identify_archive", ["--out", "o"], "required: folder, --catalogue"),
    ],
)
def test_a_program_that_cannot_work_says_one_line_and_exits_with_two(
    monkeypatch, capfd, name, arguments, reason
):
    script = str(SCRIPTS / f"{name}.py")
    monkeypatch.setattr("sys.argv", [script, *arguments])
    monkeypatch.syspath_prepend(SCRIPTS)
    with pytest.raises(SystemExit) as end:
        runpy.run_path(script, run_name="__main__")
    said = capfd.readouterr()
    assert (end.value.code, said.out) == (2, "")
    assert reason in said.err
    assert len(said.err.splitlines()) == 1


@pytest.mark.slow
def test_a_process_of_its_own_says_one_line_and_exits_with_two():
    command = [sys.executable, str(SCRIPTS / "simulate.py"), "triples", "--animals", "2"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stdout) == (2, "")
    assert "triples needs at least 3" in done.stderr
    assert len(done.stderr.splitlines()) == 1
