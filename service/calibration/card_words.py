"""What cards of models and calibrators say, on pages: in the language of the page where the text is
one that this program writes, else as it is, marked as English.

A card is written by a script, in English, and may be edited by hand. The texts of our scripts are
read back here by their figures; a test compares them with the released cards.
"""

import re
from collections.abc import Callable, Mapping

from markupsafe import Markup, escape

from service.web.languages import N_, ngettext
from service.web.languages import gettext as _
from service.web.words import count, number

RELEASED = (
    N_(
        "procedural coats on painted bodies, before painted and freely licensed landscapes; no "
        "photograph of an animal. The glance is EfficientNet-Lite0 of ImageNet (Apache-2.0), "
        "unchanged"
    ),
)
"""What released networks were trained on, word by word."""

SURVEY = re.compile(
    r"synthetic survey, (?P<animals>\d+) animals, (?P<photos>\d+) photos "
    r"as they are and degraded, seed (?P<seed>\d+)"
)
FINETUNED = re.compile(
    r"(?P<base>\S+), then (?P<photos>\d+) photographs of (?P<individuals>\d+) individuals; "
    r"private photographs, not for release"
)
TEST = re.compile(r"(?P<dataset>\S+), (?P<pairs>\d+) pairs of encounters")
SYNTHETIC = re.compile(r"synthetic:(?P<animals>\d+):(?P<seed>\d+)")


def filled(words: str, values: Mapping[str, object]) -> Markup:
    """A translated sentence with values that may be marked up; all else is escaped."""
    return escape(words) % values


def in_english(text: str) -> Markup:
    """A text of a card as it is, so that a screen reader speaks it as English."""
    return Markup('<span lang="en">{}</span>').format(text)


def as_typed(text: str) -> Markup:
    """A command or the name of a folder."""
    return Markup("<code>{}</code>").format(text)


def trained_on(text: str) -> Markup:
    """What a network learned from."""
    return escape(_(text)) if text in RELEASED else _read(text, FINETUNED, _finetuned)


def fitted_on(text: str | None) -> Markup:
    """What a calibrator was fitted on."""
    if text is None:
        return escape(_("not stated on a card"))
    return _read(text, SURVEY, _survey)


def data_of_test(text: str) -> Markup:
    """What a calibrator was tested on."""
    return _read(text, TEST, _test)


def _read(text: str, form: re.Pattern[str], words: Callable[[re.Match[str]], Markup]) -> Markup:
    """The text in the words of this form where it has it, else as it is."""
    figures = form.fullmatch(text)
    return words(figures) if figures else in_english(text)


def _survey(figures: re.Match[str]) -> Markup:
    words = _("simulated survey, %(animals)s, %(photos)s as they are and degraded, seed %(seed)s")
    values = {
        "animals": count(int(figures["animals"]), "animal"),
        "photos": count(int(figures["photos"]), "photo"),
    }
    return filled(words, {**values, "seed": figures["seed"]})


def _finetuned(figures: re.Match[str]) -> Markup:
    words = ngettext(
        "%(base)s, then %(photos)s of %(num)s individual; private photos, not for release",
        "%(base)s, then %(photos)s of %(num)s individuals; private photos, not for release",
        int(figures["individuals"]),
    )
    photos = count(int(figures["photos"]), "photo")
    individuals = number(int(figures["individuals"]))
    return filled(words, {"base": figures["base"], "photos": photos, "num": individuals})


def _test(figures: re.Match[str]) -> Markup:
    drawn = SYNTHETIC.fullmatch(figures["dataset"])
    if drawn:
        words = _("simulated survey, %(animals)s, seed %(seed)s")
        animals = count(int(drawn["animals"]), "animal")
        dataset = filled(words, {"animals": animals, "seed": drawn["seed"]})
    else:
        dataset = as_typed(figures["dataset"])
    pairs = count(int(figures["pairs"]), "pair of encounters", "pairs of encounters")
    return filled("%(dataset)s, %(pairs)s", {"dataset": dataset, "pairs": pairs})
