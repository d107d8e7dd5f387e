"""Sentences that the core and the store write in English, as the pages say them.

The API and the JSON of a dossier keep the English ones, so that a digest depends on no language.
"""

import re
from functools import cache

from service.web.languages import ENGLISH, N_, language
from service.web.languages import gettext as _
from service.web.words import localized

SAID = (
    # movement
    N_("the position of at least one encounter is not known"),
    N_("the time of at least one encounter is not known"),
    N_("the position and time of at least one encounter is not known"),
    N_("at least %(speed)s km/h in a straight line, above the assumed limit of %(limit)s"),
    N_("at least %(speed)s km/h in a straight line, above the assumed %(limit)s"),
    N_(
        "%(times)s times the width of a mean home range drawn as a circle (%(width)s km), though "
        "slow enough: at least %(speed)s km/h in a straight line"
    ),
    N_(
        "within the width of a mean home range (%(width)s km), at least %(speed)s km/h in a "
        "straight line"
    ),
    N_(
        "Published: mean home range of resident male Persian leopards %(area)s ± %(error)s km² "
        "(standard error; Farhadinia et al. 2018), a circle %(width)s km wide. Assumptions of this "
        "project: demanding above %(brisk)s km/h in a straight line, impossible above %(limit)s "
        "km/h, clocks up to %(hours)s h apart."
    ),
    # why nothing would settle a pair
    N_(
        "no photos can settle it: the calibrator supports no llr beyond ±%(bound)s, and a verdict "
        "takes %(same)s"
    ),
    N_("this calibrator has no test results, so nothing says which photos would settle it"),
    N_("no kind of photos that was tested is better than those at hand"),
    # photos
    N_("not a JPEG, PNG or WebP photo, or damaged"),
    N_("the photo is damaged: %(why)s"),
    N_("the photo claims more pixels than we ever decode"),
    N_("the photo has %(size)s = %(pixels)s million pixels, the limit is %(limit)s million"),
    N_("the file is empty"),
    N_("%(bytes)s bytes; at most %(limit)s a photo"),
    N_("%(workers)s workers died while they were at it"),
    N_("The crop is too small to say anything about identity."),
    N_("The box is empty, not a number, or lies outside the photo."),
    N_("No file of the upload could be kept."),
    N_("More files in one request than this service takes."),
    # what was asked for, and what stands against it
    N_("no encounter %(name)s"),
    N_("no identity %(name)s"),
    N_("no case %(name)s"),
    N_("no photo %(name)s"),
    N_("no upload %(name)s"),
    N_("Not Found"),
    N_("somebody decided meanwhile: look at the newest decision first"),
    N_("there is no decision to withdraw"),
    N_("the decision same needs an identity"),
    N_("an identity is already called %(name)s: choose another name, or decide same"),
    N_("a case holds at most %(num)s encounters"),
    N_("case %(name)s is closed: open it again first"),
    N_("No identity was chosen: pick a candidate, or one from the list of identities."),
    N_("The number of unseen animals is a number above 0, such as 3."),
    N_("The time is not ISO 8601, such as 2019-03-01T19:49:36 or 2019-03-01T19:49:36+06:00."),
    N_("no photo was taken in the year %(year)s"),
    N_("at most %(limit)s files at once, not %(files)s"),
    N_("an error of the service itself; its log says which"),
)
"""Every sentence that is translated, with names for what is filled in."""


NUMBER = re.compile(r"[\d,]+(\.\d+)?(e[+-]\d+)?")


def said_by_core(text: str | None) -> str:
    """The sentence in the language of the request; in English, and if it is not known, as it is."""
    if not text or language() == ENGLISH:
        return text or ""
    for pattern, english in _patterns():
        if found := pattern.fullmatch(text):
            values = {name: _own(value) for name, value in found.groupdict().items()}
            return _(english) % values
    return text


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(_pattern(english), re.DOTALL), english) for english in SAID)


def _pattern(english: str) -> str:
    fixed = re.split(r"%\((\w+)\)s", english)
    return "".join(f"(?P<{part}>.+?)" if n % 2 else re.escape(part) for n, part in enumerate(fixed))


def _own(value: str) -> str:
    return localized(value) if NUMBER.fullmatch(value) else value
