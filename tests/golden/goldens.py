"""The first goldens, the wanted differences from them, and what an answer is compared with.

`first/` was made before the move into rooms and is never written again. What may differ stands in
differences.md; the pages as they are now wanted stand in `wanted/`, and only those that differ.
"""

import lzma
import re
from difflib import unified_diff
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
FIRST, WANTED, LIST = HERE / "first", HERE / "wanted", HERE / "differences.md"
PARTS = ("openapi", "en", "ru", "fr")
MARK = "=== "
ENTRY = re.compile(r"^- ((?:openapi|en|ru|fr)(?: (?:openapi|en|ru|fr))*): `(.+)`$")
SHOWN = 3  # differing pages of a message


class Entry(NamedTuple):
    """One line of differences.md: `- en ru: `single GET /cases*``."""

    parts: tuple[str, ...]
    pattern: str
    reason: str

    def excuses(self, part, address):
        """Whether this page may differ in this language."""
        pattern = self.pattern.replace("[", "[[]").replace("?", "[?]")  # `*` alone is special
        return part in self.parts and fnmatchcase(address, pattern)


@cache
def entries():
    """What differences.md allows; a heading is the reason of the lines below it."""
    found, reason = [], ""
    for line in LIST.read_text().splitlines():
        if line.startswith("## "):
            reason = line[3:]
        elif entry := ENTRY.match(line):
            found.append(Entry(tuple(entry[1].split()), entry[2], reason))
    return found


def excused(part, address):
    """Whether any entry lets this page differ."""
    return any(one.excuses(part, address) for one in entries())


def first(part):
    """{address: text} before the move."""
    return read(FIRST / _name(part))


def wanted(part):
    """{address: text} of those that shall differ from the first ones."""
    return read(WANTED / _name(part))


def differing(pages, expected):
    """Addresses at which `pages` are not as expected, also those that one of both lacks."""
    every = sorted({*pages, *expected})
    return [one for one in every if pages.get(one) != expected.get(one)]


def unwanted(part, pages):
    """{address: unified diff} of pages that are neither as at first nor as listed."""
    expected = first(part) | wanted(part)
    wrong = differing(pages, expected)
    return {one: difference(part, one, expected.get(one, ""), pages.get(one, "")) for one in wrong}


def difference(part, address, before, after):
    """A unified diff of one page."""
    title = f"{address} ({part})"
    lines = unified_diff(before.splitlines(), after.splitlines(), title, title, lineterm="", n=2)
    return "\n".join(lines)


def message(differences):
    """The first of the differences in full, and how many there are."""
    shown = list(differences.values())[:SHOWN]
    rest = list(differences)[SHOWN:]
    more = [f"... and {len(rest)} more:", *rest[:40]] if rest else []
    return "\n".join([f"{len(differences)} differ from their goldens", *shown, *more])


def write(folder, part, pages):
    """Keep pages as text; those of a language packed, `xzcat` shows them."""
    path = folder / _name(part)
    read.cache_clear()
    if not pages:
        path.unlink(missing_ok=True)
        return
    folder.mkdir(exist_ok=True)
    if part == "openapi":
        path.write_text(pages["openapi"])
        return
    text = "".join(f"{MARK}{address}\n{page}\n" for address, page in sorted(pages.items()))
    path.write_bytes(lzma.compress(text.encode(), preset=9))


@cache
def read(path):
    """What `write` wrote, unpacked once a process; nothing where there is no file."""
    if not path.exists():
        return {}
    if path.suffix == ".json":
        return {"openapi": path.read_text()}
    blocks = ("\n" + lzma.decompress(path.read_bytes()).decode()).split(f"\n{MARK}")[1:]
    split = (block.partition("\n") for block in blocks)
    return {address: page.strip() for address, _, page in split}


def _name(part):
    return "openapi.json" if part == "openapi" else f"{part}.xz"
