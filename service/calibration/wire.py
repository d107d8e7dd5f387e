"""The calibration of a catalogue, and the test of a calibrator, on the wire."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import AliasChoices, Field

from reid.evidence.local import Shift
from reid.types import Flank, Grade
from service.web.wire import Wire


class RateOut(Wire):
    """Pairs with at least this |llr| on the wrong side, by the calibrator as fitted.

    least: what of the share is not chance; allowed: the share from which llrs are made smaller;
    calibration: share in the test of the calibrator.
    """

    at: float
    found: int = Field(validation_alias=AliasChoices("found", "misleading"))
    of: int
    share: float
    least: float
    allowed: float
    calibration: float | None
    too_often: bool


class SupplyOut(Wire):
    """Pairs of decided encounters, and the individuals they come from.

    independent: genuine pairs that were decided without an llr in view. missing: how many more are
    needed before a scale is fitted.
    """

    genuine: int
    genuine_animals: int
    independent: int
    independent_animals: int
    impostor: int
    impostor_animals: int
    missing: Mapping[str, int]


class SuspectOut(Wire):
    """Encounters of two identities whose llr says "same": an error of the machine or of a person.

    animals: numbers of the identities.
    """

    encounters: tuple[int, int]
    animals: tuple[str, str]
    llr: float


class StudyOut(Wire):
    """What came of the latest `leopard-reid calibrate`. factor: scale times widening."""

    calibrator: str
    made_at: datetime
    decisions: int
    supply: SupplyOut
    shift: Shift
    impostor: Sequence[RateOut]
    genuine: Sequence[RateOut]
    scale: float
    widening: float
    factor: float
    suspects: Sequence[SuspectOut]


class AppliedFactorOut(Wire):
    """What `--apply` put in force; in_force false: it belongs to another calibrator."""

    number: int
    calibrator: str
    factor: float
    made_at: datetime
    decisions: int
    in_force: bool


class TestSummaryOut(Wire):
    """The test of the calibrator on one kind of pairs; the first is "all".

    pairs: genuine, impostor. cllr, cllr_min: bits. misleading: pairs with |llr| >= 1 on the wrong
    side, and of how many.
    """

    __test__ = False  # not a test case, whatever a test runner makes of the name

    name: str
    pairs: tuple[int, int]
    cllr: float
    cllr_min: float
    misleading: tuple[int, int]


class StratumOut(TestSummaryOut):
    """One kind of tested encounter pairs; "all" is the first.

    pairs: genuine, impostor. misleading: pairs with |llr| >= 1 on the wrong side, and of how many.
    genuine, impostor: quantiles of the llr from 0 to 100 %, in steps of one.
    """

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


class CalibrationOut(Wire):
    """The calibrator in force, how it was tested, and what this catalogue says about it."""

    calibrator: str = Field(description="in force; every llr names it")
    fitted: str = Field(description="as its card has it")
    model: str
    individuals: int = Field(description="that calibrated it")
    bound: float = Field(description="log10 of the individuals; no |llr| exceeds it")
    same: float = Field(description="llr from which the verdict is same; REID_SAME_LLR")
    factor: float = Field(description="by which every llr is multiplied before it is bounded")
    applied: AppliedFactorOut | None
    tested: Sequence[TestSummaryOut] = Field(description="empty where it has no test")
    decisions: int = Field(description="that were ever taken in this catalogue")
    available: SupplyOut = Field(description="what a study would have now")
    study: StudyOut | None
