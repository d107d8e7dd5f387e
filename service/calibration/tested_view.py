"""The test of a calibrator for people: a table, and a small Tippett plot with one pair's place.

A Tippett plot shows, for every llr, the share of tested pairs with at least this llr: one curve
for pairs of the same animal, one for pairs of different animals.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from reid.evidence.strata import INDEPENDENT
from reid.evidence.tested import Place, Tested, TestedStratum
from reid.types import Evidence
from service.calibration.card_words import as_typed, data_of_test, filled
from service.web.languages import NP_, ngettext, pgettext
from service.web.languages import gettext as _
from service.web.words import MINUS, number, percents

WIDTH, HEIGHT = 330.0, 150.0
LEFT, TOP, RIGHT, BOTTOM = 40.0, 8.0, 8.0, 34.0
TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
STRATA = {
    "all": NP_("tested photos", "all photos"),
    "good": NP_("tested photos", "good"),
    "usable": NP_("tested photos", "usable"),
    "poor": NP_("tested photos", "poor"),
    "unusable": NP_("tested photos", "unusable"),
    "day": NP_("tested photos", "day"),
    "mixed": NP_("tested photos", "mixed"),
    "infrared": NP_("tested photos", "infra-red"),
    INDEPENDENT: NP_("tested photos", "decided with no weight of evidence in view"),
}


@dataclass(frozen=True, slots=True)
class TestRow:
    """One line of the table of a test: a stratum, its name, and how many pairs mislead."""

    stratum: TestedStratum
    name: str
    misleading: str


@dataclass(frozen=True, slots=True)
class Plot:
    """A Tippett plot in units of its own canvas, WIDTH x HEIGHT.

    genuine, impostor: points of a polyline. mark: x of the pair's llr; band: x and width of its
    interval. thresholds: x of the llrs of the verdicts. across, up: x or y of each tick with its
    label. frame: x, y, width, height.
    """

    genuine: str
    impostor: str
    mark: float
    band: tuple[float, float]
    thresholds: tuple[float, float]
    across: tuple[tuple[float, str], ...]
    up: tuple[tuple[float, str], ...]
    frame: tuple[float, float, float, float]
    words: str


def test_rows(test: Tested | None) -> tuple[TestRow, ...]:
    """The table, one line a stratum; none without a test."""
    return tuple(
        TestRow(stratum, stratum_name(stratum.name), of_all(*stratum.misleading))
        for stratum in (test.strata if test else ())
    )


def of_all(part: int, whole: int) -> str:
    """How many of how many: "3 of 4,856"."""
    return _("%(part)s of %(all)s") % {"part": number(part), "all": number(whole)}


def stratum_name(name: str) -> str:
    """Which of the tested photos."""
    return pgettext("tested photos", STRATA.get(name, name))


def tested_on(test: Tested | None) -> str:
    """On what the calibrator was tested, as a sentence."""
    if test is None:
        return _("This calibrator has no test results.")
    words = ngettext(
        "Tested on %(date)s on %(data)s (%(num)s individual); to repeat it: %(command)s.",
        "Tested on %(date)s on %(data)s (%(num)s individuals); to repeat it: %(command)s.",
        test.individuals,
    )
    values = {
        "date": test.date[:10],
        "data": data_of_test(test.data),
        "num": number(test.individuals),
        "command": as_typed(test.command),
    }
    return filled(words, values)


def placed(place: Place, stratum: TestedStratum) -> str:
    """The place of an llr on the plot as a sentence."""
    genuine, impostor = (number(pairs) for pairs in stratum.pairs)
    words = (
        _(
            "At least this weight of evidence: %(same)s of %(genuine)s tested pairs of "
            "the same animal, %(different)s of %(impostor)s of different animals."
        )
        if place.stratum == "all"
        else _(
            "At least this weight of evidence: %(same)s of %(genuine)s tested "
            "%(stratum)s pairs of the same animal, %(different)s of %(impostor)s of "
            "different animals."
        )
    )
    return words % {
        "same": share(place.genuine),
        "different": share(place.impostor),
        "genuine": genuine,
        "impostor": impostor,
        "stratum": stratum_name(place.stratum),
    }


def share(of: float) -> str:
    """A share as it can be read from quantiles that are 1 % apart."""
    if of < 0.01:
        return _("under %(share)s") % {"share": percents(0.01)}
    return _("over %(share)s") % {"share": percents(0.99)} if of > 0.99 else percents(of)


def tippett(
    stratum: TestedStratum, place: Place, llr: float, interval: tuple[float, float], same: float
) -> Plot:
    """The plot of a stratum with the place of one pair on it."""
    ends = [abs(llr), same, *map(abs, (*interval, stratum.impostor[0], stratum.genuine[-1]))]
    reach = max(ends) + 0.2
    inner = (WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM)

    def x(value: float) -> float:
        return round(LEFT + inner[0] * (value + reach) / (2 * reach), 1)

    def y(portion: float) -> float:
        return round(TOP + inner[1] * (1 - portion), 1)

    def curve(quantiles: Sequence[float]) -> str:
        last = len(quantiles) - 1
        points = [
            (-reach, 1.0),
            *((q, 1 - n / last) for n, q in enumerate(quantiles)),
            (reach, 0.0),
        ]
        return " ".join(f"{x(q)},{y(portion)}" for q, portion in points)

    whole = range(-int(reach), int(reach) + 1)
    return Plot(
        genuine=curve(stratum.genuine),
        impostor=curve(stratum.impostor),
        mark=x(llr),
        band=(x(interval[0]), round(max(x(interval[1]) - x(interval[0]), 1.0), 1)),
        thresholds=(x(-same), x(same)),
        across=tuple((x(n), f"{n:+d}".replace("-", MINUS) if n else "0") for n in whole),
        up=tuple((y(t), percents(t)) for t in TICKS),
        frame=(LEFT, TOP, *inner),
        words=placed(place, stratum),
    )


def plot_of(
    test: Tested | None, place: Place | None, evidence: Evidence, same: float
) -> Plot | None:
    """The plot of the stratum in which a pair has its place; None where it has none."""
    for stratum in test.strata if test else ():
        if place and stratum.name == place.stratum:
            return tippett(stratum, place, evidence.llr, evidence.interval, same)
    return None
