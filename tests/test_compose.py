"""Files for a team's server, checked step by step: no container engine is at hand."""

import configparser
import ipaddress
import re
import shlex
from pathlib import Path

import pytest
import typer
import yaml
from sqlalchemy.engine import make_url
from uvicorn.middleware.proxy_headers import _TrustedHosts

from service.__main__ import app
from service.operations.serving import GRACE_S
from service.operations.supervisor import TERM_S
from service.settings import Settings

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "compose"
COMPOSE = yaml.safe_load((FOLDER / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
OURS = ("service", "worker")


def parsed(words):
    """The options that one of our commands understands; raises for others."""
    assert words[0] == "leopard-reid"
    command, context, rest = typer.main.get_command(app), None, list(words[1:])
    while hasattr(command, "commands"):
        context = command.make_context("leopard-reid", [], parent=context, resilient_parsing=True)
        _, command, rest = command.resolve_command(context, rest)
    return command.make_context(words[1], rest, parent=context).params


def seconds(text):
    return int(text.removesuffix("s"))


def test_service_and_workers_share_database_photos_and_settings():
    ours = [SERVICES[name] for name in OURS]
    for key in ("environment", "volumes", "image", "networks"):
        assert ours[0][key] == ours[1][key]
    (volume,) = ours[0]["volumes"]
    assert volume.split(":")[1] == "/var/lib/leopard-reid"
    assert "ENV REID_DATA_DIR=/var/lib/leopard-reid" in (ROOT / "Dockerfile").read_text()
    assert volume.split(":")[0] in COMPOSE["volumes"]
    assert (FOLDER / SERVICES["service"]["build"] / "Dockerfile").resolve().is_file()


def test_every_setting_is_one_and_the_database_is_the_one_beside():
    environment = SERVICES["service"]["environment"]
    names = {name.removeprefix("REID_").lower() for name in environment if name.startswith("REID_")}
    assert names <= set(Settings.model_fields)
    url = make_url(environment["REID_DATABASE_URL"])
    beside = SERVICES["database"]["environment"]
    assert (url.username, url.database) == (beside["POSTGRES_USER"], beside["POSTGRES_DB"])
    assert url.host in SERVICES
    assert url.get_dialect().name == "postgresql"


def test_no_secret_stands_in_the_file():
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            assert "PASSWORD" not in name or re.fullmatch(r"\$\{POSTGRES_PASSWORD:\?[^}]+\}", value)


def test_our_commands_are_understood_and_the_service_starts_no_worker_of_its_own():
    service = parsed(SERVICES["service"]["command"])
    assert service["worker"] is False
    assert service["host"] == "0.0.0.0"  # noqa: S104
    parsed(SERVICES["worker"]["command"])
    comments = (FOLDER / "compose.yaml").read_text()
    (first,) = re.findall(r"run --rm service (leopard-reid account .*)", comments)
    assert parsed(shlex.split(first))["role"].value == "admin"


def test_only_the_proxy_is_reached_from_outside_and_is_believed():
    assert [name for name, one in SERVICES.items() if "ports" in one] == ["proxy"]
    (network,) = COMPOSE["networks"]["inside"]["ipam"]["config"]
    trusted = SERVICES["service"]["environment"]["FORWARDED_ALLOW_IPS"]
    assert trusted == network["subnet"]
    inside = str(next(ipaddress.ip_network(network["subnet"]).hosts()))
    assert inside in _TrustedHosts(trusted)
    assert "192.0.2.1" not in _TrustedHosts(trusted)


def test_the_proxy_speaks_to_the_service_under_its_public_name():
    lines = (FOLDER / "Caddyfile").read_text()
    (name,) = re.findall(r"^\{\$(\w+)\} \{", lines, re.MULTILINE)
    assert name in SERVICES["proxy"]["environment"]
    public = SERVICES["service"]["environment"]["REID_PUBLIC_HOST"]
    assert SERVICES["proxy"]["environment"][name] == public
    (host, port) = re.findall(r"reverse_proxy (\w+):(\d+)", lines)[0]
    assert host in SERVICES
    assert int(port) == Settings.model_fields["port"].default
    (limit,) = re.findall(r"max_size (\d+)MB", lines)
    assert int(limit) * 10**6 >= 0.95 * Settings.model_fields["max_upload_bytes"].default


def test_each_part_waits_for_what_it_needs_and_starts_again():
    for name, one in SERVICES.items():
        assert one["restart"] == "unless-stopped", name
        for other, how in one.get("depends_on", {}).items():
            checked = "healthcheck" in SERVICES[other] or other == "service"  # of the Dockerfile
            assert how["condition"] != "service_healthy" or checked
    assert "HEALTHCHECK" in (ROOT / "Dockerfile").read_text()
    assert SERVICES["worker"]["healthcheck"] == {"disable": True}


@pytest.mark.parametrize("name", OURS)
def test_a_part_has_time_to_end_in_order(name):
    assert seconds(SERVICES[name]["stop_grace_period"]) > GRACE_S + TERM_S


def test_the_unit_of_systemd_runs_our_command_and_lets_it_end_its_worker():
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str
    unit.read(FOLDER / "leopard-reid.service")
    of = unit["Service"]
    program, *words = shlex.split(of["ExecStart"])
    parsed([Path(program).name, *words])
    assert of["KillMode"] == "mixed"
    assert int(of["TimeoutStopSec"]) > GRACE_S + TERM_S
    name, value = of["Environment"].split("=")
    assert name.removeprefix("REID_").lower() in Settings.model_fields
    assert value == f"/var/lib/{of['StateDirectory']}"
