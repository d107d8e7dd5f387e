"""Which torch is installed: by the card, by what is asked for, and by what is reached."""

import runpy
import socket
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "torch_index.py"
choice = runpy.run_path(str(SCRIPT))["choice"]


@pytest.fixture
def index(tmp_path):
    """The address of an index that answers."""
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture
def nowhere():
    """An address at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}/"


@pytest.fixture(autouse=True)
def card(monkeypatch, tmp_path):
    """card(): this computer has an NVIDIA card; without the call it has none."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("PATH", str(tmp_path))

    def put_in():
        program = tmp_path / "nvidia-smi"
        program.touch()
        program.chmod(0o755)

    return put_in


def test_without_a_card_it_is_the_small_one(index):
    options, words = choice("auto", index)
    assert options == ["--extra-index-url", index]
    assert "0.2 GB" in words


def test_where_its_index_is_not_reached_it_is_the_ordinary_one_and_says_so(nowhere):
    options, words = choice("auto", nowhere)
    assert options == []
    assert "not reached" in words
    assert "3 GB" in words


def test_a_card_or_a_choice_decides(card, index):
    card()
    assert choice("auto", index)[0] == choice("cuda", index)[0] == []
    assert choice("cpu", index)[0] == ["--extra-index-url", index]


def test_on_a_mac_there_is_only_the_small_one(monkeypatch, index):
    monkeypatch.setattr(sys, "platform", "darwin")
    options, words = choice("auto", index)
    assert options == []
    assert "0.2 GB" in words
