"""What the network saw of one animal, in words, and where a person said otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass

from reid.types import OBLIQUE, Flank, Grade, Pose, Quality, Reason
from service.store.facts import AnnotationFacts
from service.web.languages import NP_, NPS_, pgettext
from service.web.languages import gettext as _
from service.web.words import decimal, flank_name, flank_word, percents

WEAK = (Grade.POOR, Grade.UNUSABLE)

GRADES = NPS_("quality", "good", "usable", "poor", "unusable")
NPS_("reason of a grade", "blur", "dark", "small", "occluded", "oblique")
IN_WORDS = {
    Reason.NO_ANIMAL: NP_("reason of a grade", "no leopard seen"),
    Reason.OVEREXPOSED: NP_("reason of a grade", "burnt out"),
}
"""Reasons that are said in other words than their own."""


@dataclass(frozen=True, slots=True)
class FactsView:
    """Sentences without full stop; empty where there is nothing to say.

    doubt: the stated flank is not the one that is seen. weak: the photo proves little.
    measures: a name and a value each.
    """

    quality: str
    seen: str
    doubt: str
    weak: bool
    measures: tuple[tuple[str, str], ...]


def facts_view(facts: AnnotationFacts, stated: Flank) -> FactsView:
    """An annotation's facts beside the flank that was stated."""
    return FactsView(
        quality=quality_words(facts.quality),
        seen=pose_words(facts.pose),
        doubt=doubt(stated, facts.pose),
        weak=facts.quality is not None and facts.quality.grade in WEAK,
        measures=_measures(facts.quality),
    )


def quality_words(quality: Quality | None) -> str:
    """The grade with its reasons: "poor: small, blur"."""
    if quality is None:
        return _("not measured")
    return graded(quality.grade, quality.reasons)


def graded(grade: Grade, reasons: Sequence[Reason]) -> str:
    """A grade and its reasons: "poor: small, blur"."""
    return ": ".join(part for part in (grade_word(grade), reason_words(reasons)) if part)


def reason_words(reasons: Sequence[Reason]) -> str:
    """What makes a photo worse than good: "small, blur"."""
    words = (IN_WORDS.get(reason, reason.value) for reason in reasons)
    return ", ".join(pgettext("reason of a grade", word) for word in words)


def grade_word(grade: Grade) -> str:
    """How good a photo is: "poor"."""
    return pgettext("quality", grade.value)


def pose_words(pose: Pose | None) -> str:
    """Which side is seen and from where: "seems to be the left flank, from behind"."""
    if pose is None:
        return _("not measured")
    if pose.flank is Flank.UNKNOWN:
        return _("the network is not sure which flank is seen")
    if abs(pose.yaw) <= OBLIQUE:
        words = _("seems to be the %(flank)s")
    elif pose.yaw > 0:
        words = _("seems to be the %(flank)s, from behind")
    else:
        words = _("seems to be the %(flank)s, from the front")
    return words % {"flank": flank_name(pose.flank)}


def doubt(stated: Flank, pose: Pose | None) -> str:
    """A warning where a person said one flank and the network is sure of the other."""
    if pose is None or stated.comparable_with(pose.flank):
        return ""
    return _("You said %(stated)s, the network sees a %(seen)s: check") % {
        "stated": flank_word(stated),
        "seen": flank_name(pose.flank),
    }


def _measures(quality: Quality | None) -> tuple[tuple[str, str], ...]:
    if quality is None:
        return ()
    of = quality.measures
    shares = {
        _("sharpness"): of.sharpness,
        _("trust"): of.trust,
        _("brightness"): of.brightness,
        _("black"): of.black,
        _("burnt out"): of.white,
        _("coat in its window"): of.coat,
    }
    return (
        (_("width of the flank"), _("%(num)s pixels") % {"num": decimal(of.flank_pixels, 0)}),
        *((name, percents(share)) for name, share in shares.items()),
        (_("turned by"), f"{abs(of.yaw):.0f}°"),
    )
