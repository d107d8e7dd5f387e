"""View model of the dossier, made from its record: facts as lines, verdicts as sentences."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from string import ascii_uppercase

from reid.identify.partitions import WeighedPartition
from reid.interchange.obscuring import Telling
from reid.types import Box, Flank
from service.calibration.certificate_view import quotation
from service.calibration.tested_view import Plot, TestRow, test_rows, tested_on
from service.cases.report import CasePair, CaseReport, OtherPrior
from service.cases.report_view import (
    BeforeAfter,
    WayView,
    before_after,
    pair_plot,
    to_settle,
    ways,
)
from service.dossier.pair_view import PairFigure, pair_figure
from service.dossier.record import Dossier, DossierEncounter, DossierPhoto
from service.dossier.words import (
    PLACES,
    Line,
    answer,
    cannot,
    cite,
    doubted,
    facts,
    in_short,
    limits,
    meant,
    position_words,
    signed,
    span_words,
    unfinished,
)
from service.encounters.account import PairAccount, account
from service.encounters.comparison_words import decided
from service.encounters.list_view import encounter_numbered
from service.photos.facts_view import WEAK, quality_words
from service.store.cases import CaseChange
from service.store.decisions import Decision
from service.store.photos import Annotation
from service.web.languages import gettext as _
from service.web.languages import ngettext, pgettext
from service.web.quantities import others_together, percent
from service.web.sentences import recorded, translated
from service.web.words import (
    clock,
    day,
    field_name,
    flank_name,
    general,
    listed,
    number,
    percents,
    sentence,
    viewpoint_word,
)

FEW, MOST, LEAST = 5, 20, 0.001  # partitions that are listed; probability that is worth a line


@dataclass(frozen=True, slots=True)
class PhotoLine:
    """One photo in the list of an encounter. stated: what was said otherwise."""

    photo: DossierPhoto
    taken: str
    estimated: str
    quality: str
    stated: str


@dataclass(frozen=True, slots=True)
class CropFigure:
    """One crop. box: pixels of the photo."""

    name: str
    jpeg: str
    box: Box
    caption: str


@dataclass(frozen=True, slots=True)
class DossierEncounterView:
    """One encounter with all its photos. left_out: how many are listed without a crop."""

    letter: str
    title: str
    facts: tuple[Line, ...]
    photos: tuple[PhotoLine, ...]
    crops: tuple[CropFigure, ...]
    left_out: str


@dataclass(frozen=True, slots=True)
class DossierPairView:
    """One pair: what its photos say, and the figure if any photo speaks.

    settle: sentences.
    """

    pair: CasePair
    account: PairAccount
    words: str
    weak: str
    figure: PairFigure | None
    plot: Plot | None
    settle: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PartitionView:
    """One way to sort the encounters. animals: the letters of each. probability: posterior."""

    animals: tuple[str, ...]
    prior: str
    probability: float


@dataclass(frozen=True, slots=True)
class DossierView:
    """The document from top to bottom. places: decimals of an llr."""

    places: int
    name: str
    question: str
    facts: tuple[Line, ...]
    unfinished: str
    answer: str
    pairs_in_short: tuple[str, ...]
    cannot: tuple[str, ...]
    before_after: BeforeAfter | None
    encounters: tuple[DossierEncounterView, ...]
    pairs: tuple[DossierPairView, ...]
    together: str
    partitions: tuple[PartitionView, ...]
    rest: str
    priors: tuple[OtherPrior, ...]
    conflicts: tuple[str, ...]
    ways: tuple[WayView, ...]
    moved: tuple[CasePair, ...]
    movement: str
    tests: tuple[TestRow, ...]
    tested_on: str
    certificate: str
    decisions: tuple[tuple[str, Decision, str, str], ...]
    changes: tuple[tuple[CaseChange, str], ...]
    limits: tuple[str, ...]
    cite: str


def dossier_view(record: Dossier, digest: str) -> DossierView:
    """A record as its document says it. digest: SHA-256 of its content."""
    report = record.report
    return DossierView(
        places=PLACES,
        name=report.case.name,
        question=report.case.note,
        facts=tuple(facts(record, digest)),
        unfinished=unfinished(record),
        answer=answer(report),
        pairs_in_short=tuple(in_short(pair, report) for pair in report.pairs),
        cannot=tuple(cannot(record)),
        before_after=before_after(report),
        encounters=tuple(_encounter(e, report.telling) for e in record.encounters),
        pairs=_pairs(record),
        together=general(report.case.together),
        partitions=tuple(_partition(partition, report) for partition in _worth_a_line(report)),
        rest=_rest(report),
        priors=record.priors,
        conflicts=tuple(
            _("%(a)s = %(b)s and %(b)s = %(c)s by verdict, but %(a)s is not %(c)s")
            % {name: ascii_uppercase[getattr(conflict, name)] for name in "abc"}
            for conflict in report.conflicts
        ),
        ways=ways(report),
        moved=report.moved,
        movement=translated(report.movement.source),
        tests=test_rows(report.tested),
        tested_on=tested_on(report.tested),
        certificate=quotation(record.certificate),
        decisions=tuple(
            _decision(encounter.letter, decision)
            for encounter in record.encounters
            for decision in encounter.member.detail.decisions
        ),
        changes=_changes(record),
        limits=tuple(limits(record)),
        cite=cite(record, digest),
    )


def _changes(record: Dossier) -> tuple[tuple[CaseChange, str], ...]:
    """Each change with the letter of its encounter, or its number."""
    letters = {e.member.detail.summary.id: e.letter for e in record.encounters}
    return tuple(
        (change, letters.get(change.encounter_id, encounter_numbered(change.encounter_id)))
        for change in record.report.changes
    )


def _encounter(encounter: DossierEncounter, telling: Telling) -> DossierEncounterView:
    visit, summary = encounter.member.visit, encounter.member.detail.summary
    lines = [(_("Station"), visit.station or pgettext("station", "unknown"))]
    lines += [
        (
            _("Recorded")
            if span.source == "recorded"
            else _("Stated otherwise (%(source)s)") % {"source": span.source},
            span_words(span),
        )
        for span in visit.spans
    ] or [(_("Recorded"), _("time unknown"))]
    lines.append((_("Position"), position_words(visit.position, telling)))
    if summary.name:
        lines.append((_("Name"), summary.name))
    photos = encounter.photos
    missing = sum(p.crop is None and p.reference.annotation.state == "embedded" for p in photos)
    left_out = ngettext("%(num)s photo is listed only.", "%(num)s photos are listed only.", missing)
    return DossierEncounterView(
        letter=encounter.letter,
        title=visit.station or summary.name or encounter_numbered(summary.id),
        facts=tuple(lines),
        photos=tuple(map(_photo, photos)),
        crops=tuple(_crop(photo) for photo in photos if photo.crop),
        left_out=left_out % {"num": number(missing)} if missing else "",
    )


def _photo(photo: DossierPhoto) -> PhotoLine:
    annotation, file = photo.reference.annotation, photo.reference.photo
    quality = quality_words(annotation.quality)
    if annotation.state != "embedded":
        why = recorded(annotation.error_code, annotation.error_detail) or _("not ready yet")
        quality = _("not used: %(why)s") % {"why": why}
    return PhotoLine(
        photo=photo,
        taken=f"{day(file.captured_at)}, {clock(file.captured_at)}"
        if file.captured_at
        else pgettext("time", "unknown"),
        estimated=_estimated(annotation),
        quality=quality,
        stated="; ".join(
            f"{field_name(claim.field)} {claim.value} ({claim.source})" for claim in photo.stated
        ),
    )


def _estimated(annotation: Annotation) -> str:
    if annotation.estimated_flank is None:
        return _("not measured")
    if annotation.estimated_flank is Flank.UNKNOWN:
        return _("not sure")
    chance = annotation.estimated_flank_probability or 0
    sure = _("over %(share)s") % {"share": percents(0.99)} if chance > 0.99 else percents(chance)
    words = f"{viewpoint_word(annotation.viewpoint or '')} ({sure})"
    return (
        _("%(viewpoint)s, not as stated") % {"viewpoint": words} if doubted(annotation) else words
    )


def _crop(photo: DossierPhoto) -> CropFigure:
    assert photo.crop is not None  # noqa: S101
    annotation = photo.reference.annotation
    caption = _("%(name)s, %(flank)s")
    if doubted(annotation):
        caption = _("%(name)s, %(flank)s (in doubt)")
    return CropFigure(
        name=photo.name,
        jpeg=photo.crop.jpeg,
        box=photo.crop.box,
        caption=caption % {"name": photo.name, "flank": flank_name(annotation.flank)},
    )


def _pairs(record: Dossier) -> tuple[DossierPairView, ...]:
    photos = {p.reference.annotation.id: p for e in record.encounters for p in e.photos}
    report = record.report
    nothing = _("No two photos show the same flank: they say nothing for or against.")
    views = []
    for n, pair in enumerate(report.pairs):
        best = record.speaking.get(n)
        shown = [photos[annotation] for annotation in best.annotations] if best else []
        views.append(
            DossierPairView(
                pair=pair,
                account=account(replace(pair.says, best=best)),
                words=sentence(meant(pair, report)) + "." if best else nothing,
                weak=_weak(shown),
                figure=pair_figure(best, pair.says.compared, photos) if best else None,
                plot=pair_plot(pair, report),
                settle=to_settle(pair),
            )
        )
    return tuple(views)


def _weak(shown: Sequence[DossierPhoto]) -> str:
    """What restricts the photos that speak: their quality, and a doubt about their flank."""
    annotations = {photo.name: photo.reference.annotation for photo in shown}
    weak = [name for name, a in annotations.items() if a.quality and a.quality.grade in WEAK]
    unsure = [name for name, annotation in annotations.items() if doubted(annotation)]
    words = []
    if weak:
        poor = ngettext(
            "%(photos)s is of poor quality.", "%(photos)s are of poor quality.", len(weak)
        )
        words.append(poor % {"photos": listed(weak)})
    if unsure:
        words.append(
            _(
                "The flank of %(photos)s is in doubt: the network sees the other one than was "
                "stated, and the comparison went by what was stated."
            )
            % {"photos": listed(unsure)}
        )
    return " ".join(words)


def _partition(partition: WeighedPartition, report: CaseReport) -> PartitionView:
    return PartitionView(
        animals=tuple(" ".join(ascii_uppercase[n] for n in animal) for animal in partition.blocks),
        prior=percent(report.prior(partition)),
        probability=partition.probability,
    )


def _worth_a_line(report: CaseReport) -> Sequence[WeighedPartition]:
    """The partitions that are listed; the JSON has them all."""
    partitions = report.partitions.partitions if report.partitions else ()
    worth = [partition for partition in partitions[:MOST] if partition.probability >= LEAST]
    return worth if len(worth) > FEW else partitions[:FEW]


def _rest(report: CaseReport) -> str:
    if report.partitions is None:
        return ""
    shown, posterior = _worth_a_line(report), report.partitions
    others = posterior.weighed - len(shown)
    left = 1 - sum(partition.probability for partition in shown)
    words = f"{others_together(others, left)} " if others else ""
    relative = _(
        "Too many encounters to weigh every way to sort them: all probabilities are "
        "relative to the %(visited)s that a search visited."
    ) % {"visited": number(posterior.weighed)}
    return words + ("" if posterior.in_full else relative)


def _decision(letter: str, decision: Decision) -> tuple[str, Decision, str, str]:
    """A decision with the letter of its encounter, in words, and what was shown beside it."""
    shown = pgettext("shown beside a decision", "nothing")
    if decision.llr is not None:
        words_shown = _("weight of evidence %(llr)s, %(model)s")
        model = decision.model or _("unknown network")
        shown = words_shown % {"llr": signed(decision.llr), "model": model}
    words = f"{decided(decision.kind)} {decision.identity or ''}".strip()
    return letter, decision, words, shown
