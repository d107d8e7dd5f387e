"""What an archive run is asked to do, and with which network and catalogue."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Protocol

import numpy as np

from reid.archive.clocks import CameraClock
from reid.archive.describing import ArchiveNetwork
from reid.archive.looking import content
from reid.archive.video import frames_of
from reid.evidence.calibrator import Calibrator
from reid.identify.answer import strength_of_evidence
from reid.interchange.folders import is_video
from reid.photo.images import encode_jpeg
from reid.types import AnnotationFeatures, Flank, Verdict


@dataclass(frozen=True, slots=True)
class RunPlan:
    """What a run does.

    gap: the longest time between two frames of an encounter. photos: of an encounter and flank that
    identify it, and of each camera where the flank is unknown. looked_at: of each camera of an
    encounter that the network describes. species: as the source names it, "" for all animals. keep:
    answers that an earlier state of the catalogue gave stay. flank: of boxes of which nobody states
    one. banners: printed times are read where a file states none.
    """

    gap: timedelta = timedelta(minutes=30)
    photos: int = 2
    looked_at: int = 3
    species: str = ""
    flank: Flank = Flank.UNKNOWN
    keep: bool = False
    clocks: Sequence[CameraClock] = field(default=())
    banners: bool = False


@dataclass(frozen=True, slots=True)
class ArchiveRecogniser:
    """model: id of the network, known before it is loaded. load: brings it; can be pickled."""

    model: str
    load: Callable[[], ArchiveNetwork]
    calibrator: Calibrator


@dataclass(frozen=True, slots=True)
class IdentifyingPhoto:
    """A photo that identifies an animal. path: of the frame, in the source; box: pixels; flank: as
    stated."""

    path: str
    file: Path
    sha256: str
    box: tuple[float, float, float, float]
    video_frame: int | None = None
    flank: Flank = Flank.UNKNOWN

    @property
    def video(self) -> bool:
        """Whether the file is a clip."""
        return is_video(self.file.name)

    @property
    def box_text(self) -> str:
        """The box as an upload takes it; of what `data` gives."""
        return "" if self.video else " ".join(f"{side:g}" for side in self.box)

    def data(self) -> bytes:
        """The photo as a service takes it: the file, or the box cut out of a frame of a clip."""
        if not self.video:
            return content(self.file)
        x0, y0, x1, y1 = (round(side) for side in self.box)
        number = self.video_frame or 0
        image = next(image for _, image in frames_of(self.file, {number}))
        return encode_jpeg(np.ascontiguousarray(image[y0:y1, x0:x1]), quality=92)


@dataclass(frozen=True, slots=True)
class QueryPhoto:
    """One described photo of an encounter that is asked about."""

    chosen: IdentifyingPhoto
    features: AnnotationFeatures


@dataclass(frozen=True, slots=True)
class NamedCandidate:
    """One candidate, by name. encounter: the one of the catalogue that it agrees with most."""

    identity: str
    llr: float
    bound: float
    verdict: Verdict
    encounter: int | None = None


@dataclass(frozen=True, slots=True)
class CatalogueAnswer:
    """What a catalogue says about one encounter; candidates in the order of total agreement."""

    verdict: Verdict
    candidates: tuple[NamedCandidate, ...]
    model: str
    calibrator: str

    @property
    def strongest(self) -> NamedCandidate | None:
        """The candidate with the strongest evidence, whose verdict the answer has; None of none."""
        return max(
            self.candidates, key=lambda c: strength_of_evidence(c.verdict, c.llr), default=None
        )


class Catalogue(Protocol):
    """Whom we ask: a service, or a catalogue opened in this process.

    model: id of the network; state: changes whenever the catalogue may answer differently.
    """

    @property
    def model(self) -> str:
        """Id of the network, for example rosette@1."""

    @property
    def state(self) -> str:
        """A text that changes whenever the catalogue may answer differently."""

    def identify_encounter(self, photos: Sequence[QueryPhoto]) -> CatalogueAnswer:
        """Raises InputError for photos that cannot be used, ConnectionError for no answer."""


@dataclass(frozen=True, slots=True)
class EmptyCatalogue:
    """Nobody is known: every animal is a new one."""

    model: str
    calibrator: str
    state: str = "none"

    def identify_encounter(self, photos: Sequence[QueryPhoto]) -> CatalogueAnswer:
        """No candidates."""
        del photos
        return CatalogueAnswer(Verdict.NOT_COMPARABLE, (), self.model, self.calibrator)
