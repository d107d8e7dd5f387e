#!/usr/bin/env python3
"""Extract every text of the pages and bring the catalogues of the languages up to date.

Reads the templates and the Python code of the service and the sentences of the core, writes
service/locales/CODE/messages.po: new texts come in untranslated, texts that are gone are dropped,
and nothing is guessed. It prints what is missing and fails while anything is. `--check` writes
nothing.
"""

import argparse
import ast
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment, nodes
from jinja2.ext import babel_extract

ROOT = Path(__file__).parent.parent
SERVICE = ROOT / "service"
LOCALES = SERVICE / "locales"
LANGUAGES = ("ru", "fr")
KEYWORDS = {
    "_": None,
    "N_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "NP_": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}

Key = tuple[str | None, str]
Found = tuple[str | None, str | tuple[str, str], str, int]
"""Context, text or both forms of it, file, line."""


def texts() -> Catalog:
    """Everything that is to be translated, in the order of the files."""
    catalog = Catalog(project="leopard-reid", charset="utf-8")
    for path in sorted(SERVICE.rglob("*.py")):
        if "migrations" not in path.parts:
            _add(catalog, _python(path))
    for path in sorted([*(ROOT / "reid").rglob("*.py"), *SERVICE.rglob("*.py")]):
        _add(catalog, _sentences(path))
    for path in sorted((SERVICE / "templates").rglob("*.html")):
        _add(catalog, _template(path))
    return catalog


def _add(catalog: Catalog, found: Iterator[Found]) -> None:
    for context, text, file, _ in found:
        catalog.add(text, locations=[(file, None)], context=context)


def _python(path: Path) -> Iterator[Found]:
    source, name = path.read_bytes(), str(path.relative_to(ROOT))
    for line, function, messages, _ in extract_python(BytesIO(source), KEYWORDS, [], {}):
        yield from _message(function, messages, name, line)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            words = [one.value for one in node.args[1:] if isinstance(one, ast.Constant)]
            if node.func.id == "count" and words:
                yield None, _forms(words), name, node.lineno


def _sentences(path: Path) -> Iterator[Found]:
    """The texts of classes below `reid.sentences.Sentence`: `message` in the body of a class,
    and `context` where it has one."""
    name = str(path.relative_to(ROOT))
    for node in ast.walk(ast.parse(path.read_bytes())):
        said: dict[str, str] = {}
        for one in node.body if isinstance(node, ast.ClassDef) else ():
            match one:
                case ast.Assign([ast.Name(attribute)], ast.Constant(str(text))) if text:
                    said[attribute] = text
        if "message" in said:
            yield said.get("context"), said["message"], name, node.lineno


def _template(path: Path) -> Iterator[Found]:
    source, name = path.read_bytes(), str(path.relative_to(ROOT))
    options = {"trimmed": "true", "trim_blocks": "true", "lstrip_blocks": "true"}
    for line, function, messages, _ in babel_extract(
        BytesIO(source), list(KEYWORDS), (), {**options, "silent": "false"}
    ):
        yield from _message(function, messages, name, line)
    pages = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    for node in pages.parse(source.decode()).find_all(nodes.Filter):
        words = [one.value for one in node.args if isinstance(one, nodes.Const)]
        if node.name == "count" and words:
            yield None, _forms(words), name, node.lineno


def _forms(words: list[str]) -> tuple[str, str]:
    """What `service.web.words.count` looks up."""
    one, many = [*words, f"{words[0]}s"][:2]
    return f"%(num)s {one}", f"%(num)s {many}"


def _message(function: str, messages: object, name: str, line: int) -> Iterator[Found]:
    """A call as Babel's extractors give it: one string, or a tuple with None where none stood."""
    given = messages if isinstance(messages, tuple) else (messages,)
    spec = KEYWORDS[function] or (1,)
    context, picked = None, []
    for wanted in spec:
        place = wanted[0] if isinstance(wanted, tuple) else wanted
        text = given[place - 1] if len(given) >= place else None
        if not isinstance(text, str):
            return  # not a constant: marked with N_ or NP_ where it is one
        if isinstance(wanted, tuple):
            context = text
        else:
            picked.append(text)
    if picked[0]:
        yield context, picked[0] if len(picked) == 1 else (picked[0], picked[1]), name, line


def key(message: Message) -> Key:
    """By what a catalogue knows a text."""
    return message.context, message.id[0] if isinstance(message.id, tuple) else message.id


def catalogue(code: str) -> Catalog:
    """The catalogue of a language as it is kept; an empty one where there is none."""
    path = LOCALES / code / "messages.po"
    if not path.is_file():
        return Catalog(locale=code, charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=code)


def merged(code: str, wanted: Catalog) -> Catalog:
    """Every text of the code with the translation that is kept, or none."""
    kept = {key(one): one for one in catalogue(code) if one.id}
    fresh = Catalog(
        locale=code,
        project="leopard-reid",
        charset="utf-8",
        fuzzy=False,
        header_comment=f"# Texts of the pages of leopard-reid: {code}. See docs/languages.md.",
        creation_date=datetime(2026, 1, 1, tzinfo=UTC),
        revision_date=datetime(2026, 1, 1, tzinfo=UTC),
    )
    for one in wanted:
        if not one.id:
            continue
        known = kept.get(key(one))
        same = known is not None and isinstance(known.id, tuple) == isinstance(one.id, tuple)
        fresh.add(
            one.id,
            known.string if known and same else None,
            locations=one.locations,
            flags=known.flags if known and same else (),
            context=one.context,
        )
    return fresh


def missing(catalog: Catalog) -> list[str]:
    """Texts without a translation, or with one that is marked as doubtful."""
    return [
        f"{one.context + ': ' if one.context else ''}{key(one)[1]}"
        for one in catalog
        if one.id and (one.fuzzy or not all(_strings(one)))
    ]


def _strings(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (message.string,)


def write(code: str, catalog: Catalog) -> None:
    """Without dates and line numbers, so that a diff shows texts alone."""
    path = LOCALES / code / "messages.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    out = BytesIO()
    write_po(out, catalog, width=100, include_lineno=False, sort_by_file=True)
    path.write_bytes(out.getvalue())


def main() -> int:
    """Update, and say what is missing."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--check", action="store_true", help="write nothing")
    asked = options.parse_args()
    wanted, lacking = texts(), 0
    for code in LANGUAGES:
        catalog = merged(code, wanted)
        if not asked.check:
            write(code, catalog)
        found = missing(catalog)
        lacking += len(found)
        print(f"{code}: {len(catalog)} texts, {len(found)} to be translated")
        for text in found:
            print(f"  {text}")
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
