"""Commands called in this process, which costs no start of torch; what they print and answer."""

import importlib.util
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import pytest
from painted_package import write_weights

from reid.synthetic.survey import write_survey

SCRIPTS = Path(__file__).parents[2] / "scripts"


@dataclass
class Done:
    """What is left of a command that ended."""

    returncode: int
    stdout: str
    stderr: str


@cache
def script(name):
    """The module of a command, imported once."""
    spec = importlib.util.spec_from_file_location(f"{name}_script", SCRIPTS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def called(monkeypatch, capsys):
    """called("simulate", "count", ...) -> Done."""

    def call(name, *arguments):
        monkeypatch.setattr("sys.argv", [f"{name}.py", *map(str, arguments)])
        capsys.readouterr()
        try:
            code = script(name).main()
        except SystemExit as end:  # of argparse
            code = end.code
        return Done(code, *capsys.readouterr())

    return call


@pytest.fixture
def small_photos(monkeypatch):
    """The survey of `calibrate` in photos of 128 pixels; the command has no option for it."""
    monkeypatch.setattr(script("calibrate"), "write_survey", partial(write_survey, width=128))


@pytest.fixture(scope="session")
def weights(tmp_path_factory):
    """A folder with a tiny model, rosette@9, that knows nothing, and its calibrator."""
    return write_weights(tmp_path_factory.mktemp("weights"))
