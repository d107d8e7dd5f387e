"""What the calibration of a catalogue is on the wire."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import AliasChoices, Field

from reid.evidence.local import Shift
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
