"""View model of two encounters side by side: the page /compare, and a part of other pages.

Another page that shows it gives its template `pair` and includes "viewer/_pair.html" with the
style sheets compare.css and pair.css of static/viewer/, its module pair.js, and web/swap.js.

The include is one element with the id "pair". It takes the keys a b B f h H k l o q Q r t T x y z,
the digits 0 to 6 and , . + - =; arrow keys only while its picture has the focus.

`blind=True` leaves out what would tell the answer: no llr or verdict, no mark, no comparison, no
name of a file or an identity; photos in order of time, the best ones of one flank first shown, and
one laid over the other by the outline of the animal alone. Call it without `blind` as soon as the
observer has answered.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product

from reid.types import Grade, Source
from service.encounters.account import PairAccount, fused_words
from service.encounters.list_view import crop_address, title
from service.encounters.pair_evidence import PairEvidence, PairSays
from service.photos.facts_view import quality_words
from service.recognition.awaited import answered
from service.recognition.engine import Engine
from service.store import encounters
from service.store.database import Database
from service.store.encounters import EncounterDetail
from service.store.errors import NoPhotoLeft
from service.store.identities import Reference
from service.viewer.look import PairLook
from service.viewer.marks import SectionRow, marks, sections
from service.viewer.overlay import ALONE, Laid, Overlays
from service.viewer.picture import PairPicture, pair_picture
from service.web.languages import gettext as _
from service.web.words import signed


@dataclass(frozen=True, slots=True)
class StripPhoto:
    """One photo of an encounter. label: how it is called for the eye and the ear."""

    reference: Reference
    label: str
    quality: str
    thumbnail: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class EncounterSide:
    """One of the two encounters. letter: A or B; number: of the encounter."""

    letter: str
    number: int
    title: str
    started_at: datetime | None
    photos: tuple[StripPhoto, ...]
    shown: StripPhoto
    next_photo: str
    last_photo: str


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """What the machine says of two encounters, and of the two photos alone (`photos`, or "").

    share: where the llr lies between minus and plus its bound, 0 to 1; low, high: of its interval;
    same, different: where the verdicts begin. ticks: whole llrs, with where they lie.
    """

    says: PairSays
    photos: str
    share: float
    low: float
    high: float
    same: float
    different: float
    ticks: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class EncounterPairView:
    """Everything the include draws; see the module for how.

    laid: what the registration rests on, in words. account: what the encounters and the two photos
    say; None where the machine says nothing. compared: whether the two photos were. told: whether
    the network tells the sections. more: address of the look with all of them, or with fewer.
    problem: why the machine says nothing.
    """

    one: EncounterSide
    other: EncounterSide
    look: PairLook
    blind: bool
    picture: PairPicture
    laid: str
    agreeing: int
    compared: bool
    sections: tuple[SectionRow, ...]
    told: bool
    more: str
    evidence: EvidenceView | None
    account: PairAccount | None
    fused: tuple[str, ...]
    problem: str


def pair_view(
    database: Database,
    engine: Engine,
    pair_evidence: PairEvidence,
    overlays: Overlays,
    first: int,
    second: int,
    look: PairLook,
    *,
    blind: bool,
) -> EncounterPairView:
    """Two encounters by their numbers. NotFound where one of them is not there."""
    with database.read() as connection:
        details = encounters.get(connection, first), encounters.get(connection, second)
    says, problem = None, ""
    if not blind:
        says, problem = answered(engine, lambda: pair_evidence.between(first, second))
        if engine.loaded is None:
            problem = problem or _("The network is being loaded.")
    shown = _shown(details, says, look)
    known, behind = None, ALONE
    if says and says.best and says.best.annotations == tuple(r.annotation.id for r in shown):
        known, behind = says.best.in_order()[0], says.best.behind
    laid = overlays.photos(*shown, blind=blind, known=known, behind=behind)
    sides = [
        _side(letter, detail, reference, name, look, blind=blind)
        for letter, detail, reference, name in zip("AB", details, shown, "ab", strict=True)
    ]
    every = marks(laid, look)
    picture = pair_picture(shown, (sides[0].shown.label, sides[1].shown.label), laid, look, every)
    return EncounterPairView(
        one=sides[0],
        other=sides[1],
        look=look,
        blind=blind,
        picture=picture,
        laid=_resting_on(laid, blind=blind),
        agreeing=sum(mark.kind == "agree" for mark in every),
        compared=laid.comparison is not None,
        sections=sections(every, laid, look, picture.panes[0]),
        told=laid.frames[0] is not None and laid.frames[0].told,
        more=look.url(every=not look.every)
        if len(picture.marks) < len(every) or look.every
        else "",
        evidence=_evidence(says, laid, engine.calibrator().same) if says else None,
        account=_account(says, laid) if says else None,
        fused=fused_words("AB", laid.behind),
        problem=problem,
    )


def _shown(
    details: tuple[EncounterDetail, EncounterDetail], says: PairSays | None, look: PairLook
) -> tuple[Reference, Reference]:
    """The photos asked for; else the pair that agrees most; else the best ones of one flank."""
    first, second = (detail.references for detail in details)
    for detail in details:
        if not detail.references:
            raise NoPhotoLeft(encounter=detail.summary.id)
    best = says.best.annotations if says and says.best else (0, 0)
    pairs = product(first, second)

    def order(pair: tuple[Reference, Reference]) -> tuple[object, ...]:
        ids = [reference.annotation.id for reference in pair]
        unlike = [number != chosen for number, chosen in zip(ids, (look.a, look.b), strict=True)]
        flanks = [reference.annotation.flank for reference in pair]
        return (
            sum(unlike),
            ids != list(best),
            not flanks[0].comparable_with(flanks[1]),
            sum(_rank(reference) for reference in pair),
            ids,
        )

    return min(pairs, key=order)


def _rank(reference: Reference) -> int:
    """0 for a good photo."""
    quality = reference.annotation.quality
    grades = list(Grade)
    return grades.index(quality.grade) if quality else len(grades)


def _side(
    letter: str,
    detail: EncounterDetail,
    shown: Reference,
    name: str,
    look: PairLook,
    *,
    blind: bool,
) -> EncounterSide:
    photos = tuple(
        _photo(letter, number, reference, shown, name, look, blind=blind)
        for number, reference in enumerate(detail.references, 1)
    )
    current = next(n for n, photo in enumerate(photos) if photo.current)
    several = len(photos) > 1
    return EncounterSide(
        letter=letter,
        number=detail.summary.id,
        title=title(detail.summary),
        started_at=detail.summary.started_at,
        photos=photos,
        shown=photos[current],
        next_photo=photos[(current + 1) % len(photos)].url if several else "",
        last_photo=photos[current - 1].url if several else "",
    )


def _photo(
    letter: str,
    number: int,
    reference: Reference,
    shown: Reference,
    name: str,
    look: PairLook,
    *,
    blind: bool,
) -> StripPhoto:
    words = _("Photo %(number)s of %(letter)s") % {"number": number, "letter": letter}
    return StripPhoto(
        reference=reference,
        label=words if blind else f"{words}, {reference.photo.file_name}",
        quality=quality_words(reference.annotation.quality),
        thumbnail=crop_address(reference.annotation.id),
        url=look.url(**{name: reference.annotation.id}),
        current=reference.annotation.id == shown.annotation.id,
    )


def _resting_on(laid: Laid, *, blind: bool) -> str:
    """What the two photos are laid over each other by."""
    if laid.mesh.source is None:
        return _("Not aligned: the two photos show different flanks, or too little coat")
    if blind or laid.mesh.source is Source.OUTLINE:
        return _("Aligned by the body's outline only: places fit roughly")
    if laid.mesh.source is Source.ROSETTES:
        return _("Aligned by the rosettes that agree")
    return _("Aligned by the fine detail that agrees")


def _account(says: PairSays, laid: Laid) -> PairAccount:
    """Of both encounters, with the two photos that are shown."""
    return PairAccount(says.evidence, says.best is not None, laid.marks, laid.comparison)


def _evidence(says: PairSays, laid: Laid, same: float) -> EvidenceView:
    evidence, bound = says.evidence, says.evidence.bound
    low, high = evidence.interval

    def share(llr: float) -> float:
        return (llr + bound) / (2 * bound) if bound else 0.5

    whole: Sequence[int] = range(-int(bound), int(bound) + 1)
    return EvidenceView(
        says=says,
        photos=signed(laid.evidence.llr) if laid.evidence else "",
        share=share(evidence.llr),
        low=share(low),
        high=share(high),
        same=share(min(same, bound)),
        different=share(-min(same, bound)),
        ticks=tuple((signed(tick), share(tick)) for tick in whole),
    )
