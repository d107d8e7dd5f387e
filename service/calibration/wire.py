"""What the calibration of a catalogue is on the wire."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import AliasChoices, Field, JsonValue

from reid.evidence.local import Shift
from service.web.wire import Wire, shown

MOMENT = "2026-03-01T12:00:00Z"
SUPPLY: dict[str, JsonValue] = {
    "genuine": 41,
    "genuine_animals": 17,
    "independent": 12,
    "independent_animals": 6,
    "impostor": 2000,
    "impostor_animals": 24,
    "missing": {},
}
EXAMPLE: dict[str, JsonValue] = {
    "calibrator": "evidence@1+local@1",
    "fitted": "evidence@1",
    "model": "rosette@4",
    "individuals": 300,
    "bound": 2.477,
    "same": 2.0,
    "factor": 0.8,
    "applied": {
        "number": 1,
        "calibrator": "evidence@1",
        "factor": 0.8,
        "made_at": MOMENT,
        "decisions": 65,
        "in_force": True,
    },
    "tested": [
        {
            "name": "all",
            "pairs": [984, 4856],
            "cllr": 0.3,
            "cllr_min": 0.28,
            "misleading": [12, 5840],
        }
    ],
    "decisions": 68,
    "available": SUPPLY,
    "study": {
        "calibrator": "evidence@1",
        "made_at": MOMENT,
        "decisions": 65,
        "supply": SUPPLY,
        "shift": "more agreement among strangers than in the calibration",
        "impostor": [
            {
                "at": 1.0,
                "found": 61,
                "of": 2000,
                "share": 0.0305,
                "least": 0.014,
                "allowed": 0.012,
                "calibration": 0.012,
                "too_often": True,
            }
        ],
        "genuine": [],
        "scale": 1.0,
        "widening": 0.8,
        "factor": 0.8,
        "suspects": [{"encounters": [4, 19], "animals": ["2", "7"], "llr": 2.1}],
    },
}


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

    model_config = shown(EXAMPLE)

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
