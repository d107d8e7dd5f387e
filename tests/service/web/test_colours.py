"""Both themes can be read, and every colour stands in one place."""

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[3] / "service" / "static"
BASE = (STATIC / "web" / "base.css").read_text(encoding="utf-8")
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgba?|hsla?|oklch)\(|: (?:black|white)\b")
ONE = r"#[0-9a-f]{3,6}"
PLAIN = dict(re.findall(rf"--([a-z-]+): ({ONE});", BASE))
BOTH = re.findall(rf"--([a-z-]+): light-dark\(({ONE}), ({ONE})\);", BASE)
THEMES = {
    "light": PLAIN | {name: light for name, light, _ in BOTH},
    "dark": PLAIN | {name: dark for name, _, dark in BOTH},
}
GROUNDS = ("page", "field", "surface", "raised", "pressed", "dropping")
WORDS = ("text", "quiet", "orange", "sky", "green", "yellow", "vermilion")
FILLED = ("orange", "sky", "green", "yellow", "purple", "vermilion", "grey", "violet")


@pytest.mark.parametrize("theme", THEMES)
def test_words_and_edges_can_be_seen_on_every_ground(theme):
    colours = THEMES[theme]
    pairs = [(word, ground, 4.5) for word in WORDS for ground in GROUNDS]
    pairs += [("edge-strong", ground, 3.0) for ground in GROUNDS]
    pairs += [("on-colour", filled, 4.5) for filled in FILLED]
    pairs += [("on-blue", "blue", 4.5), ("on-blue", "blue-deep", 4.5)]
    weak = [
        (one, other)
        for one, other, least in pairs
        if contrast(colours[one], colours[other]) < least
    ]
    assert weak == []


def test_each_colour_is_set_once():
    names = re.findall(r"--([a-z-]+): (?:light-dark|#|rgb)", BASE)
    assert len(names) > 20
    assert [name for name in names if names.count(name) > 1] == []


def test_no_sheet_but_the_first_has_a_colour_of_its_own():
    """The dossier is a document of its own, black on white."""
    sheets = [one for one in STATIC.rglob("*.css") if one.name not in {"base.css", "dossier.css"}]
    assert len(sheets) > 5
    found = {one.name: COLOUR.findall(one.read_text(encoding="utf-8")) for one in sheets}
    assert {name: some for name, some in found.items() if some} == {}
    rules = BASE[BASE.index("* { box-sizing") :]
    assert COLOUR.findall(rules) == []


def contrast(one, other):
    """As WCAG 2.2 defines it."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour):
    digits = colour.lstrip("#")
    digits = digits if len(digits) == 6 else "".join(2 * one for one in digits)
    shares = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
