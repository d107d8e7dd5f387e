"""The report of a case as a wire model."""

from reid.evidence.settle import SuggestedPhoto, in_words
from service.calibration.wire import PlaceOut, SettledPairsOut, SettlingPhotoOut
from service.cases.report import CasePair, CaseReport, Member
from service.cases.wire import (
    CaseMemberOut,
    CaseOut,
    CasePairOut,
    CaseReportOut,
    LegOut,
    PartitionOut,
    ShownOut,
    SpaceTimeOut,
    SpanOut,
)
from service.encounters.account import PairAccount, account


def report_out(report: CaseReport) -> CaseReportOut:
    """Positions among the members become numbers of encounters."""
    ids = report.case.encounters
    weighed = report.partitions
    return CaseReportOut(
        case=CaseOut.model_validate(report.case),
        encounters=[_member(member) for member in report.members],
        llr=report.llr.tolist(),
        pairs=[_pair(pair) for pair in report.pairs],
        partitions=[
            PartitionOut(
                probability=partition.probability,
                animals=[[ids[n] for n in block] for block in partition.blocks],
            )
            for partition in (weighed.partitions if weighed else ())
        ],
        weighed=weighed.weighed if weighed else 0,
        mass=weighed.mass if weighed else 0.0,
        in_full=weighed.in_full if weighed else True,
        conflicts=[(ids[trio.a], ids[trio.b], ids[trio.c]) for trio in report.conflicts],
        movement=report.movement.source,
        model=report.model,
        calibrator=report.calibrator,
        bound=report.bound,
        same=report.same,
    )


def _member(member: Member) -> CaseMemberOut:
    return CaseMemberOut(
        encounter_id=member.detail.summary.id,
        station=member.visit.station,
        position=member.visit.position,
        spans=[SpanOut.model_validate(span) for span in member.visit.spans],
        embedded=member.detail.summary.embedded,
    )


def _pair(pair: CasePair) -> CasePairOut:
    return CasePairOut(
        encounters=pair.encounters,
        llr=pair.says.evidence.llr,
        interval=pair.says.evidence.interval,
        verdict=pair.says.evidence.verdict,
        total=pair.total,
        grades=list(pair.says.grades),
        place=PlaceOut.model_validate(pair.says.place) if pair.says.place else None,
        settle=[_suggestion(suggestion, pair) for suggestion in pair.says.settle],
        why_nothing=pair.says.why_nothing or "",
        annotations=pair.says.best.annotations if pair.says.best else None,
        shown=_shown(account(pair.says)) if pair.says.best else None,
        compared=pair.says.compared,
        together=pair.together,
        space_time=SpaceTimeOut(
            distance_km=pair.space_time.distance_km,
            within_km=pair.space_time.within_km,
            legs=[LegOut.model_validate(leg) for leg in pair.space_time.legs],
            prior=pair.movement,
        ),
    )


def _shown(pair: PairAccount) -> ShownOut:
    overlap = pair.overlap
    return ShownOut(
        agree=pair.marks.agreeing,
        differ=pair.marks.differing,
        covisible=round(overlap.covisible, 3) if overlap else None,
        agreeing=round(overlap.agreeing, 3) if overlap else None,
    )


def _suggestion(suggestion: SuggestedPhoto, pair: CasePair) -> SettlingPhotoOut:
    return SettlingPhotoOut(
        encounters=[pair.encounters[n] for n in suggestion.encounters],
        flanks=list(suggestion.flanks),
        grade=suggestion.grade,
        width=suggestion.width,
        section=suggestion.section,
        settling=SettledPairsOut.model_validate(suggestion.settling),
        expected=suggestion.expected,
        enough=suggestion.enough,
        frames=suggestion.frames,
        words=in_words(suggestion, pair.letters),
    )
