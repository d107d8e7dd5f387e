"""Two photos laid over each other, on demand: the mesh between them, and what they say together."""

from dataclasses import dataclass, replace
from math import floor
from typing import Annotated

from fastapi import Depends

from reid.compare.comparison import compare
from reid.compare.mesh import Mesh
from reid.compare.registration import by_outline, register
from reid.compare.sections import BodyFrame
from reid.describe.spacing import rosette_spacing
from reid.errors import ReidError
from reid.evidence.encounters import of_photos
from reid.photo import images
from reid.types import AnnotationFeatures, Box, Comparison, Evidence, Flank
from service.photos.pictures import Pictures
from service.recognition.engine import Engine
from service.store import features
from service.store.database import Database
from service.store.identities import Reference
from service.viewer.agreement import SpeakingMarks, speaking
from service.web.answer_cache import AnswerCache
from service.web.parameters import component

KEPT = 300
NO_MARKS = SpeakingMarks()
MEASURED = 640  # pixels of a crop, enough to measure the spacing of its rosettes

State = tuple[int, Flank, Box | None]  # of an annotation: what its features were made from
Key = tuple[State, State, str, str, bool]


@dataclass(frozen=True, slots=True)
class Laid:
    """Photo 1 laid over photo 0.

    boxes: of the animals. frames: their body coordinates, None where no coat was kept. spacings:
    pixels between rosettes, 0 where they were not measured. comparison, evidence: of these two
    photos alone; None where they show different flanks, where a photo is not embedded, and always
    for the blind. marks: of the comparison, none without one.
    """

    boxes: tuple[Box, Box]
    mesh: Mesh
    frames: tuple[BodyFrame | None, BodyFrame | None]
    spacings: tuple[float, float]
    comparison: Comparison | None
    evidence: Evidence | None
    marks: SpeakingMarks = NO_MARKS


class Overlays:
    """Lays photos over each other and keeps what it found. One a process."""

    def __init__(self, database: Database, engine: Engine, pictures: Pictures) -> None:
        self._database, self._engine, self._pictures = database, engine, pictures
        self._kept: AnswerCache[Key, Laid] = AnswerCache(KEPT)
        self._spacings: dict[tuple[State, str], float] = {}

    def photos(
        self,
        first: Reference,
        second: Reference,
        *,
        blind: bool = False,
        known: Comparison | None = None,
        wait: bool = True,
    ) -> Laid:
        """Two photos of two encounters. wait False: raises NotYet where they must be compared.

        blind: by the outlines of the animals alone, whether their rosettes agree or not, so that
        nothing tells what the machine thinks. known: their comparison, where somebody has it.
        """
        model = self._engine.loaded
        if model is None:
            return _bare(first, second)
        key = (_state(first), _state(second), model, self._engine.calibrator().id, blind)
        if not first.annotation.state == second.annotation.state == "embedded":
            return self._made(first, second, model, known, blind=blind)
        if not wait:
            return self._kept.known(key)
        return self._kept.get(key, lambda: self._made(first, second, model, known, blind=blind))

    def _made(
        self,
        reference0: Reference,
        reference1: Reference,
        model: str,
        known: Comparison | None,
        *,
        blind: bool,
    ) -> Laid:
        ids = (reference0.annotation.id, reference1.annotation.id)
        with self._database.read() as connection:
            features_of = features.get(connection, ids, model)
        pair = [features_of.get(number) for number in ids]
        frames = tuple(BodyFrame.of(animal) if animal else None for animal in pair)
        spacings = tuple(
            self._spacing(shown, frame)
            for shown, frame in zip((reference0, reference1), frames, strict=True)
        )
        boxes = (box_of(reference0), box_of(reference1))
        bare = Laid(boxes, Mesh.of_boxes(*boxes), frames, spacings, None, None)  # type: ignore[arg-type]
        first, second = pair
        if first is None or second is None or not first.flank.comparable_with(second.flank):
            return bare
        return self._together(bare, first, second, known, blind=blind)

    def _together(
        self,
        bare: Laid,
        first: AnnotationFeatures,
        second: AnnotationFeatures,
        known: Comparison | None,
        *,
        blind: bool,
    ) -> Laid:
        """The same with the registration, where both photos show coat of one flank."""
        cells = first.dense.scales()[1], second.dense.scales()[1]
        coat_in_both = min(map(len, cells)) > 0
        if blind:
            mesh = Mesh.through(by_outline(*cells), bare.boxes[0]) if coat_in_both else bare.mesh
            return replace(bare, mesh=mesh)
        calibrator = self._engine.calibrator()
        compared = known or compare(first, second)
        mesh = bare.mesh
        if coat_in_both:
            mesh = Mesh.through(register(*cells, compared.correspondences), bare.boxes[0])
        says = of_photos(first, second, compared, calibrator)
        marks = speaking(compared, first, second)
        return replace(bare, mesh=mesh, comparison=compared, evidence=says, marks=marks)

    def _spacing(self, shown: Reference, frame: BodyFrame | None) -> float:
        """Pixels of the photo between rosettes, measured once for each photo and model."""
        if frame is None:
            return 0.0
        key = (_state(shown), self._engine.loaded or "")
        if key not in self._spacings:
            self._spacings[key] = self._measured(shown, frame.outline)
        return self._spacings[key]

    def _measured(self, shown: Reference, flank: Box) -> float:
        box, number = box_of(shown), shown.annotation.id
        try:
            data = self._pictures.jpeg(shown.photo.id, number, MEASURED)
            crop = images.decode(data, max_pixels=MEASURED * MEASURED)
        except (ReidError, OSError):  # a photo that cannot be read has no ruler
            return 0.0
        left, top = floor(box.x0), floor(box.y0)
        scale = crop.shape[1] / box.width
        sides = (flank.x0 - left, flank.y0 - top, flank.x1 - left, flank.y1 - top)
        return float(rosette_spacing(crop, Box(*(side * scale for side in sides))) / scale)


def _state(shown: Reference) -> State:
    animal = shown.annotation
    return animal.id, animal.flank, animal.box


def _bare(first: Reference, second: Reference) -> Laid:
    """Box on box: nothing is known of the photos yet."""
    boxes = (box_of(first), box_of(second))
    return Laid(boxes, Mesh.of_boxes(*boxes), (None, None), (0.0, 0.0), None, None)


def box_of(shown: Reference) -> Box:
    """The box of an animal, which is the whole photo where nobody drew one."""
    return shown.annotation.box or Box(0, 0, shown.photo.width, shown.photo.height)


TheOverlays = Annotated[Overlays, Depends(component(Overlays))]
"""The app's, for a route."""
