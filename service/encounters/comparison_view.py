"""View model of the comparison page: one encounter, its candidates, the pair that speaks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reid.identify.answer import IdentityCandidate
from reid.types import Box, Comparison, Source
from service.encounters.comparison_words import decided, nothing_to_compare, weak_pair
from service.encounters.list_view import EncounterRow, crop_address, row
from service.photos.facts_view import FactsView, doubt, facts_view
from service.recognition.engine import QueryAnswer
from service.store.decisions import Decision
from service.store.encounters import EncounterDetail
from service.store.identities import Reference
from service.store.photos import Claim
from service.viewer.drawing import GAP, LONGEST, PANE_WIDTH, Pane, Picture, picture
from service.viewer.look import Look
from service.web.advice import advice
from service.web.languages import gettext as _
from service.web.sentences import recorded
from service.web.words import decimal, limits, meaning, overlapping, sentence, signed


@dataclass(frozen=True, slots=True)
class QueryStripPhoto:
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
class PhotoFailure:
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
    photos: tuple[QueryStripPhoto, ...]
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
    failures: tuple[PhotoFailure, ...]
    conflicts: tuple[Conflicting, ...]


@dataclass(frozen=True, slots=True)
class RankedCandidate:
    """A candidate with the reference photo that is drawn."""

    candidate: IdentityCandidate
    reference: Reference


def comparing(
    detail: EncounterDetail, answer: QueryAnswer | None, look: Look, *, still: bool = False
) -> Comparing:
    """The page. answer None: nothing can be compared now. still: it is being found out."""
    candidates = answer.identification.candidates if answer else ()
    ranked = [
        RankedCandidate(c, answer.references[c.best.row.annotation]) for c in candidates if answer
    ]
    rank = min(look.candidate, max(1, len(ranked)))
    best = ranked[rank - 1] if ranked else None
    left = _left(detail.references, answer, best, look)
    views = tuple(
        _candidate(answer, candidate, n, look, current=n == rank)
        for n, candidate in enumerate(ranked, 1)
        if answer
    )
    why, then = nothing_to_compare(detail, answer, still=still)
    comparison = _comparison(left, best, answer)
    drawn = _picture(left, best, comparison, look)
    strip = tuple(_photo(photo, look, current=photo == left) for photo in detail.references)
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
        overlap=overlapping(comparison.overlap if comparison else None),
        links=_links(look, rank, len(views), strip, drawn),
        why_none=why,
        what_then=then,
        model=answer.identification.model if answer else "",
        history=tuple(_decision(decision) for decision in reversed(detail.decisions)),
        after=last,
        undoable=not detail.summary.waiting,
        failures=_failures(detail.references),
        conflicts=_conflicts(detail),
    )


def _left(
    references: Sequence[Reference],
    answer: QueryAnswer | None,
    best: RankedCandidate | None,
    look: Look,
) -> Reference:
    """The photo asked for, else the one of the pair that speaks, else the first."""
    number = look.photo
    if answer and best and number not in {reference.annotation.id for reference in references}:
        number = answer.queries[best.candidate.best.query]
    return next(
        (reference for reference in references if reference.annotation.id == number), references[0]
    )


def _shown(left: Reference) -> Shown:
    facts = facts_view(left.annotation, left.annotation.flank)
    return Shown(left.photo.file_name, left.annotation.flank, left.photo.captured_at, facts)


def _candidate(
    answer: QueryAnswer, candidate: RankedCandidate, rank: int, look: Look, *, current: bool
) -> CandidateView:
    evidence = candidate.candidate.evidence
    return CandidateView(
        rank=rank,
        identity_id=candidate.candidate.identity,
        name=answer.names[candidate.candidate.identity],
        llr=evidence.llr,
        bound=evidence.bound,
        verdict=evidence.verdict.value,
        calibrator=evidence.calibrator,
        flank=candidate.reference.annotation.flank.value,
        thumbnail=crop_address(candidate.reference.annotation.id),
        url=look.url(candidate=rank, photo=0),
        current=current,
        facts=facts_view(candidate.reference.annotation, candidate.reference.annotation.flank),
    )


def _photo(reference: Reference, look: Look, *, current: bool) -> QueryStripPhoto:
    return QueryStripPhoto(
        annotation_id=reference.annotation.id,
        file_name=reference.photo.file_name,
        flank=reference.annotation.flank.value,
        captured_at=reference.photo.captured_at,
        state=reference.annotation.state,
        thumbnail=crop_address(reference.annotation.id),
        url=look.url(photo=reference.annotation.id),
        current=current,
        doubt=doubt(reference.annotation.flank, reference.annotation.pose),
    )


def _comparison(
    left: Reference, best: RankedCandidate | None, answer: QueryAnswer | None
) -> Comparison | None:
    """Of the two photos on the page; only that of the pair that speaks is kept."""
    if best is None or answer is None:
        return None
    speaks = answer.queries[best.candidate.best.query] == left.annotation.id
    return best.candidate.best.comparison if speaks else None


def _picture(
    left: Reference, best: RankedCandidate | None, comparison: Comparison | None, look: Look
) -> Picture:
    query = _pane(0, left, _("the query, %(file)s"))
    if best is None:
        return picture(query, None, (), look.sight)
    other = _pane(PANE_WIDTH + GAP, best.reference, _("the candidate, %(file)s"))
    correspondences = [*comparison.correspondences] if comparison else []
    overlap = comparison.overlap if comparison else None
    if overlap and overlap.registration is not Source.OUTLINE:
        correspondences.append(overlap.discrepancies)
    return picture(query, other, correspondences, look.sight, every=look.every)


def _pane(left: float, shown: Reference, label: str) -> Pane:
    photo = shown.photo
    box = shown.annotation.box or Box(0, 0, photo.width, photo.height)
    href = f"/api/v1/photos/{photo.id}/image?longest={LONGEST}"
    return Pane(left, href, photo.width, photo.height, box, label % {"file": photo.file_name})


def _links(
    look: Look, rank: int, ranks: int, photos: Sequence[QueryStripPhoto], drawn: Picture
) -> Links:
    current = next((n for n, photo in enumerate(photos) if photo.current), 0)
    following = photos[(current + 1) % len(photos)]
    clipped = look.every or any(len(bundle.lines) < bundle.total for bundle in drawn.bundles)
    return Links(
        previous=look.url(candidate=rank - 1, photo=0) if rank > 1 else "",
        following=look.url(candidate=rank + 1, photo=0) if rank < ranks else "",
        next_photo=following.url if len(photos) > 1 else "",
        more_lines=look.url(every=not look.every) if clipped else "",
    )


def _decision(decision: Decision) -> DecisionRow:
    return DecisionRow(
        decided_at=decision.decided_at,
        words=decided(decision.kind),
        identity_id=decision.identity_id,
        identity=decision.identity,
        signed="" if decision.llr is None else signed(decision.llr),
        reviewer=decision.reviewer,
        note=decision.note,
    )


def _failures(references: Sequence[Reference]) -> tuple[PhotoFailure, ...]:
    return tuple(
        PhotoFailure(
            reference.photo.id,
            reference.photo.file_name,
            sentence(recorded(reference.annotation.error_code, reference.annotation.error_detail)),
            advice(reference.annotation.error_code),
        )
        for reference in references
        if reference.annotation.state == "failed"
    )


def _conflicts(detail: EncounterDetail) -> tuple[Conflicting, ...]:
    names = {reference.photo.id: reference.photo.file_name for reference in detail.references}
    return tuple(
        Conflicting(photo_id, names[photo_id], field, tuple(c for c in claims if c.field == field))
        for photo_id, claims in detail.conflicts.items()
        for field in dict.fromkeys(claim.field for claim in claims)
    )
