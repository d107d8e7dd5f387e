"""What the network saw of one animal, in words, and where a person said otherwise."""

from dataclasses import dataclass

from reid.types import OBLIQUE, Flank, Grade, Pose, Quality
from service.store.facts import Facts

WEAK = (Grade.POOR, Grade.UNUSABLE)


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


def facts_view(facts: Facts, stated: Flank) -> FactsView:
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
        return "not measured"
    return ": ".join(part for part in (quality.grade.value, ", ".join(quality.reasons)) if part)


def pose_words(pose: Pose | None) -> str:
    """Which side is seen and from where: "seems to be the left flank, from behind"."""
    if pose is None:
        return "not measured"
    if pose.flank is Flank.UNKNOWN:
        return "the network is not sure which flank is seen"
    ends = {"back": ", from behind", "front": ", from the front"}
    end = "" if abs(pose.yaw) <= OBLIQUE else "back" if pose.yaw > 0 else "front"
    return f"seems to be the {pose.flank} flank{ends.get(end, '')}"


def doubt(stated: Flank, pose: Pose | None) -> str:
    """A warning where a person said one flank and the network is sure of the other."""
    if pose is None or stated.comparable_with(pose.flank):
        return ""
    return f"You said {stated}, the network sees a {pose.flank} flank: check"


def _measures(quality: Quality | None) -> tuple[tuple[str, str], ...]:
    if quality is None:
        return ()
    of = quality.measures
    shares = {
        "sharpness": of.sharpness,
        "trust": of.trust,
        "brightness": of.brightness,
        "black": of.black,
        "burnt out": of.white,
        "coat in its window": of.coat,
    }
    return (
        ("width of the flank", f"{of.flank_pixels:.0f} pixels"),
        *((name, f"{share:.0%}") for name, share in shares.items()),
        ("turned by", f"{abs(of.yaw):.0f}°"),
    )
