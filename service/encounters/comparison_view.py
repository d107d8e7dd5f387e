"""View model of the comparison page: one encounter, its candidates, the pair that speaks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reid.identify.answer import IdentityCandidate
from reid.types import Evidence, Flank
from service.encounters.account import PairAccount, fused_words
from service.encounters.comparison_words import (
    decided,
    nothing_to_compare,
    standing_apart,
    weak_pair,
)
from service.encounters.list_view import EncounterRow, crop_address, row
from service.encounters.pair_evidence import PairSays
from service.photos.facts_view import FactsView, doubt, facts_view
from service.recognition.query import QueryAnswer
from service.store.decisions import Decision
from service.store.encounters import EncounterDetail
from service.store.identities import Reference
from service.store.photos import Claim, Photo
from service.viewer.drawing import GAP, LONGEST, PANE_WIDTH, Pane, Picture, picture
from service.viewer.look import Look
from service.viewer.overlay import ALONE, Laid, box_of
from service.viewer.picture import fused_address
from service.web.advice import advice
from service.web.languages import gettext as _
from service.web.sentences import recorded
from service.web.words import limits, meaning, sentence


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
class BesideView:
    """This encounter beside the one of the candidate that is shown. url: both side by side.

    account: None while they are being compared. best: the two photos shown speak for both.
    """

    encounter: int
    url: str
    account: PairAccount | None
    best: bool


@dataclass(frozen=True, slots=True)
class Comparing:
    """Everything on the page. chosen: None where there is nothing to compare with.

    shown: the query photo on the left, with its facts. history: decisions with the word for each.
    weak: which of the two photos prove little, as half a sentence. beside: what this encounter and
    that of the candidate say. apart: animals that cannot be compared, in sentences.
    """

    encounter: EncounterRow
    look: Look
    shown: Reference
    facts: FactsView
    photos: tuple[QueryStripPhoto, ...]
    candidates: tuple[CandidateView, ...]
    chosen: CandidateView | None
    weak: str
    beside: BesideView | None
    picture: Picture
    fused: tuple[str, ...]
    apart: tuple[str, ...]
    links: Links
    why_none: str
    what_then: str
    model: str
    history: tuple[tuple[Decision, str], ...]
    after: int
    undoable: bool
    failures: tuple[PhotoFailure, ...]
    conflicts: tuple[Conflicting, ...]


@dataclass(frozen=True, slots=True)
class ChosenPair:
    """What is looked at: a photo of the encounter, and a photo of an animal of the catalogue.

    encounter: of the other photo. best: the two are those that speak for both encounters.
    """

    candidate: IdentityCandidate
    encounter: int
    left: Reference
    other: Reference
    best: bool


def chosen_pair(
    detail: EncounterDetail, answer: QueryAnswer | None, look: Look
) -> ChosenPair | None:
    """By the address; the candidate's best photos as far as the shortlist tells. None of none."""
    candidates = answer.candidates if answer else ()
    if answer is None or not candidates:
        return None
    candidate = candidates[_rank(look, len(candidates)) - 1]
    left = _left(detail.references, look.photo or answer.queries[candidate.best.query])
    row = candidate.best.row
    return ChosenPair(candidate, row.encounter, left, answer.references[row.annotation], False)


def speaking_pair(
    detail: EncounterDetail, chosen: ChosenPair, speaks: tuple[int, Reference], look: Look
) -> ChosenPair:
    """The same with the two photos that speak for both encounters, unless another was asked for.

    speaks: the annotation of this encounter, and the photo of the other one.
    """
    own, other = speaks
    left = _left(detail.references, look.photo or own)
    return replace(chosen, left=left, other=other, best=left.annotation.id == own)


def _left(references: Sequence[Reference], number: int) -> Reference:
    """The photo of an annotation, else the first."""
    return next((one for one in references if one.annotation.id == number), references[0])


def _rank(look: Look, ranks: int) -> int:
    return min(look.candidate, max(1, ranks))


@dataclass(frozen=True, slots=True)
class Beside:
    """The pair as its page needs it; says and laid None while both encounters are compared."""

    pair: ChosenPair
    says: PairSays | None = None
    laid: Laid | None = None


def comparing(
    detail: EncounterDetail,
    answer: QueryAnswer | None,
    look: Look,
    beside: Beside | None = None,
    *,
    still: bool = False,
) -> Comparing:
    """The page. answer None: nothing can be compared now. still: it is being found out."""
    candidates = answer.candidates if answer else ()
    rank = _rank(look, len(candidates))
    pair, laid = (beside.pair, beside.laid) if beside else (None, None)
    left = pair.left if pair else _left(detail.references, look.photo)
    views = tuple(
        _candidate(answer, c, n, look, current=n == rank)
        for n, c in enumerate(candidates, 1)
        if answer
    )
    why, then = nothing_to_compare(detail, answer, still=still)
    drawn = _picture(left, pair.other if pair else None, laid, look)
    strip = tuple(_photo(photo, look, current=photo == left) for photo in detail.references)
    facts = facts_view(left.annotation, left.annotation.flank)
    chosen = views[rank - 1] if views else None
    return Comparing(
        encounter=row(detail.summary),
        look=look,
        shown=left,
        facts=facts,
        photos=strip,
        candidates=views,
        chosen=chosen,
        weak=weak_pair(facts, chosen.facts, chosen.evidence) if chosen else "",
        beside=_beside(detail, beside) if beside else None,
        picture=drawn,
        fused=fused_words((_("this encounter"), _("the candidate")), laid.behind) if laid else (),
        apart=standing_apart(answer) if answer else (),
        links=_links(look, rank, len(views), strip, drawn),
        why_none=why,
        what_then=then,
        model=answer.identification.model if answer else "",
        history=tuple((d, decided(d.kind)) for d in reversed(detail.decisions)),
        after=detail.summary.decision_id,
        undoable=not detail.summary.waiting,
        failures=_failures(detail.references),
        conflicts=_conflicts(detail),
    )


def _beside(detail: EncounterDetail, beside: Beside) -> BesideView:
    pair, says, laid = beside.pair, beside.says, beside.laid
    account = None
    if says and laid:
        account = PairAccount(says.evidence, says.best is not None, laid.marks, laid.comparison)
    url = f"/compare?one={detail.summary.id}&other={pair.encounter}"
    return BesideView(pair.encounter, url, account, pair.best)


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


def _picture(left: Reference, other: Reference | None, laid: Laid | None, look: Look) -> Picture:
    behind = laid.behind if laid else ALONE
    query = _pane(0, left, _("this encounter, %(file)s"), behind[0])
    if other is None:
        return picture(query, None, (), look.sight)
    candidate = _pane(PANE_WIDTH + GAP, other, _("the candidate, %(file)s"), behind[1])
    marks = laid.marks.every if laid else ()
    return picture(query, candidate, marks, look.sight, every=look.every)


def _pane(left: float, shown: Reference, label: str, frames: int) -> Pane:
    photo, words = shown.photo, label % {"file": shown.photo.file_name}
    href = f"/api/v1/photos/{photo.id}/image?longest={LONGEST}"
    over = fused_address(shown.annotation.id, frames)
    return Pane(left, href, photo.width, photo.height, box_of(shown), words, over)


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
