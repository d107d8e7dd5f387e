"""Names of individuals: what can be one, and what stands for nobody in tables and exports."""

import unicodedata

from reid.errors import InputError

NOBODY = frozenset({"", "unknown", "na", "n/a", "none", "nan", "null"})
BLANKS = "-_.?\u2013\u2014 "  # a name of these alone is an empty cell
HIDDEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")  # categories of Unicode that nobody sees


class NameStandsForNobody(
    InputError, message="{name} stands for nobody in tables and exports: choose another name"
): ...


class NameWithHiddenCharacters(
    InputError, message="the name holds characters that nobody sees ({characters}): type it anew"
): ...


def name_of(text: str) -> str:
    """The individual's name in a table, "" for the many ways to say that nobody knows it."""
    text = text.strip()
    return "" if text.casefold() in NOBODY or not text.strip(BLANKS) else text


def fit_name(text: str) -> str:
    """A name as it is kept: in the composed form of Unicode (NFC), with single spaces.

    Raises NameStandsForNobody for what an export would give back as nobody, and
    NameWithHiddenCharacters for characters of no width, of direction or of control: two names that
    look alike must be one.
    """
    name = " ".join(unicodedata.normalize("NFC", text).split())
    refuse_hidden(name)
    if not name_of(name):
        raise NameStandsForNobody(name=name or "''")
    return name


def hidden_in(text: str) -> tuple[str, ...]:
    """The characters of no width, of direction or of control in a text, e.g. "U+200B"."""
    return tuple(sorted({f"U+{ord(c):04X}" for c in text if unicodedata.category(c) in HIDDEN}))


def refuse_hidden(text: str) -> None:
    """Raises NameWithHiddenCharacters where a text of one line holds some."""
    if hidden := hidden_in(text):
        raise NameWithHiddenCharacters(characters=hidden)


def searchable(text: str) -> str:
    """A text without case and accents, in one form, so that what looks alike is found."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text)
    bare = "".join(c for c in parts if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", bare).casefold()
