"""View model of the dossier, made from its JSON alone: facts as lines, verdicts as sentences."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

from reid.identify.partitions import concentration, log_prior
from reid.types import Flank, Grade
from service.calibration.tested_view import Plot, TestRow, plot_of, test_rows, tested_on
from service.cases.wire import CaseReportOut, PartitionOut
from service.dossier.pair_view import PairFigure, box_of, crop_name, pair_figure
from service.dossier.ways_view import (
    SumView,
    WayView,
    position_words,
    span_words,
    three_numbers,
    ways,
)
from service.dossier.wire import DossierContentOut, DossierEncounterOut, DossierOut, DossierPhotoOut
from service.dossier.words import (
    Letters,
    Line,
    answer,
    cannot,
    cite,
    doubted,
    facts,
    in_short,
    interval,
    limits,
    meant,
    pair_name,
    signed,
    to_settle,
    unfinished,
)
from service.encounters.comparison_words import decided
from service.encounters.list_view import encounter_numbered
from service.encounters.wire import DecisionOut
from service.photos.facts_view import graded
from service.photos.wire import AnnotationOut
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
    when,
)

FEW, MOST, LEAST = 5, 20, 0.001  # partitions that are listed; probability that is worth a line
WEAK = (Grade.POOR, Grade.UNUSABLE)


@dataclass(frozen=True, slots=True)
class PhotoLine:
    """One photo in the list of an encounter. stated: what was said otherwise."""

    name: str
    file_name: str
    taken: str
    flank: str
    estimated: str
    quality: str
    stated: str
    sha256: str


@dataclass(frozen=True, slots=True)
class CropFigure:
    """One crop. name: of the element; view, left, top, width, height: pixels of the photo."""

    name: str
    href: str
    left: float
    top: float
    width: float
    height: float
    caption: str


@dataclass(frozen=True, slots=True)
class EncounterView:
    """One encounter with all its photos. left_out: how many are listed without a crop."""

    letter: str
    title: str
    facts: tuple[Line, ...]
    photos: tuple[PhotoLine, ...]
    crops: tuple[CropFigure, ...]
    left_out: str


@dataclass(frozen=True, slots=True)
class PairView:
    """One pair: what its photos say, and the figure if any photo speaks.

    interval: of the llr, empty where nothing was compared. settle: sentences.
    """

    name: str
    llr: str
    interval: str
    verdict: str
    said: str
    weak: str
    together: str
    figure: PairFigure | None
    plot: Plot | None
    settle: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PartitionView:
    """One way to sort the encounters. animals: the letters of each. share: [0, 1]."""

    animals: tuple[str, ...]
    prior: str
    posterior: str
    share: float


@dataclass(frozen=True, slots=True)
class DossierView:
    """The document from top to bottom."""

    name: str
    question: str
    made: str
    digest: str
    facts: tuple[Line, ...]
    unfinished: str
    answer: str
    pairs_in_short: tuple[str, ...]
    cannot: tuple[str, ...]
    encounters: tuple[EncounterView, ...]
    pairs: tuple[PairView, ...]
    together: str
    partitions: tuple[PartitionView, ...]
    rest: str
    priors: tuple[tuple[str, str, bool], ...]
    conflicts: tuple[str, ...]
    ways: tuple[WayView, ...]
    sums: tuple[SumView, ...]
    movement: str
    tests: tuple[TestRow, ...]
    tested_on: str
    decisions: tuple[tuple[str, str, str, str, str, str], ...]
    changes: tuple[tuple[str, str, str, str], ...]
    limits: tuple[str, ...]
    cite: str


def dossier_view(record: DossierOut) -> DossierView:
    """A record as its document says it."""
    of = record.content
    report = of.report
    letters = {one.encounter_id: one.letter for one in of.encounters}
    made = f"{when(record.made_at)} UTC"
    return DossierView(
        name=report.case.name,
        question=report.case.note,
        made=made,
        digest=record.digest,
        facts=tuple(facts(record, made)),
        unfinished=unfinished(of),
        answer=answer(of, letters),
        pairs_in_short=tuple(in_short(one, of, letters) for one in report.pairs),
        cannot=tuple(cannot(of, letters)),
        encounters=tuple(_encounter(one, of) for one in of.encounters),
        pairs=_pairs(of, letters),
        together=general(report.case.together),
        partitions=tuple(_partition(one, report, letters) for one in _listed_ones(report)),
        rest=_rest(report),
        priors=tuple(
            (general(one.together), percent(one.probability), one.leads) for one in of.priors
        ),
        conflicts=tuple(
            _("%(a)s = %(b)s and %(b)s = %(c)s by verdict, but %(a)s is not %(c)s")
            % {"a": letters[a], "b": letters[b], "c": letters[c]}
            for a, b, c in report.conflicts
        ),
        ways=tuple(way for one in report.pairs for way in ways(one, letters)),
        sums=tuple(s for one in report.pairs if (s := three_numbers(one, letters))),
        movement=translated(report.movement),
        tests=test_rows(of.tested.strata) if of.tested else (),
        tested_on=tested_on(of.tested),
        decisions=tuple(_decision(e.letter, one) for e in of.encounters for one in e.decisions),
        changes=tuple(
            (
                f"{when(one.changed_at)} UTC",
                letters.get(one.encounter_id, encounter_numbered(one.encounter_id)),
                one.kind,
                one.reviewer,
            )
            for one in of.changes
        ),
        limits=tuple(limits(of)),
        cite=cite(record),
    )


def _encounter(one: DossierEncounterOut, of: DossierContentOut) -> EncounterView:
    member = next(m for m in of.report.encounters if m.encounter_id == one.encounter_id)
    lines = [(_("Station"), member.station or pgettext("station", "unknown"))]
    lines += [
        (
            _("Recorded")
            if span.source == "recorded"
            else _("Stated otherwise (%(source)s)") % {"source": span.source},
            span_words(span),
        )
        for span in member.spans
    ] or [(_("Recorded"), _("time unknown"))]
    lines.append((_("Position"), position_words(member.position, of.positions)))
    if one.name:
        lines.append((_("Name"), one.name))
    usable = [photo for photo in one.photos if photo.annotation.state == "embedded"]
    missing = sum(photo.crop is None for photo in usable)
    return EncounterView(
        letter=one.letter,
        title=member.station or one.name or encounter_numbered(one.encounter_id),
        facts=tuple(lines),
        photos=tuple(map(_photo, one.photos)),
        crops=tuple(_crop(photo) for photo in one.photos if photo.crop),
        left_out=ngettext(
            "%(num)s photo is listed only.", "%(num)s photos are listed only.", missing
        )
        % {"num": number(missing)}
        if missing
        else "",
    )


def _photo(one: DossierPhotoOut) -> PhotoLine:
    seen = one.annotation
    quality = _("not measured")
    if seen.quality:
        quality = graded(seen.quality.grade, seen.quality.reasons)
    if seen.state != "embedded":
        why = recorded(seen.error_code, seen.error_detail) or _("not embedded yet")
        quality = _("not used: %(why)s") % {"why": why}
    return PhotoLine(
        name=one.name,
        file_name=one.file_name,
        taken=f"{day(one.captured_at)}, {clock(one.captured_at)}"
        if one.captured_at
        else pgettext("time", "unknown"),
        flank=seen.flank.value,
        estimated=_estimated(seen),
        quality=quality,
        stated="; ".join(
            f"{field_name(said.field)} {said.value} ({said.source})" for said in one.stated
        ),
        sha256=one.sha256,
    )


def _estimated(seen: AnnotationOut) -> str:
    if seen.estimated_flank is None:
        return _("not measured")
    if seen.estimated_flank is Flank.UNKNOWN:
        return _("not sure")
    chance = seen.estimated_flank_probability or 0
    sure = _("over %(share)s") % {"share": percents(0.99)} if chance > 0.99 else percents(chance)
    words = f"{viewpoint_word(seen.viewpoint or '')} ({sure})"
    return _("%(viewpoint)s, not as stated") % {"viewpoint": words} if doubted(seen) else words


def _crop(one: DossierPhotoOut) -> CropFigure:
    assert one.crop is not None  # noqa: S101
    box = box_of(one.crop)
    caption = _("%(name)s, %(flank)s")
    if doubted(one.annotation):
        caption = _("%(name)s, %(flank)s (in doubt)")
    return CropFigure(
        name=crop_name(one),
        href=f"data:image/jpeg;base64,{one.crop.jpeg}",
        left=box.x0,
        top=box.y0,
        width=box.width,
        height=box.height,
        caption=caption % {"name": one.name, "flank": flank_name(one.annotation.flank)},
    )


def _pairs(of: DossierContentOut, letters: Letters) -> tuple[PairView, ...]:
    photos = {photo.annotation.id: photo for one in of.encounters for photo in one.photos}
    spoken = {one.encounters: one for one in of.pairs}
    strata = of.tested.strata if of.tested else ()
    found = []
    for pair in of.report.pairs:
        seen = spoken.get(pair.encounters)
        shown = [photos[number] for number in pair.annotations or ()]
        nothing = _("No two photos show the same flank: they say nothing for or against.")
        found.append(
            PairView(
                name=pair_name(pair, letters),
                llr=signed(pair.llr),
                interval=interval(pair.interval) if seen else "",
                verdict=pair.verdict.value,
                said=sentence(meant(pair, of)) + "." if seen else nothing,
                weak=_weak(shown),
                together=percent(pair.together),
                figure=pair_figure(pair, seen, photos) if seen else None,
                plot=plot_of(strata, pair.place, pair.llr, pair.interval, of.report.same),
                settle=tuple(to_settle(pair, letters)),
            )
        )
    return tuple(found)


def _weak(shown: Sequence[DossierPhotoOut]) -> str:
    """What restricts the photos that speak: their quality, and a doubt about their flank."""
    weak = [
        one.name for one in shown if one.annotation.quality and one.annotation.quality.grade in WEAK
    ]
    unsure = [one.name for one in shown if doubted(one.annotation)]
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


def _partition(one: PartitionOut, report: CaseReportOut, letters: Letters) -> PartitionView:
    animal = {number: n for n, block in enumerate(one.animals) for number in block}
    members = [animal[member.encounter_id] for member in report.encounters]
    prior = exp(log_prior(tuple(members), concentration(report.case.together)))
    return PartitionView(
        animals=tuple(" ".join(letters[n] for n in block) for block in one.animals),
        prior=percent(prior),
        posterior=percent(one.probability),
        share=one.probability,
    )


def _listed_ones(report: CaseReportOut) -> list[PartitionOut]:
    """Those that are worth a line; the JSON has them all."""
    worth = [one for one in report.partitions[:MOST] if one.probability >= LEAST]
    return worth if len(worth) > FEW else report.partitions[:FEW]


def _rest(report: CaseReportOut) -> str:
    shown = _listed_ones(report)
    others = report.weighed - len(shown)
    left = 1 - sum(one.probability for one in shown)
    words = f"{others_together(others, left)} " if others else ""
    relative = _(
        "Too many encounters to weigh every partition: all probabilities are relative to the "
        "%(visited)s that a search visited."
    ) % {"visited": number(report.weighed)}
    return words + ("" if report.in_full else relative)


def _decision(letter: str, one: DecisionOut) -> tuple[str, str, str, str, str, str]:
    shown = pgettext("shown beside a decision", "nothing")
    if one.llr is not None:
        shown = f"llr {signed(one.llr)}, {one.model or _('unknown network')}"
    words = f"{decided(one.kind)} {one.identity or ''}".strip()
    return letter, f"{when(one.decided_at)} UTC", one.reviewer, words, shown, one.note
