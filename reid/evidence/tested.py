"""What came of testing a calibrator: the file NAME@VERSION.tested.json beside its card."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from reid.errors import UnknownModel
from reid.types import Grade

QUANTILES = 101  # of the llrs of a class: 0 %, 1 % ... 100 %
DECIMALS = 4  # of an llr in the file
SETTLED = 2.0  # |llr| from which `Settling` counts a pair as settled
FEWEST = 20  # pairs of each class from which a stratum of its own says more than all pairs
ALL = "all"


class TestsOfAnotherRelease(
    UnknownModel,
    message="{path} was not written by this release ({why}): test the calibrator again, or delete "
    "the file",
): ...


@dataclass(frozen=True, slots=True)
class TestedStratum:
    """One kind of encounter pairs. The first of a test is "all".

    pairs: genuine and impostor. cllr, cllr_min: bits. misleading: pairs with |llr| >= 1 on the
    wrong side, and of how many. genuine, impostor: QUANTILES quantiles of the llr, ascending.
    Raises ValueError for anything else.
    """

    __test__ = False  # not a test case, whatever a test runner makes of the name

    name: str
    pairs: tuple[int, int]
    cllr: float
    cllr_min: float
    misleading: tuple[int, int]
    genuine: tuple[float, ...]
    impostor: tuple[float, ...]

    def __post_init__(self) -> None:
        for values in (self.genuine, self.impostor):
            if len(values) != QUANTILES or any(a > b for a, b in pairwise(values)):
                raise ValueError(f"{self.name}: {QUANTILES} ascending quantiles, please")


@dataclass(frozen=True, slots=True)
class Settling:
    """How many encounter pairs of these best grades are settled.

    grade0, grade1: of the two encounters.
    flanks: how many both show, 1 or 2. genuine, impostor: pairs. same: [0, 1], share of the genuine
    ones with llr >= SETTLED; different: of the impostor ones with llr <= -SETTLED.
    frames: so many of one passage, none better than grade0, fused; 0 for photos that stand alone.
    """

    grade0: Grade
    grade1: Grade
    flanks: int
    genuine: int
    impostor: int
    same: float
    different: float
    frames: int = 0


class Place(NamedTuple):
    """Where an llr lies on a Tippett plot: shares of tested pairs with at least this llr."""

    stratum: str
    genuine: float
    impostor: float


@dataclass(frozen=True, slots=True)
class Tested:
    """One test of one calibrator. data: on what; individuals: in it; date: ISO 8601."""

    __test__ = False

    calibrator: str
    data: str
    command: str
    date: str
    individuals: int
    strata: tuple[TestedStratum, ...]
    settling: tuple[Settling, ...]

    def stratum(self, grades: Sequence[Grade]) -> TestedStratum | None:
        """The one that fits the worst of these grades, else that of all pairs, else none."""
        named = {stratum.name: stratum for stratum in self.strata}
        worst = max(grades, key=list(Grade).index, default=None)
        fitting = named.get(worst.value) if worst else None
        return fitting if fitting and min(fitting.pairs) >= FEWEST else named.get(ALL)

    def place(self, llr: float, grades: Sequence[Grade]) -> Place | None:
        """Where an llr of photos of these grades lies in the stratum that fits them."""
        fitting = self.stratum(grades)
        return Place(fitting.name, *exceeded(fitting, llr)) if fitting else None


def exceeded(stratum: TestedStratum, llr: float) -> tuple[float, float]:
    """The place on the Tippett plot: shares of genuine and impostor pairs with at least this llr.

    Read from the quantiles by linear interpolation, so no tail is finer than 1 %.
    """
    genuine, impostor = (_at_least(values, llr) for values in (stratum.genuine, stratum.impostor))
    return genuine, impostor


def _at_least(quantiles: Sequence[float], llr: float) -> float:
    at, value = np.round(quantiles, DECIMALS), round(llr, DECIMALS)
    return float(np.interp(-value, -at[::-1], np.linspace(0, 1, len(at))))


def load_tested(calibrator: str, folder: Path) -> Tested | None:
    """The test of a calibrator; None where there is none.

    A calibrator that was adjusted to a catalogue, such as "evidence@2+local@2", has the test of the
    one it was made from. Raises UnknownModel for a file of another release.
    """
    path = folder / f"{calibrator.split('+')[0]}.tested.json"
    if not path.is_file():
        return None
    try:
        return _read(json.loads(path.read_text(encoding="utf-8")))
    except (KeyError, TypeError, ValueError) as error:
        raise TestsOfAnotherRelease(path=path, why=repr(error)) from error


def _read(values: dict[str, Any]) -> Tested:
    strata: list[dict[str, Any]] = [
        {key: tuple(v) if isinstance(v, list) else v for key, v in row.items()}
        for row in values["strata"]
    ]
    settling = [
        {"grade0": Grade(row.pop("one")), "grade1": Grade(row.pop("other")), **row}
        for row in values["settling"]
    ]
    return Tested(
        **{
            **values,
            "strata": tuple(TestedStratum(**row) for row in strata),
            "settling": tuple(Settling(**row) for row in settling),
        }
    )


def write_tested(path: Path, tested: Tested) -> None:
    """Write a test as JSON, llrs rounded to DECIMALS."""
    values = asdict(tested)
    for stratum in values["strata"]:
        for side in ("genuine", "impostor"):
            stratum[side] = [round(llr, DECIMALS) for llr in stratum[side]]
    values["settling"] = [  # the file has other names
        {"one": row.pop("grade0"), "other": row.pop("grade1"), **row} for row in values["settling"]
    ]
    path.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
