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
    frames: int = Field(0, description="of one passage, fused; 0 for photos that stand alone")


class PairTallyOut(Wire):
    """So many of so many pairs. share: [0, 1]."""

    count: int
    of: int
    share: float


class CertifiedStratumOut(Wire):
    """One kind of certified pairs; "all" is the first.

    Cllr and its parts in bits, null where one kind of pairs is missing; intervals: 95 % over
    individuals. excluded, misled: by the llr from which they are counted.
    """

    name: str
    genuine: int
    impostor: int
    animals: int
    cllr: float | None
    cllr_min: float | None
    cllr_cal: float | None
    intervals: Mapping[str, tuple[float, float]]
    excluded: Mapping[str, PairTallyOut | None] = Field(description="genuine pairs at it or less")
    misled: Mapping[str, PairTallyOut | None] = Field(description="impostor pairs at it or more")
    missed: PairTallyOut | None = Field(description="genuine pairs below the llr of `same`")
    bias: float | None = Field(
        description="points of population bias that these stand for; null where they are more than "
        "10 %: most are left open, and what a count loses depends on who decides them"
    )


class CertificateOut(Wire):
    """What the llrs of one calibrator were worth on the decided encounters of this catalogue.

    What was not measured is null. digest: SHA-256 of all else, as sorted JSON without white space.
    """

    data: str
    date: str = Field(description="ISO 8601")
    model: str
    calibrator: str
    command: str
    seed: int
    same: float = Field(description="llr from which the verdict was same")
    encounters: int = Field(description="that were compared")
    decisions: int | None = Field(description="that had been taken")
    independent: PairTallyOut | None = Field(
        description="genuine pairs that were decided with no llr in view"
    )
    background: PairTallyOut | None = Field(
        description="crops without an animal whose |llr| exceeds 0.1"
    )
    flanks: PairTallyOut | None = Field(description="left against right: llrs that are not 0")
    reviewers: PairTallyOut | None = Field(
        description="wrong answers of observers on hidden known pairs; null below three observers"
    )
    strata: Sequence[CertifiedStratumOut]
    digest: str


class CertificateStateOut(Wire):
    """The latest certificate of the catalogue beside what speaks now.

    out_of_date: model or calibrator are others now. since: decisions taken after it.
    """

    certificate: CertificateOut
    out_of_date: bool
    model: str = Field(description="in force")
    calibrator: str = Field(description="in force")
    since: int


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
    empty where not known. frames: where so many frames of one passage are wanted instead, of this
    grade, fused to one picture; else 0.
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
    frames: int
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
