"""The commands as programs: where one cannot work, the process says one line and exits with 2."""

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
def test_a_program_that_cannot_work_says_one_line_and_exits_with_two(name, arguments, reason):
    command = [sys.executable, str(SCRIPTS / f"{name}.py"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stdout) == (2, "")
    assert reason in done.stderr
    assert len(done.stderr.splitlines()) == 1
