"""Documents and code say the same: settings, routes, error codes, OpenAPI examples, commands."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from reid import errors as core
from service.__main__ import app as command_line
from service.settings import Settings
from service.web import errors
from service.web.wire import EXAMPLES, Wire

DOCS = Path(__file__).parent.parent.parent.parent / "docs"


def cells(document, heading):
    """Rows of the first table below a heading, as lists of cells without backticks."""
    text = (DOCS / document).read_text(encoding="utf-8").split(f"\n## {heading}\n", 1)[1]
    table = re.search(r"(?:^\|.*\n)+", text, re.MULTILINE).group()
    rows = [line.strip("|\n").split("|") for line in table.splitlines()[2:]]
    return [[cell.strip().replace("`", "") for cell in row] for row in rows]


def test_every_setting_is_documented_with_its_default_and_meaning():
    documented = {row[0]: tuple(row[1:]) for row in cells("settings.md", "Settings")}
    defined = {
        f"REID_{name.upper()}": (
            "" if field.default is None else str(field.default),
            field.description,
        )
        for name, field in Settings.model_fields.items()
    }
    assert documented == defined


def test_every_route_is_documented_and_no_other(client):
    described = client.get("/openapi.json").json()["paths"]
    routes = {f"{method.upper()} {path}" for path, verbs in described.items() for method in verbs}
    assert {row[0] for row in cells("api.md", "Routes")} == routes


def all_errors(base):
    return {base.code}.union(*(all_errors(one) for one in base.__subclasses__()))


def test_every_error_code_is_documented():
    documented = {row[0] for row in cells("api.md", "Errors")}
    shown = all_errors(core.ReidError) | {"invalid_request", "internal_error", "cross_origin"}
    shown |= {"foreign_host", *errors.GATE_CODES, errors.BodyTooLarge.code}
    shown |= {errors.TooSlow.code, errors.ServiceBusy.code, errors.TooManyRequests.code}
    shown |= {kind.code for kind in errors.OF_STATUS.values()}
    assert shown <= documented


def models():
    """Every model of the API: those that follow from the base of all wire models."""

    def below(base):
        return [base, *(model for child in base.__subclasses__() for model in below(child))]

    return list(dict.fromkeys(below(Wire)))  # a model with two bases follows from the base twice


def test_every_recorded_example_is_of_one_model_that_exists():
    names = [model.__name__ for model in models()]
    assert [name for name in EXAMPLES if names.count(name) != 1] == []


@pytest.mark.parametrize(
    "model", [m for m in models() if m.__name__ in EXAMPLES], ids=lambda m: m.__name__
)
def test_an_example_is_what_it_is_an_example_of(model):
    (example,) = model.model_json_schema()["examples"]
    assert set(model.model_validate(example).model_dump()) == set(model.model_fields)


def test_a_time_is_described_as_what_it_is_with_a_zone_or_without():
    told = {"zone": 0, "none": 0}
    for model in (one for one in models() if one.__name__.endswith("Out")):
        for name, value in (EXAMPLES.get(model.__name__) or {}).items():
            moment = isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\dT\d\d:", value)
            if not moment or model.model_fields[name].annotation is str:
                continue
            described = str(model.model_json_schema()["properties"][name])
            zoned = bool(re.search(r"(Z|[+-]\d\d:\d\d)$", value))
            assert ("date-time" in described) == zoned, (model.__name__, name, value)
            told["zone" if zoned else "none"] += 1
    assert min(told.values()) > 2


def texts_in(schema, schemas, where):
    """Every text that a schema takes, with its place."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        yield from texts_in(schemas[name], schemas, f"{where} {name}")
    for key in ("anyOf", "oneOf", "allOf"):
        for one in schema.get(key, ()):
            yield from texts_in(one, schemas, where)
    for name, one in schema.get("properties", {}).items():
        yield from texts_in(one, schemas, f"{where}.{name}")
    if "items" in schema:
        yield from texts_in(schema["items"], schemas, f"{where}[]")
    if schema.get("type") == "string":
        yield where, schema


LIMITS = {"maxLength", "pattern", "enum", "const", "format", "contentMediaType"}


def test_every_text_that_comes_in_has_a_limit(client):
    """Only of such a text pydantic looks whether it is one: half a surrogate pair is none."""
    described = client.get("/openapi.json").json()
    schemas = described["components"]["schemas"]
    taken = []
    for path, verbs in described["paths"].items():
        for verb, route in verbs.items():
            bodies = route.get("requestBody", {}).get("content", {}).values()
            asked = [one for one in route.get("parameters", ()) if one["in"] != "path"]
            told = [one["schema"] for one in (*asked, *bodies)]
            for schema in told:
                taken += texts_in(schema, schemas, f"{verb} {path}")
    assert len(taken) > 50
    assert {where for where, schema in taken if not LIMITS & schema.keys()} == set()


SUCCESS = ("200", "201", "202", "204")


def test_every_route_of_the_api_shows_an_example_or_is_a_picture(client):
    described = client.get("/openapi.json").json()
    shown = {
        name
        for name, schema in described["components"]["schemas"].items()
        if schema.get("examples")
    }
    for path, verbs in described["paths"].items():
        for method, operation in verbs.items():
            responses = operation["responses"]
            success = next(responses[code] for code in SUCCESS if code in responses)
            content = success.get("content", {})  # 204 has none
            answer = str(content.get("application/json", ""))
            assert not answer or any(f"/{name}'" in answer for name in shown), (method, path)


def commands(of, before=()):
    """The words of every command, those of groups too."""
    for one in of.registered_commands:
        yield (*before, one.name or one.callback.__name__)
    for group in of.registered_groups:
        yield from commands(group.typer_instance, (*before, group.name))


def test_every_command_is_documented_and_has_help():
    documented = {row[0] for row in cells("settings.md", "Commands")}
    found = set(commands(command_line))
    assert documented == {" ".join(("leopard-reid", *words)) for words in found}
    for words in found:
        result = CliRunner().invoke(command_line, [*words, "--help"])
        assert result.exit_code == 0
        assert "Usage" in result.output
