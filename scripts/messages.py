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
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_dir, extract_python
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment, nodes
from jinja2.ext import babel_extract

ROOT = Path(__file__).parent.parent
SERVICE = ROOT / "service"
LOCALES = SERVICE / "locales"
LANGUAGES = ("ru", "fr")
PROJECT = {"project": "leopard-reid", "charset": "utf-8"}
DATE = datetime(2026, 1, 1, tzinfo=UTC)
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
Call = tuple[int, str, object, list[str]]
"""Line, function, its arguments and comments: what Babel's extractors find."""


def texts() -> Catalog:
    """Everything that is to be translated, in the order of the files."""
    catalog = Catalog(creation_date=DATE, **PROJECT)
    for folder, *method in (
        (SERVICE, "**.py", python),
        (ROOT / "reid", "**.py", sentences),
        (SERVICE, "**.html", template),
    ):
        methods = [("store/migrations/**", "ignore"), tuple(method)]
        calls = extract_from_dir(folder, methods, keywords=KEYWORDS)
        for name, _, text, _, context in sorted(calls, key=lambda call: Path(call[0])):
            catalog.add(text, locations=[(f"{folder.name}/{name}", None)], context=context)
    return catalog


def python(
    file: BinaryIO, keywords: Collection[str], tags: Collection[str], options: dict[str, str]
) -> Iterator[Call]:
    """What Babel finds, sentences with facts, nouns that `count` counts, words that NPS_ marks."""
    yield from extract_python(file, keywords, tags, options)
    file.seek(0)
    yield from sentences(file, keywords, tags, options)
    file.seek(0)
    for node in ast.walk(ast.parse(file.read())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            words = [word.value for word in node.args[1:] if isinstance(word, ast.Constant)]
            if node.func.id == "count" and words:
                yield node.lineno, "ngettext", _forms(words), []
            if node.func.id == "NPS_":
                context = ast.literal_eval(node.args[0])
                yield from ((node.lineno, "pgettext", (context, text), []) for text in words)


def sentences(file: BinaryIO, *_: object, **__: object) -> Iterator[Call]:
    """The texts of classes below `reid.sentences.Sentence`: `message`, and `context` if any."""
    for node in ast.walk(ast.parse(file.read())):
        texts: dict[str, str] = {}
        for word in node.keywords if isinstance(node, ast.ClassDef) else ():
            match word:
                case ast.keyword(str(name), ast.Constant(str(text))) if text:
                    texts[name] = text
        if "message" in texts:
            context, message = texts.get("context"), texts["message"]
            arguments = message if context is None else (context, message)
            yield node.lineno, "_" if context is None else "pgettext", arguments, []


def template(
    file: BinaryIO, keywords: Collection[str], tags: Collection[str], options: dict[str, str]
) -> Iterator[Call]:
    """What Jinja finds in a template, and the nouns that its filter `count` counts."""
    options = {**options, "trimmed": "true", "silent": "false"}
    yield from babel_extract(file, keywords, tags, options)
    file.seek(0)
    pages = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    for node in pages.parse(file.read().decode()).find_all(nodes.Filter):
        words = [word.value for word in node.args if isinstance(word, nodes.Const)]
        if node.name == "count" and words:
            yield node.lineno, "ngettext", _forms(words), []


def _forms(words: list[str]) -> tuple[str, str]:
    """What `service.web.words.count` looks up."""
    singular, plural = [*words, f"{words[0]}s"][:2]
    return f"%(num)s {singular}", f"%(num)s {plural}"


def key(message: Message) -> Key:
    """By what a catalogue knows a text."""
    return message.context, message.id[0] if isinstance(message.id, tuple) else message.id


def catalogue(code: str) -> Catalog:
    """The catalogue of a language as it is kept; an empty one where there is none."""
    path = LOCALES / code / "messages.po"
    if not path.is_file():
        comment = f"# Texts of the pages of leopard-reid: {code}. See docs/languages.md."
        return Catalog(code, header_comment=comment, revision_date=DATE, fuzzy=False, **PROJECT)
    with path.open("rb") as file:
        return read_po(file, locale=code)


def merged(code: str, texts: Catalog) -> Catalog:
    """Every text of the code with the translation that is merged, or none."""
    merged = catalogue(code)
    merged.update(texts, no_fuzzy_matching=True)
    return merged


def missing(catalog: Catalog) -> list[str]:
    """Texts without a translation, or with one that is marked as doubtful."""
    return [
        f"{message.context + ': ' if message.context else ''}{key(message)[1]}"
        for message in catalog
        if message.id and (message.fuzzy or not all(_strings(message)))
    ]


def _strings(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (message.string,)


def write(code: str, catalog: Catalog) -> None:
    """Without dates and line numbers, so that a diff shows texts alone."""
    path = LOCALES / code / "messages.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    out = BytesIO()
    write_po(out, catalog, width=100, include_lineno=False, sort_by_file=True, ignore_obsolete=True)
    path.write_bytes(out.getvalue())


def main() -> int:
    """Update, and say what is missing."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--check", action="store_true", help="write nothing")
    arguments = options.parse_args()
    template, lacking = texts(), 0
    for code in LANGUAGES:
        catalog = merged(code, template)
        if not arguments.check:
            write(code, catalog)
        untranslated = missing(catalog)
        lacking += len(untranslated)
        print(f"{code}: {len(catalog)} texts, {len(untranslated)} to be translated")
        for text in untranslated:
            print(f"  {text}")
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
