"""Sentences of the core and of every room in the language of the request."""

from collections.abc import Iterable

from reid.sentences import FieldOf, Sentence, every_sentence, fields_of, filled, written
from service.store.people import Role
from service.web.languages import ENGLISH, language, pgettext
from service.web.languages import gettext as _
from service.web.person_words import role_words
from service.web.words import listed, localized, sentence


def translated(text: Sentence | str | None) -> str:
    """The sentence in the language of the request, its facts filled in; a text stays as it is."""
    if not isinstance(text, Sentence) or language() == ENGLISH:
        return str(text or "")
    values = {field.name: _fact(text, field) for field in fields_of(text.message)}
    words = pgettext(text.context, text.message) if text.context else _(text.message)
    return filled(words, values)


def in_full(text: Sentence | str | None) -> str:
    """With a capital letter and a full stop; nothing stays nothing."""
    return f"{sentence(translated(text))}." if text else ""


def recorded(code: str | None, detail: Sentence | str | None) -> str:
    """What went wrong with a photo some time ago, as half a sentence.

    detail: English without facts where an earlier release kept it; then what its code means is
    said in the language of the request, and the English stands behind it.
    """
    if isinstance(detail, Sentence) or not detail or language() == ENGLISH:
        return translated(detail)
    kind = general(code)
    meant = translated(kind).rstrip(".")
    meant = meant[:1].lower() + meant[1:]
    if kind is None or str(kind) == detail:
        return meant or detail
    return f"{meant} ({detail})"


def general(code: str | None) -> Sentence | None:
    """What an error code means; None for one that no sentence without facts has."""
    for kind in every_sentence():
        if kind.code == code and kind.message and not list(fields_of(kind.message)):
            return kind()
    return None


def _fact(text: Sentence, field: FieldOf) -> str:
    value = text.facts[field.name]
    if isinstance(value, tuple):
        return _joined(map(_part, value), text.joint)
    if isinstance(value, Sentence | Role):
        return _part(value)
    words = written(value, field)
    return localized(words) if isinstance(value, int | float) else words


def _part(value: object) -> str:
    if isinstance(value, Sentence):
        return translated(value)
    return role_words(value) if isinstance(value, Role) else str(value)


def _joined(parts: Iterable[str], joint: str) -> str:
    return listed(list(parts)) if joint == " and " else joint.join(parts)
