"""View model of the comparison page: one encounter, its candidates, the pair that speaks."""

from collections.abc import Sequence
from dataclasses import dataclass

from reid.identify.answer import IdentityCandidate
from reid.types import Comparison, Evidence, Flank, Source, Verdict
from service.encounters.comparison_words import decided, nothing_to_compare, weak_pair
from service.encounters.list_view import EncounterRow, crop_address, row
from service.photos.facts_view import FactsView, doubt, facts_view
from service.recognition.query import QueryAnswer
from service.store.decisions import Decision
from service.store.encounters import EncounterDetail
from service.store.identities import Reference
from service.store.photos import Claim, Photo
from service.viewer.drawing import GAP, LONGEST, PANE_WIDTH, Pane, Picture, picture
from service.viewer.look import Look
from service.viewer.overlay import box_of
from service.web.advice import advice
from service.web.languages import gettext as _
from service.web.sentences import recorded
from service.web.words import limits, meaning, overlapping, sentence


@dataclass(frozen=True, slots=True)
class QueryStripPhoto:
    """One photo of the encounter in the strip under the query."""

    reference: Reference
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
    evidence: Evidence
    flank: Flank
    thumbnail: str
    url: str
    current: bool
    facts: FactsView

    @property
    def meaning(self) -> str:
        """The llr in words."""
        if self.evidence.verdict is Verdict.NOT_COMPARABLE:
            return sentence(_("the photos show no flank that can be compared"))
        return sentence(meaning(self.evidence.llr))

    @property
    def limits(self) -> str:
        """What restricts the claim."""
        return limits(self.evidence.llr, self.evidence.bound)


@dataclass(frozen=True, slots=True)
class PhotoFailure:
    """A photo that cannot be used, and what to do."""

    photo: Photo
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
class Comparing:
    """Everything on the page. chosen: None where there is nothing to compare with.

    shown: the query photo on the left, with its facts. history: decisions with the word for each.
    weak: which of the two photos prove little, as half a sentence. overlap: what both photos show
    of the flank, in words.
    """

    encounter: EncounterRow
    look: Look
    shown: Reference
    facts: FactsView
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
    history: tuple[tuple[Decision, str], ...]
    after: int
    undoable: bool
    failures: tuple[PhotoFailure, ...]
    conflicts: tuple[Conflicting, ...]


def comparing(
    detail: EncounterDetail, answer: QueryAnswer | None, look: Look, *, still: bool = False
) -> Comparing:
    """The page. answer None: nothing can be compared now. still: it is being found out."""
    candidates = answer.identification.candidates if answer else ()
    rank = min(look.candidate, max(1, len(candidates)))
    candidate = candidates[rank - 1] if candidates else None
    other = answer.references[candidate.best.row.annotation] if answer and candidate else None
    left = _left(detail.references, answer, candidate, look)
    views = tuple(
        _candidate(answer, c, n, look, current=n == rank)
        for n, c in enumerate(candidates, 1)
        if answer
    )
    why, then = nothing_to_compare(detail, answer, still=still)
    comparison = _comparison(left, candidate, answer)
    drawn = _picture(left, other, comparison, look)
    strip = tuple(_photo(photo, look, current=photo == left) for photo in detail.references)
    facts = facts_view(left.annotation, left.annotation.flank)
    chosen = views[rank - 1] if views else None
    last = detail.summary.decision_id
    return Comparing(
        encounter=row(detail.summary),
        look=look,
        shown=left,
        facts=facts,
        photos=strip,
        candidates=views,
        chosen=chosen,
        weak=weak_pair(facts, chosen.facts, chosen.evidence) if chosen else "",
        picture=drawn,
        overlap=overlapping(comparison.overlap if comparison else None),
        links=_links(look, rank, len(views), strip, drawn),
        why_none=why,
        what_then=then,
        model=answer.identification.model if answer else "",
        history=tuple((d, decided(d.kind)) for d in reversed(detail.decisions)),
        after=last,
        undoable=not detail.summary.waiting,
        failures=_failures(detail.references),
        conflicts=_conflicts(detail),
    )


def _left(
    references: Sequence[Reference],
    answer: QueryAnswer | None,
    candidate: IdentityCandidate | None,
    look: Look,
) -> Reference:
    """The photo asked for, else the one of the pair that speaks, else the first."""
    number = look.photo
    if answer and candidate and number not in {reference.annotation.id for reference in references}:
        number = answer.queries[candidate.best.query]
    return next(
        (reference for reference in references if reference.annotation.id == number), references[0]
    )


def _candidate(
    answer: QueryAnswer, candidate: IdentityCandidate, rank: int, look: Look, *, current: bool
) -> CandidateView:
    annotation = answer.references[candidate.best.row.annotation].annotation
    return CandidateView(
        rank=rank,
        identity_id=candidate.identity,
        name=answer.names[candidate.identity],
        evidence=candidate.evidence,
        flank=annotation.flank,
        thumbnail=crop_address(annotation.id),
        url=look.url(candidate=rank, photo=0),
        current=current,
        facts=facts_view(annotation, annotation.flank),
    )


def _photo(reference: Reference, look: Look, *, current: bool) -> QueryStripPhoto:
    return QueryStripPhoto(
        reference=reference,
        thumbnail=crop_address(reference.annotation.id),
        url=look.url(photo=reference.annotation.id),
        current=current,
        doubt=doubt(reference.annotation.flank, reference.annotation.pose),
    )


def _comparison(
    left: Reference, candidate: IdentityCandidate | None, answer: QueryAnswer | None
) -> Comparison | None:
    """Of the two photos on the page; only that of the pair that speaks is kept."""
    if candidate is None or answer is None:
        return None
    speaks = answer.queries[candidate.best.query] == left.annotation.id
    return candidate.best.comparison if speaks else None


def _picture(
    left: Reference, other: Reference | None, comparison: Comparison | None, look: Look
) -> Picture:
    query = _pane(0, left, _("the query, %(file)s"))
    if other is None:
        return picture(query, None, (), look.sight)
    candidate = _pane(PANE_WIDTH + GAP, other, _("the candidate, %(file)s"))
    correspondences = [*comparison.correspondences] if comparison else []
    overlap = comparison.overlap if comparison else None
    if overlap and overlap.registration is not Source.OUTLINE:
        correspondences.append(overlap.discrepancies)
    return picture(query, candidate, correspondences, look.sight, every=look.every)


def _pane(left: float, shown: Reference, label: str) -> Pane:
    photo, words = shown.photo, label % {"file": shown.photo.file_name}
    href = f"/api/v1/photos/{photo.id}/image?longest={LONGEST}"
    return Pane(left, href, photo.width, photo.height, box_of(shown), words)


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


def _failures(references: Sequence[Reference]) -> tuple[PhotoFailure, ...]:
    return tuple(
        PhotoFailure(
            reference.photo,
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
