"""Requests to every route: by the description of the API, and pages by what their routes read."""

import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

WORDS = (
    *("", " ", "0", "-1", "1", "2", "1e999", "NaN", "9" * 40, "null", "true", "[]", "{}", "\0"),
    *("Ridge", "left", "same", "2020-01-01", "2020-01-01T00:00:00+05:00", "0000-00-00", "a" * 5000),
    *(
        "\u202eevil",
        "\ufeff",
        "\ud800",
        "é" * 99,
        "'; DROP TABLE photo;--",
        "<script>",
        "../../etc",
    ),
    *("%00", "=1+1", "0,0,1,1", "-0.1,0,1,nan", "1 2 3 4", "+06:00", "🐆", "viewer", "\r\nx: y"),
)
VALUES = (None, True, False, 0, -1, 1, 2, 2**31, 2**63, -(2**63), 10**400, 1.5, 1e308, [], {}, [[]])
NUMBERS = (1, 1, 1, 2, 3, 0, -1, 2**31, 2**63, 10**30)
DEEP = json.loads("[" * 60 + "]" * 60)


@dataclass(frozen=True, slots=True)
class FuzzedRequest:
    """One request. route: as the description names it. files: field, name, bytes.

    stream: a body that is no form and no JSON, with its type in the headers.
    """

    route: str
    method: str
    path: str
    query: Sequence[tuple[str, str]]
    form: Sequence[tuple[str, str]] | None = None
    files: Sequence[tuple[str, str, bytes]] = ()
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    stream: bytes | None = None

    def sent(self, client: Any) -> Any:  # noqa: ANN401  whatever the client answers
        """The answer to it."""
        address = self.path
        if self.query:
            address += "?" + "&".join(f"{_quoted(k)}={_quoted(v)}" for k, v in self.query)
        if self.files:
            fields: dict[str, list[str]] = {}
            for name, value in self.form or ():
                fields.setdefault(name, []).append(_plain(value))
            parts = [(field, (name, io.BytesIO(data))) for field, name, data in self.files]
            return client.request(self.method, address, data=fields, files=parts)
        if self.form is not None:
            text = "&".join(f"{_quoted(k)}={_quoted(v)}" for k, v in self.form)
            headers = {"content-type": "application/x-www-form-urlencoded"}
            return client.request(self.method, address, content=text, headers=headers)
        if self.body is not None:
            text = json.dumps(self.body)
            headers = {"content-type": "application/json"}
            return client.request(self.method, address, content=text, headers=headers)
        headers = {name: _in_header(value) for name, value in self.headers.items()}
        return client.request(self.method, address, headers=headers, content=self.stream)


def _read_by(dependant: Dependant, where: str) -> Iterator[str]:
    """Names of what a route reads from there, of all its dependencies."""
    for known in getattr(dependant, where):
        fields = getattr(known.field_info.annotation, "model_fields", None)
        yield from fields or (known.alias,)
    for part in dependant.dependencies:
        yield from _read_by(part, where)


def _in_header(text: str) -> bytes:
    """As far as any client can send it."""
    return "".join(c for c in text if c not in "\0\r\n").encode("utf-8", "replace").strip()


def _plain(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _quoted(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


class RequestMaker:
    """Draws requests to the routes of an app, each route as often as any other.

    known: values that exist, by name of a parameter. picture: draws a file.
    """

    def __init__(
        self,
        app: FastAPI,
        chance: Random,
        known: Mapping[str, Sequence[str]],
        picture: Callable[[Random], bytes],
    ) -> None:
        self._chance, self._known, self._picture = chance, known, picture
        self._described = app.openapi()
        self._routes = [*self._of_the_api(), *self._of_pages(app)]

    @property
    def routes(self) -> list[str]:
        """All of them."""
        return [route for route, *_ in self._routes]

    def requests(self, number: int) -> Iterator[FuzzedRequest]:
        """So many requests."""
        for n in range(number):
            route, draw = self._routes[n % len(self._routes)]
            yield draw(route)

    def _of_the_api(self) -> Iterator[tuple[str, Callable[[str], FuzzedRequest]]]:
        for path, verbs in self._described["paths"].items():
            for verb, said in verbs.items():
                yield (
                    f"{verb.upper()} {path}",
                    lambda route, said=said: self._described_request(route, said),
                )

    def _of_pages(self, app: FastAPI) -> Iterator[tuple[str, Callable[[str], FuzzedRequest]]]:
        for context in iter_route_contexts(app.routes):
            route = context.original_route
            path = str(context.path)
            if not isinstance(route, APIRoute) or path in self._described["paths"]:
                continue
            query = [*_read_by(route.dependant, "query_params")]
            body = [*_read_by(route.dependant, "body_params")]
            for method in route.methods or ():
                yield (
                    f"{method} {path}",
                    lambda name, query=query, body=body: self._page_request(name, query, body),
                )

    def _described_request(self, route: str, said: Mapping[str, Any]) -> FuzzedRequest:
        method, _, path = route.partition(" ")
        query, headers = [], {}
        for parameter in said.get("parameters", ()):
            name, schema = parameter["name"], parameter.get("schema", {})
            if parameter["in"] == "path":
                path = path.replace(f"{{{name}}}", self._segment(name))
            elif parameter["in"] == "header" and self._chance.random() < 0.9:
                headers[name] = self._text(name, schema)
            elif parameter["in"] == "query" and self._chance.random() < 0.5:
                query.append((name, self._text(name, schema)))
        content = said.get("requestBody", {}).get("content", {})
        if "application/json" in content:
            body = self._value(content["application/json"].get("schema", {}), 0)
            return FuzzedRequest(route, method, path, query, body=body)
        if "application/offset+octet-stream" in content:
            headers |= {"content-type": "application/offset+octet-stream"}
            data = self._picture(self._chance)
            return FuzzedRequest(route, method, path, query, headers=headers, stream=data)
        if content:
            schema = self._resolved(next(iter(content.values())).get("schema", {}))
            return self._form_request(route, path, query, schema.get("properties", {}))
        return FuzzedRequest(route, method, path, query, headers=headers)

    def _page_request(self, route: str, query: Sequence[str], body: Sequence[str]) -> FuzzedRequest:
        method, _, path = route.partition(" ")
        for part in [one for one in path.split("/") if one.startswith("{")]:
            path = path.replace(part, self._segment(part[1:-1].partition(":")[0]))
        asked = [(name, self._text(name, {})) for name in query if self._chance.random() < 0.4]
        if not body:
            return FuzzedRequest(route, method, path, asked)
        files = {"files", "file"}
        properties = {name: {"format": "binary"} if name in files else {} for name in body}
        return self._form_request(route, path, asked, properties)

    def _form_request(
        self,
        route: str,
        path: str,
        query: Sequence[tuple[str, str]],
        properties: Mapping[str, Mapping[str, Any]],
    ) -> FuzzedRequest:
        form, files = [], []
        for name, schema in properties.items():
            for _ in range(self._chance.choice((0, 1, 1, 1, 2))):
                if "binary" in str(schema) or "contentMediaType" in str(schema):
                    named = self._chance.choice(("a.jpg", "", "\u202egpj.exe", "x" * 300, "b.csv"))
                    files.append((name, named, self._picture(self._chance)))
                else:
                    form.append((name, self._text(name, schema)))
        return FuzzedRequest(route, route.split(" ")[0], path, query, form, files)

    def _segment(self, name: str) -> str:
        """A part of a path: mostly one that exists."""
        known = self._known.get(name, ("1", "2", "3"))
        value = self._chance.choice(known if self._chance.random() < 0.7 else WORDS)
        return _quoted(value) or "%20"

    def _text(self, name: str, schema: Mapping[str, Any]) -> str:
        if self._chance.random() < 0.4 and name in self._known:
            return self._chance.choice(self._known[name])
        if self._chance.random() < 0.5:
            return str(self._chance.choice(WORDS))
        value = self._value(schema, 0)
        return value if isinstance(value, str) else json.dumps(value)

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            schema = self._described["components"]["schemas"][name]
        return schema

    def _value(self, schema: Mapping[str, Any], depth: int) -> Any:  # noqa: ANN401
        """A value as the schema wants it, or in one case of six anything else."""
        chance, schema = self._chance, self._resolved(schema)
        if chance.random() < 0.16:
            return chance.choice((*VALUES, *WORDS, DEEP)) if chance.random() < 0.9 else DEEP
        if "enum" in schema:
            return chance.choice(schema["enum"])
        if choices := schema.get("anyOf") or schema.get("oneOf"):
            return self._value(chance.choice(choices), depth)
        if schema.get("type") == "object" or "properties" in schema:
            fields = schema.get("properties", {})
            needed = set(schema.get("required", ()))
            made = {
                name: self._value(one, depth + 1)
                for name, one in fields.items()
                if name in needed or chance.random() < 0.5
            }
            return made | ({"stranger": 1} if chance.random() < 0.05 else {})
        if schema.get("type") == "array":
            items = schema.get("items") or {}
            return [self._value(items, depth + 1) for _ in range(chance.choice((0, 1, 2, 3)))]
        if schema.get("type") == "integer":
            return chance.choice(NUMBERS)
        if schema.get("type") == "number":
            return chance.choice((0.5, 0, 1, -1.0, 45.5, 180, 1e308, 1e-320))
        if schema.get("type") == "boolean":
            return chance.random() < 0.5
        if schema.get("type") == "null":
            return None
        if schema.get("format") == "date-time":
            return chance.choice(
                ("2020-01-01T00:00:00", "9999-12-31T23:59:59Z", "0001-01-01T00:00")
            )
        return chance.choice(WORDS)
