"""Which texts of a page are English, where it is read in a language with letters of its own."""

import re
from html.parser import HTMLParser

SPOKEN = ("aria-label", "title", "placeholder", "data-says", "alt")
SILENT = {"script", "style", "kbd", "code"}
LATIN = re.compile("[A-Za-z]{3}")


class PageTexts(HTMLParser):
    """Text nodes and spoken attributes of a page, and of what it holds in another language."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self._inside: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what its attributes say; be silent in what nobody reads."""
        self.found |= {value for name, value in attrs if name in SPOKEN and value}
        foreign = dict(attrs).get("lang") is not None and tag != "html"
        if tag in SILENT or foreign or (self._inside and tag == self._inside[-1]):
            self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Speak again."""
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        """Keep a text."""
        if not self._inside:
            self.found.add(" ".join(data.split()))


def english(page: str, names: re.Pattern[str]) -> set[str]:
    """Texts with three Latin letters in a row that are none of these names."""
    return {text for text in PageTexts(page).found if LATIN.search(names.sub("", text))}
