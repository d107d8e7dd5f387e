"""A query and its answer: photos in, an identification with the facts around it out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from reid.describe.describer import CropDescriber
from reid.fusion.burst import FusedBurst, fuse
from reid.fusion.links import BurstFrame, clearest
from reid.identify.answer import Identification, IdentityCandidate
from reid.photo.crop import cut_photo, on_its_own, parse_box, resolve_box
from reid.photo.images import decode_photo
from reid.sentences import Sentence
from reid.types import AnnotationFeatures, Crop, Flank, Image, Verdict
from service.store.facts import AnnotationFacts
from service.store.files import digest
from service.store.identities import Reference
from service.web.metrics import Stopwatch

QUERY_PIXELS = 120_000_000
"""Of all photos of one query that are in memory together, as crops: 360 MB."""

SHOWN = 1  # decimals of an llr on a page


@dataclass(frozen=True, slots=True)
class QueryBurst:
    """How the photos of one query agree with each other.

    groups: positions of photos that show one coat, the group with most of it first; a photo that
    agrees with none is alone. Photos without an animal, and of very many the least clear ones, are
    in no group. frames: positions of those in the fused picture, empty without one.
    """

    groups: tuple[tuple[int, ...], ...]
    frames: tuple[int, ...]
    fused: FusedBurst


def burst_of(
    crops: Sequence[Crop], described: Sequence[AnnotationFeatures], describer: CropDescriber
) -> QueryBurst | None:
    """The photos of a query that show an animal, fused where they agree; None for fewer than two.

    described: with places in the pixels of the crops' photos as they were decoded.
    """
    seen = clearest(described)
    if len(seen) < 2:
        return None
    fused = fuse([BurstFrame(crops[n], described[n]) for n in seen], describer)
    groups = tuple(tuple(seen[n] for n in group) for group in fused.links.groups)
    frames = fused.picture.frames if fused.picture else ()
    return QueryBurst(groups, tuple(sorted(seen[n] for n in frames)), fused)


@dataclass(frozen=True, slots=True)
class QueryUpload:
    """One photo of a stateless query. box: text for `reid.photo.crop.parse_box`, or empty.
    flank: as stated.

    content: its bytes, or the open file that has them, which is read when its turn comes.
    """

    content: bytes | BinaryIO
    box: str = ""
    flank: Flank = Flank.UNKNOWN

    def read(self) -> bytes:
        """The bytes of the photo."""
        if isinstance(self.content, bytes):
            return self.content
        self.content.seek(0)
        return self.content.read()


@dataclass(frozen=True, slots=True)
class QueryPhotos:
    """What is kept of the photos of a query: one crop each, and what could not be read of it.

    ids: their SHA-256, and photos of the catalogue that show the same exposure.
    """

    crops: tuple[Crop, ...]
    ids: tuple[str, ...]
    damages: tuple[Sentence | None, ...]


def read_photos(
    query: Sequence[QueryUpload],
    alike: Callable[[Image], list[str]],
    watch: Stopwatch,
    *,
    max_pixels: int,
) -> QueryPhotos:
    """Decode photos one after the other; of each only its crop stays in memory.

    alike: the photos of the catalogue that show the same exposure as a picture. All crops together
    have at most QUERY_PIXELS; those above their share are reduced.
    """
    crops, ids, damages = [], [], []
    for upload in query:
        data = upload.read()
        with watch("decode"):
            photo = decode_photo(data, max_pixels=max_pixels)
        with watch("crop"):
            text = upload.box.strip()
            box = resolve_box(parse_box(text), *photo.size) if text else None
            crop = cut_photo(photo, upload.flank, box)
            crops.append(on_its_own(crop, QUERY_PIXELS // len(query)))
        ids += [digest(data), *alike(photo.image)]
        damages.append(photo.damage)
        del data, photo  # before the next one is decoded
    return QueryPhotos(tuple(crops), tuple(ids), tuple(damages))


class OtherFlank(NamedTuple):
    """An animal of which only one flank is known, and that is not the one of the query."""

    identity: int
    flank: Flank


@dataclass(frozen=True, slots=True)
class QueryAnswer:
    """An identification with the facts around it.

    queries: annotation numbers of the query, or positions of the photos when it has none.
    facts: pose and quality of each of them.
    references: the gallery annotations that the candidates show. other_flank: animals that cannot
    be compared, because only the flank is known that the query does not show. timings: milliseconds
    per stage.
    damages: what could not be read of each photo of a query that is not kept.
    behind: frames behind each of the queries, more than 1 for a fused picture, which has the number
    of the photo it lies over; empty: one each. burst: how the photos of a query that is not kept
    agree with each other, None for one photo; their fused picture is the last of the queries.
    """

    identification: Identification
    calibrator: str
    queries: tuple[int, ...]
    facts: tuple[AnnotationFacts, ...]
    gallery: int
    excluded_encounters: tuple[int, ...]
    names: Mapping[int, str]
    references: Mapping[int, Reference]
    timings: Mapping[str, float]
    other_flank: tuple["OtherFlank", ...] = ()
    damages: tuple[Sentence | None, ...] = ()
    behind: tuple[int, ...] = ()
    burst: QueryBurst | None = None

    @property
    def candidates(self) -> tuple[IdentityCandidate, ...]:
        """Those that the photos say something of, in the order of the number that pages show."""
        return in_order(c for c in self.identification.candidates if _comparable(c))

    @property
    def blank(self) -> tuple[IdentityCandidate, ...]:
        """Those of the same flank whose photos, or the query's, show no coat that could agree."""
        return tuple(c for c in self.identification.candidates if not _comparable(c))


def in_order(candidates: Iterable[IdentityCandidate]) -> tuple[IdentityCandidate, ...]:
    """The largest llr first, to the decimal that is shown; of equal ones what agrees most."""
    return tuple(sorted(candidates, key=lambda candidate: -round(candidate.evidence.llr, SHOWN)))


def _comparable(candidate: IdentityCandidate) -> bool:
    return candidate.evidence.verdict is not Verdict.NOT_COMPARABLE


def of_other_flank(
    query: Sequence[AnnotationFeatures], known: Iterable[tuple[int, Flank]]
) -> tuple[OtherFlank, ...]:
    """The animals of which no known flank can be the one of a photo of the query.

    known: the identity and the flank of each annotation in the gallery.
    """
    flanks: dict[int, set[Flank]] = {}
    for identity, flank in known:
        flanks.setdefault(identity, set()).add(flank)
    asked = {photo.flank for photo in query if photo.shows_animal}
    return tuple(
        OtherFlank(identity, next(iter(own)))
        for identity, own in flanks.items()
        if asked and not any(one.comparable_with(other) for one in asked for other in own)
    )
