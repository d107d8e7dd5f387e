"""Pages speak the words of people: no technical name, and no probability without its prior."""

import re
from html.parser import HTMLParser
from pathlib import Path
from random import Random

import pytest

from benchmarks import site_pages

TERMS = Path(__file__).parents[3] / "docs" / "terminology.md"
SPOKEN = ("aria-label", "title", "placeholder", "data-says", "alt")
SILENT = {"script", "style", "kbd", "code"}
VOID = {"meta", "link", "img", "input", "br", "hr", "source", "wbr"}
NAMES = re.compile(r"REID_\w+|calibrated@1|fake@1|[\w./-]+\.(md|csv|json|html)")


class Page(HTMLParser):
    """Texts of a page with the classes and marks of everything around them."""

    def __init__(self, page):
        super().__init__()
        self.texts, self.open = [], []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        around = [classes for _, classes, _ in self.open]
        own = set((values.get("class") or "").split())
        if "info" not in own:
            spoken = [values[name] for name in SPOKEN if values.get(name)]
            self.texts += [(text, around, None) for text in spoken]
        if tag not in VOID:
            prior = object() if "data-prior" in values else None
            self.open.append((tag, own, prior))

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        text = " ".join(data.split())
        if text and not any(tag in SILENT for tag, _, _ in self.open):
            priors = [prior for _, _, prior in self.open if prior]
            self.texts.append((text, [classes for _, classes, _ in self.open], priors))


def old_words():
    """The first column of the table in docs/terminology.md, as patterns by name."""
    table = TERMS.read_text().split("## Words of the pages")[1]
    rows = [line for line in table.splitlines() if line.startswith("| `")]
    names = [name for row in rows for name in re.findall("`([^`]+)`", row.split("|")[1])]
    return {name: re.compile(rf"\b{name}(s|es)?\b", re.IGNORECASE) for name in names}


@pytest.fixture
def addresses(client, app, filled):
    """Every page of the filled catalogue, as an address."""
    client.cookies.set("reviewer", "ab")
    holdings, chance = site_pages.holdings(client), Random(3)  # noqa: S311
    found = {path: site_pages.PAGES[path](holdings, chance) for path in site_pages.paths(app)}
    more = ("/encounters/4", "/cases/1", "/cases/1/dossier", "/compare?one=1&other=2", "/nowhere")
    known = [address for address in found.values() if address]
    assert len(known) > 35
    return sorted({*known, *more})


@pytest.fixture
def pages(client, addresses):
    """see(language) -> the texts of every page by its address."""

    def see(language):
        headers = {"accept": "text/html", "accept-language": language}
        return {each: Page(client.get(each, headers=headers).text).texts for each in addresses}

    return see


def test_no_page_says_a_technical_name_and_every_probability_names_its_prior(pages, capsys):
    seen, words = pages("en"), old_words()
    assert len(words) > 12
    found = {
        (name, address, text)
        for address, texts in seen.items()
        for text, _, _ in texts
        for name, pattern in words.items()
        if pattern.search(NAMES.sub("", text))
    }
    assert sorted(found) == []
    chances = [
        (address, text, priors)
        for address, texts in seen.items()
        for text, around, priors in texts
        if priors is not None and any("chance" in classes for classes in around)
    ]
    named = {
        prior
        for texts in seen.values()
        for text, _, priors in texts
        if priors and "before looking" in text.lower()
        for prior in priors
    }
    without = [(a, text) for a, text, priors in chances if not named.intersection(priors)]
    assert without == []
    unmarked = [
        (address, text)
        for address, texts in seen.items()
        for text, around, _ in texts
        if re.search(r"probability (of )?\d", text) and "efore looking" not in text
    ]
    assert unmarked == []
    with capsys.disabled():
        print(f"\n{len(chances)} probabilities on {len(seen)} pages, each with its prior")
    assert len(chances) > 20


@pytest.mark.parametrize("language", ["ru", "fr"])
def test_no_technical_name_in_another_language(pages, language):
    words = {name: p for name, p in old_words().items() if name in ("llr", "RootSIFT", "embedding")}
    found = {
        (name, address, text)
        for address, texts in pages(language).items()
        for text, _, _ in texts
        for name, pattern in words.items()
        if pattern.search(NAMES.sub("", text))
    }
    assert sorted(found) == []
