"""Probabilities, intervals, distances and speeds of cases, for people."""

from service.web.languages import gettext as _
from service.web.languages import ngettext, pgettext
from service.web.words import decimal, localized, number, percents, signed


def percent(share: float) -> str:
    """A probability for people: "12.3 %"; never 0 or 100, which nobody can claim."""
    if share < 0.001:
        return _("under %(share)s") % {"share": percents(0.001, 1)}
    if share > 0.999:
        return _("over %(share)s") % {"share": percents(0.999, 1)}
    return percents(share, 1)


def interval(ends: tuple[float, float]) -> str:
    """An interval for people: "[+0.9, +1.6]"."""
    return f"[{signed(ends[0])}, {signed(ends[1])}]"


def kilometres(distance: float | None) -> str:
    """A distance for people: "12.3 km"."""
    if distance is None:
        return pgettext("distance", "unknown")
    return _("%(distance)s km") % {"distance": decimal(distance, 1)}


def kilometres_within(bounds: tuple[float, float]) -> str:
    """A distance of which only the bounds are told: "under 50 km", "20 to 90 km"."""
    least, most = (number(round(bound)) for bound in bounds)
    if bounds[0] == 0:
        return _("under %(most)s km") % {"most": most}
    return _("%(least)s to %(most)s km") % {"least": least, "most": most}


def speed(km_h: float | None) -> str:
    """A speed to two significant figures: "1.2 km/h"; nothing where it is not known."""
    return "" if km_h is None else _("%(speed)s km/h") % {"speed": localized(f"{km_h:.2g}")}


def others_together(others: int, share: float) -> str:
    """The partitions that are not shown, as a sentence."""
    words = ngettext(
        "%(num)s other way to sort them: %(share)s.",
        "%(num)s other ways to sort them, together: %(share)s.",
        others,
    )
    return words % {"num": number(others), "share": percent(share)}
