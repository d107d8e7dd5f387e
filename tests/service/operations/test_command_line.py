"""The command `leopard-reid`."""

import json
import subprocess
import sys

import pytest
from fake_embedder import fake_recognition
from typer.testing import CliRunner

from service.__main__ import app
from service.app import build


@pytest.fixture
def command(tmp_path):
    """command("status", ...) runs it on a catalogue of its own."""

    def run(name, *arguments):
        return CliRunner().invoke(app, [name, *arguments, "--data-dir", str(tmp_path / "var")])

    return run


@pytest.fixture
def files(tmp_path, painted):
    """Two photos and a file that is none."""
    paths = [tmp_path / name for name in ("a.jpg", "b.jpg", "broken.jpg")]
    for path, data in zip(paths, (painted(1), painted(2), b"broken"), strict=True):
        path.write_bytes(data)
    return [str(path) for path in paths]


def test_added_photos_wait_for_a_worker(command, files):
    added = command("add", *files[:2], "--station", "North", "--flank", "left")
    assert (added.exit_code, added.output.count("new")) == (0, 2)
    status = json.loads(command("status", "--json").output)
    assert (status["queued"], status["waiting"], status["workers"]) == (2, 2, 0)


def test_a_refused_photo_is_said_and_makes_the_exit_code_1(command, files):
    added = command("add", *files)
    assert added.exit_code == 1
    assert "broken.jpg: refused, not a JPEG, PNG or WebP photo, or damaged" in added.output


def test_adding_again_adds_nothing(command, files):
    command("add", files[0])
    assert "a.jpg: known, encounter 1" in command("add", files[0]).output


def test_migrate_makes_an_empty_catalogue(command):
    assert command("migrate").exit_code == 0
    assert json.loads(command("status", "--json").output)["waiting"] == 0


def test_an_unknown_flank_is_a_usage_error(command, files):
    assert command("add", files[0], "--flank", "top").exit_code == 2


@pytest.mark.slow
def test_an_expected_error_is_one_line_and_exit_code_1(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "service", "status", "--data-dir", "nowhere"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("leopard-reid: ")
    assert "no catalogue in nowhere" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_port_that_is_none_is_one_line(ended):
    said = ended("serve", "--port", "99999")
    assert said.startswith("leopard-reid: ")
    assert "port" in said
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize(("views", "written"), [((1, 2), True), ((1,), False)])
def test_the_fused_picture_of_a_question_is_written_or_it_is_said_that_there_is_none(
    command, tmp_path, painted, monkeypatch, views, written
):
    monkeypatch.setitem(build.__kwdefaults__, "load", fake_recognition)
    command("migrate")
    paths = [tmp_path / f"{view}.jpg" for view in views]
    for path, view in zip(paths, views, strict=True):
        path.write_bytes(painted(1, view))
    picture = tmp_path / "fused.png"
    said = command("identify", *map(str, paths), "--flank", "left", "--picture", str(picture))
    assert said.exit_code == 0, said.output
    assert picture.is_file() is written
    assert ("no picture was written" in said.output) is not written
    assert ("are also put together" in said.output) is written
