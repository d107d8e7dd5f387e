"""What goes over the wire about the test of a calibrator, and what follows from it for a pair."""

from pydantic import AliasChoices, Field

from reid.types import Flank, Grade
from service.web.wire import Wire


class StratumOut(Wire):
    """One kind of tested encounter pairs; "all" is the first.

    pairs: genuine, impostor. misleading: pairs with |llr| >= 1 on the wrong side, and of how many.
    genuine, impostor: quantiles of the llr from 0 to 100 %, in steps of one.
    """

    name: str
    pairs: tuple[int, int]
    cllr: float
    cllr_min: float
    misleading: tuple[int, int]
    genuine: list[float]
    impostor: list[float]


class SettledPairsOut(Wire):
    """How many encounter pairs of these best grades are settled, with one or two shared flanks."""

    one: Grade = Field(validation_alias=AliasChoices("one", "grade0"))
    other: Grade = Field(validation_alias=AliasChoices("other", "grade1"))
    flanks: int
    genuine: int
    impostor: int
    same: float = Field(description="share of the genuine ones with an llr of 2 or more")
    different: float = Field(description="share of the impostor ones with an llr of -2 or less")


class TestedOut(Wire):
    """One test of one calibrator. date: ISO 8601."""

    calibrator: str
    data: str
    command: str
    date: str
    individuals: int
    strata: list[StratumOut]
    settling: list[SettledPairsOut]


class PlaceOut(Wire):
    """Shares of the tested pairs of a stratum that have at least the llr of a pair."""

    stratum: str
    genuine: float
    impostor: float


class SettlingPhotoOut(Wire):
    """A photo, or one of each encounter, that would move an open pair.

    encounters: whose. flanks: two where either will do. grade: at least. width: least width of the
    flank in pixels, 0 where no card says. section: third of the flank that is not seen in both yet,
    empty where not known.
    expected: share of tested pairs like that which were settled, weighed by the present llr at even
    prior odds; enough: more than half. words: the same as a sentence.
    """

    encounters: list[int]
    flanks: list[Flank]
    grade: Grade
    width: int
    section: str
    settling: SettledPairsOut
    expected: float
    enough: bool
    words: str
