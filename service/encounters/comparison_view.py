"""View model of the comparison page: one encounter, its candidates, the pair that speaks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reid.identify.answer import IdentityCandidate
from reid.types import Box, Comparison, Source
from service.encounters.comparison_words import decided, nothing_to_compare, weak_pair
from service.encounters.list_view import EncounterRow, crop_address, row
from service.photos.facts_view import FactsView, doubt, facts_view
from service.recognition.engine import Answer
from service.store.decisions import Decision
from service.store.encounters import EncounterDetail
from service.store.identities import Reference
from service.store.photos import Claim
from service.viewer.drawing import GAP, LONGEST, PANE_WIDTH, Pane, Picture, picture
from service.viewer.look import Look
from service.web.advice import advice
from service.web.core_words import said_by_core
from service.web.languages import gettext as _
from service.web.words import decimal, limits, meaning, overlapping, sentence, signed

"""Pixels of a photo in the picture; more would only make it slow to move."""


@dataclass(frozen=True, slots=True)
class QueryPhoto:
    """One photo of the encounter in the strip under the query."""

    annotation_id: int
    file_name: str
    flank: str
    captured_at: datetime | None
    state: str
    thumbnail: str
    url: str
    current: bool
    doubt: str


@dataclass(frozen=True, slots=True)
class CandidateView:
    """One identity on the shortlist, with what the machine says about it in numbers and words."""

    rank: int
    identity_id: int
    name: str
    llr: float
    bound: float
    verdict: str
    calibrator: str
    flank: str
    thumbnail: str
    url: str
    current: bool
    facts: FactsView

    @property
    def signed(self) -> str:
        """The llr with its sign."""
        return signed(self.llr)

    @property
    def bound_text(self) -> str:
        """The bound without a sign."""
        return decimal(self.bound, 1)

    @property
    def meaning(self) -> str:
        """The llr in words."""
        if self.verdict == "not comparable":
            return sentence(_("the photos show no flank that can be compared"))
        return sentence(meaning(self.llr))

    @property
    def limits(self) -> str:
        """What restricts the claim."""
        return limits(self.llr, self.bound)


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """One line of the history."""

    decided_at: datetime
    words: str
    identity_id: int | None
    identity: str | None
    signed: str
    reviewer: str
    note: str


@dataclass(frozen=True, slots=True)
class Failure:
    """A photo that cannot be used, and what to do."""

    photo_id: str
    file_name: str
    detail: str
    advice: str


@dataclass(frozen=True, slots=True)
class Conflicting:
    """One field of one photo that was stated differently."""

    photo_id: str
    file_name: str
    field: str
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Links:
    """Where the keys lead; empty where there is nothing."""

    previous: str
    following: str
    next_photo: str
    more_lines: str


@dataclass(frozen=True, slots=True)
class Shown:
    """The query photo on the left."""

    file_name: str
    flank: str
    captured_at: datetime | None
    facts: FactsView


@dataclass(frozen=True, slots=True)
class Comparing:
    """Everything on the page. chosen: None where there is nothing to compare with.

    weak: which of the two photos prove little, as half a sentence. overlap: what both photos show
    of the flank, in words.
    """

    encounter: EncounterRow
    look: Look
    shown: Shown
    photos: tuple[QueryPhoto, ...]
    candidates: tuple[CandidateView, ...]
    chosen: CandidateView | None
    weak: str
    picture: Picture
    overlap: str
    links: Links
    why_none: str
    what_then: str
    model: str
    history: tuple[DecisionRow, ...]
    after: int
    undoable: bool
    failures: tuple[Failure, ...]
    conflicts: tuple[Conflicting, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """A candidate with the reference photo that is drawn."""

    candidate: IdentityCandidate
    reference: Reference


def comparing(
    detail: EncounterDetail, answer: Answer | None, look: Look, *, still: bool = False
) -> Comparing:
    """The page. answer None: nothing can be compared now. still: it is being found out."""
    found = answer.identification.candidates if answer else ()
    ranked = [Beside(c, answer.references[c.best.row.annotation]) for c in found if answer]
    rank = min(look.candidate, max(1, len(ranked)))
    best = ranked[rank - 1] if ranked else None
    left = _left(detail.references, answer, best, look)
    views = tuple(
        _candidate(answer, one, n, look, current=n == rank)
        for n, one in enumerate(ranked, 1)
        if answer
    )
    why, then = nothing_to_compare(detail, answer, still=still)
    seen = _comparison(left, best, answer)
    drawn = _picture(left, best, seen, look)
    strip = tuple(_photo(one, look, current=one == left) for one in detail.references)
    shown, chosen = _shown(left), views[rank - 1] if views else None
    last = detail.summary.decision_id
    return Comparing(
        encounter=row(detail.summary),
        look=look,
        shown=shown,
        photos=strip,
        candidates=views,
        chosen=chosen,
        weak=weak_pair(shown.facts, chosen.facts if chosen else None),
        picture=drawn,
        overlap=overlapping(seen.overlap if seen else None),
        links=_links(look, rank, len(views), strip, drawn),
        why_none=why,
        what_then=then,
        model=answer.identification.model if answer else "",
        history=tuple(_decision(one) for one in reversed(detail.decisions)),
        after=last,
        undoable=not detail.summary.waiting,
        failures=_failures(detail.references),
        conflicts=_conflicts(detail),
    )


def _left(
    references: Sequence[Reference], answer: Answer | None, best: Beside | None, look: Look
) -> Reference:
    """The photo asked for, else the one of the pair that speaks, else the first."""
    wanted = look.photo
    if answer and best and wanted not in {one.annotation.id for one in references}:
        wanted = answer.queries[best.candidate.best.query]
    return next((one for one in references if one.annotation.id == wanted), references[0])


def _shown(left: Reference) -> Shown:
    facts = facts_view(left.annotation, left.annotation.flank)
    return Shown(left.photo.file_name, left.annotation.flank, left.photo.captured_at, facts)


def _candidate(
    answer: Answer, one: Beside, rank: int, look: Look, *, current: bool
) -> CandidateView:
    evidence = one.candidate.evidence
    return CandidateView(
        rank=rank,
        identity_id=one.candidate.identity,
        name=answer.names[one.candidate.identity],
        llr=evidence.llr,
        bound=evidence.bound,
        verdict=evidence.verdict.value,
        calibrator=evidence.calibrator,
        flank=one.reference.annotation.flank.value,
        thumbnail=crop_address(one.reference.annotation.id),
        url=look.url(candidate=rank, photo=0),
        current=current,
        facts=facts_view(one.reference.annotation, one.reference.annotation.flank),
    )


def _photo(one: Reference, look: Look, *, current: bool) -> QueryPhoto:
    return QueryPhoto(
        annotation_id=one.annotation.id,
        file_name=one.photo.file_name,
        flank=one.annotation.flank.value,
        captured_at=one.photo.captured_at,
        state=one.annotation.state,
        thumbnail=crop_address(one.annotation.id),
        url=look.url(photo=one.annotation.id),
        current=current,
        doubt=doubt(one.annotation.flank, one.annotation.pose),
    )


def _comparison(left: Reference, best: Beside | None, answer: Answer | None) -> Comparison | None:
    """Of the two photos on the page; only that of the pair that speaks is kept."""
    if best is None or answer is None:
        return None
    speaks = answer.queries[best.candidate.best.query] == left.annotation.id
    return best.candidate.best.comparison if speaks else None


def _picture(
    left: Reference, best: Beside | None, comparison: Comparison | None, look: Look
) -> Picture:
    query = _pane(0, left, _("the query, %(file)s"))
    if best is None:
        return picture(query, None, (), look.sight)
    other = _pane(PANE_WIDTH + GAP, best.reference, _("the candidate, %(file)s"))
    found = [*comparison.correspondences] if comparison else []
    seen = comparison.overlap if comparison else None
    if seen and seen.registration is not Source.OUTLINE:
        found.append(seen.discrepancies)
    return picture(query, other, found, look.sight, every=look.every)


def _pane(left: float, shown: Reference, label: str) -> Pane:
    photo = shown.photo
    box = shown.annotation.box or Box(0, 0, photo.width, photo.height)
    href = f"/api/v1/photos/{photo.id}/image?longest={LONGEST}"
    return Pane(left, href, photo.width, photo.height, box, label % {"file": photo.file_name})


def _links(
    look: Look, rank: int, ranks: int, photos: Sequence[QueryPhoto], drawn: Picture
) -> Links:
    current = next((n for n, one in enumerate(photos) if one.current), 0)
    following = photos[(current + 1) % len(photos)]
    clipped = look.every or any(len(one.lines) < one.total for one in drawn.bundles)
    return Links(
        previous=look.url(candidate=rank - 1, photo=0) if rank > 1 else "",
        following=look.url(candidate=rank + 1, photo=0) if rank < ranks else "",
        next_photo=following.url if len(photos) > 1 else "",
        more_lines=look.url(every=not look.every) if clipped else "",
    )


def _decision(one: Decision) -> DecisionRow:
    return DecisionRow(
        decided_at=one.decided_at,
        words=decided(one.kind),
        identity_id=one.identity_id,
        identity=one.identity,
        signed="" if one.llr is None else signed(one.llr),
        reviewer=one.reviewer,
        note=one.note,
    )


def _failures(references: Sequence[Reference]) -> tuple[Failure, ...]:
    return tuple(
        Failure(
            one.photo.id,
            one.photo.file_name,
            sentence(said_by_core(one.annotation.error_detail)),
            advice(one.annotation.error_code),
        )
        for one in references
        if one.annotation.state == "failed"
    )


def _conflicts(detail: EncounterDetail) -> tuple[Conflicting, ...]:
    names = {one.photo.id: one.photo.file_name for one in detail.references}
    return tuple(
        Conflicting(photo_id, names[photo_id], field, tuple(c for c in said if c.field == field))
        for photo_id, said in detail.conflicts.items()
        for field in dict.fromkeys(claim.field for claim in said)
    )
