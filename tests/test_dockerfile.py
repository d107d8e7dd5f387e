"""The container image, read as text: no engine is needed to see what it would do."""

import http.server
import json
import os
import shlex
import subprocess
import sys
import threading
import tomllib
from pathlib import Path

import pytest

from service.settings import Settings

ROOT = Path(__file__).parent.parent
DATA = "/var/lib/leopard-reid"


def steps():
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    lines = (line.strip() for line in text.splitlines())
    return [tuple(line.split(maxsplit=1)) for line in lines if line and not line.startswith("#")]


def arguments(keyword):
    return [rest for name, rest in steps() if name == keyword]


def health_command():
    (check,) = arguments("HEALTHCHECK")
    return json.loads(check[check.index("[") :])


def test_it_does_not_run_as_root():
    (user,) = arguments("USER")
    assert user != "root"
    assert f"useradd --system --create-home --uid 10001 {user}" in " ".join(arguments("RUN"))
    names = [name for name, _ in steps()]
    assert names.index("USER") > max(i for i, name in enumerate(names) if name in ("RUN", "COPY"))


def test_the_data_lies_on_a_volume_that_the_user_owns():
    assert arguments("VOLUME") == [DATA]
    assert f"REID_DATA_DIR={DATA}" in arguments("ENV")[0]
    assert "data_dir" in Settings.model_fields
    assert f"install -d -o leopard -g leopard {DATA}" in " ".join(arguments("RUN"))


def test_everything_copied_exists_and_is_not_ignored():
    sources = [source for copied in arguments("COPY") for source in copied.split()[:-1]]
    allowed = (ROOT / ".dockerignore").read_text().split()
    assert {"weights", "reid", "service", "requirements.lock"} <= set(sources)
    for source in sources:
        assert (ROOT / source).exists(), source
        assert f"!{source}" in allowed


def test_torch_without_cuda_is_installed_in_the_locked_version():
    install = next(run for run in arguments("RUN") if "pip install" in run)
    assert "-c requirements.lock" in install
    assert "--extra-index-url https://download.pytorch.org/whl/cpu" in install
    extra = install.split("'.[")[1].split("]'")[0]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert extra in project["optional-dependencies"]


@pytest.mark.slow
def test_the_command_is_one_that_the_package_installs():
    (command,) = map(json.loads, arguments("CMD"))
    program = Path(sys.executable).with_name(command[0])
    help_text = subprocess.run(
        [program, command[1], "--help"],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"},
    ).stdout
    assert command[2:] == ["--host", "0.0.0.0"]  # noqa: S104
    assert "--host" in help_text


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (503, False)])
def test_the_health_check_says_whether_the_service_answers(status, healthy):
    class Service(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status if self.path == "/health" else 404)
            self.end_headers()

        def log_message(self, *args):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Service) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"127.0.0.1:{server.server_port}"
        command = [part.replace("127.0.0.1:8000", address) for part in health_command()]
        done = subprocess.run([sys.executable, *command[1:]], capture_output=True, check=False)
        server.shutdown()
    assert (done.returncode == 0) is healthy, shlex.join(command)
