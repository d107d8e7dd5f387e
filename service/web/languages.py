"""Languages of the pages: gettext catalogues in `locales`, chosen for each request.

The text in the code is English. `_` and `ngettext` translate into the language of the request that
is being answered; outside of a request that is English.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from io import BytesIO
from pathlib import Path
from types import MappingProxyType

from babel import Locale, negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from jinja2 import Environment

ENGLISH = "en"
LANGUAGES: Mapping[str, str] = MappingProxyType(
    {"en": "English", "ru": "Русский", "fr": "Français"}
)
"""Codes, and the names that their speakers use."""

COOKIE = "language"
LOCALES = Path(__file__).parent.parent / "locales"

_current: ContextVar[str] = ContextVar("language", default=ENGLISH)


def language() -> str:
    """The code of the language in which the present request is answered."""
    return _current.get()


def locale() -> Locale:
    """The language of the request for Babel's dates and numbers; English is British: day first."""
    return Locale.parse("en_GB" if language() == ENGLISH else language())


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Answer in this language."""
    token = _current.set(code if code in LANGUAGES else ENGLISH)
    try:
        yield
    finally:
        _current.reset(token)


def chosen(account: str | None, cookie: str | None, accepted: str) -> str:
    """The account's language, else the cookie's, else the first that the browser accepts.

    accepted: an Accept-Language header, whose order is taken for its preference.
    """
    for code in (account, cookie):
        if code in LANGUAGES:
            return str(code)
    preferred = [part.split(";")[0].strip() for part in accepted.split(",") if part.strip()]
    negotiated = negotiate_locale(preferred, list(LANGUAGES), sep="-")
    return negotiated.lower() if negotiated else ENGLISH


def gettext(text: str) -> str:
    """The text in the language of the request."""
    return str(_catalogue(language()).ugettext(text)) if text else ""


def ngettext(singular: str, plural: str, number: int) -> str:
    """The form that this number takes; `%(num)s` in it is not filled in."""
    return str(_catalogue(language()).ungettext(singular, plural, number))


def pgettext(context: str, text: str) -> str:
    """The text as it is meant in this context."""
    return str(_catalogue(language()).upgettext(context, text))


def npgettext(context: str, singular: str, plural: str, number: int) -> str:
    """The form that this number takes, as it is meant in this context; see `ngettext`."""
    return str(_catalogue(language()).unpgettext(context, singular, plural, number))


def install(pages: Environment) -> None:
    """Let templates translate: `_`, `ngettext`, `pgettext`, `{% trans %}`."""
    pages.add_extension("jinja2.ext.i18n")
    pages.install_gettext_callables(  # type: ignore[attr-defined]
        gettext, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext
    )
    pages.policies["ext.i18n.trimmed"] = True
    pages.globals.update(language=language, languages=LANGUAGES)


def N_(text: str) -> str:  # noqa: N802  the name that extraction knows
    """Marks a text that is translated where it is shown."""
    return text


def NP_(context: str, text: str) -> str:  # noqa: ARG001, N802  the name that extraction knows
    """Marks a text with a context that is translated where it is shown, by `pgettext`."""
    return text


def NPS_(context: str, *texts: str) -> tuple[str, ...]:  # noqa: ARG001, N802  as NP_
    """Marks texts of one context, such as the words of a fixed list."""
    return texts


@cache
def _catalogue(code: str) -> NullTranslations:
    """The catalogue of a language, compiled in memory; English has none."""
    path = LOCALES / code / "messages.po"
    if not path.is_file():
        return NullTranslations()
    with path.open("rb") as file:
        catalogue = read_po(file, locale=code)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)
