"""The command says in one line what is wrong with it, and exits with 2."""

import pytest


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--out", "o"], "required: folder, --catalogue"),
        ([".", "--catalogue", "var", "--out", "o", "--flank", "top"], "--flank"),
        ([".", "--catalogue", "no/such/folder", "--out", "o"], "no catalogue in no/such/folder"),
        ([".", "--catalogue", "http://127.0.0.1:9", "--out", "o"], "no leopard-reid service"),
    ],
    ids=["nothing given", "no such flank", "no such catalogue", "no such service"],
)
def test_a_command_that_cannot_work_is_one_line_and_two(called, arguments, reason):
    done = called("identify_archive", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert reason in done.stderr


def test_its_help_says_what_the_exit_codes_mean(called):
    done = called("identify_archive", "--help")
    assert done.returncode == 0
    assert "2 the command itself cannot work" in done.stdout
