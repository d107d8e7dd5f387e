"""The report of a case as a wire model."""

from string import ascii_uppercase

from reid.evidence.settle import SuggestedPhoto, in_words
from service.calibration.tested_wire import PlaceOut, SettlingOut, SuggestionOut
from service.cases.report import CasePair, CaseReport, Member
from service.cases.wire import (
    CaseDetailOut,
    CaseMemberOut,
    CaseOut,
    CasePairOut,
    CaseReportOut,
    LegOut,
    PartitionOut,
    SpaceTimeOut,
    SpanOut,
)
from service.store.cases import Case, Change
from service.web.places import rounded


def case_detail(case: Case, changes: list[Change]) -> CaseDetailOut:
    """A case with its history."""
    return CaseDetailOut.model_validate({"case": case, "changes": changes}, from_attributes=True)


def report_out(report: CaseReport, *, exact: bool) -> CaseReportOut:
    """Positions among the members become numbers of encounters.

    exact: whether places are told as they are, else rounded.
    """
    ids = report.case.encounters
    llr = [[0.0] * len(ids) for _ in ids]
    for pair in report.pairs:
        llr[pair.one][pair.other] = llr[pair.other][pair.one] = pair.says.evidence.llr
    weighed = report.partitions
    return CaseReportOut(
        case=CaseOut.model_validate(report.case),
        encounters=[_member(one, exact=exact) for one in report.members],
        llr=llr,
        pairs=[_pair(one, ids) for one in report.pairs],
        partitions=[
            PartitionOut(
                probability=one.probability,
                animals=[[ids[n] for n in block] for block in one.blocks],
            )
            for one in (weighed.partitions if weighed else ())
        ],
        weighed=weighed.weighed if weighed else 0,
        mass=weighed.mass if weighed else 0.0,
        in_full=weighed.in_full if weighed else True,
        conflicts=[(ids[one.a], ids[one.b], ids[one.c]) for one in report.conflicts],
        movement=report.movement.source,
        model=report.model,
        calibrator=report.calibrator,
        bound=report.bound,
        same=report.same,
    )


def _member(one: Member, *, exact: bool) -> CaseMemberOut:
    place = one.visit.position
    return CaseMemberOut(
        encounter_id=one.detail.summary.id,
        station=one.visit.station,
        position=rounded(place) if place and not exact else place,
        spans=[SpanOut.model_validate(span) for span in one.visit.spans],
        embedded=one.detail.summary.embedded,
    )


def _pair(one: CasePair, ids: tuple[int, ...]) -> CasePairOut:
    return CasePairOut(
        encounters=(ids[one.one], ids[one.other]),
        llr=one.says.evidence.llr,
        interval=one.says.evidence.interval,
        verdict=one.says.evidence.verdict,
        total=one.total,
        grades=list(one.says.grades),
        place=PlaceOut.model_validate(one.says.place) if one.says.place else None,
        settle=[_suggestion(some, one, ids) for some in one.says.settle],
        why_nothing=one.says.why_nothing,
        annotations=one.says.best.annotations if one.says.best else None,
        compared=one.says.compared,
        together=one.together,
        space_time=SpaceTimeOut(
            distance_km=one.space_time.distance_km,
            legs=[LegOut.model_validate(leg) for leg in one.space_time.legs],
            prior=one.movement,
        ),
    )


def _suggestion(some: SuggestedPhoto, pair: CasePair, ids: tuple[int, ...]) -> SuggestionOut:
    couple = (pair.one, pair.other)
    return SuggestionOut(
        encounters=[ids[couple[n]] for n in some.encounters],
        flanks=list(some.flanks),
        grade=some.grade,
        width=some.width,
        section=some.section,
        settling=SettlingOut.model_validate(some.settling),
        expected=some.expected,
        enough=some.enough,
        words=in_words(some, (ascii_uppercase[pair.one], ascii_uppercase[pair.other])),
    )
