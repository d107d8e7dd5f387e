"""A query and its answer: photos in, an identification with the facts around it out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reid.describe.describer import CropDescriber
from reid.fusion.burst import FusedBurst, fuse
from reid.fusion.links import BurstFrame, clearest
from reid.identify.answer import Identification
from reid.sentences import Sentence
from reid.types import AnnotationFeatures, Crop
from service.store.facts import AnnotationFacts
from service.store.identities import Reference


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
    """One photo of a stateless query. box: text for `reid.photo.crop.parse_box`, or empty."""

    data: bytes
    box: str = ""


@dataclass(frozen=True, slots=True)
class QueryAnswer:
    """An identification with the facts around it.

    queries: annotation numbers of the query, or positions of the photos when it has none.
    facts: pose and quality of each of them.
    references: the gallery annotations that the candidates show. timings: milliseconds per stage.
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
    damages: tuple[Sentence | None, ...] = ()
    behind: tuple[int, ...] = ()
    burst: QueryBurst | None = None
