"""Neighbours' files and pairs on the wire."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from reid.signatures.best import EACH
from reid.signatures.places import CONTACT
from reid.types import Flank, Verdict
from service.web.wire import Line, Wire


class NeighbourOut(Wire):
    """One imported file, and how far it is compared. What it says of itself is not verified."""

    id: str
    area: str = Field(description="a region, or a cell of one degree such as N43E054")
    contact: str
    made: str = Field(description="month of the export")
    animals: int
    annotations: int
    bytes: int
    model: str
    rootsift: str = Field(description="what made the keypoints; empty: there are none")
    calibrator: str = Field(description="of the neighbour; the llrs are of one's own")
    fingerprint: str = Field(description="of the key that signed, to be read out")
    imported_at: datetime
    imported_by: str
    checked_by: str = Field(description="who compared the fingerprint; empty: nobody yet")
    checked_at: datetime | None
    compared: int = Field(description="animals that are compared so far")
    waiting: bool = Field(description="it is being compared, or waits for it")
    current: bool = Field(description="compared with the own photos as they are now")


class NeighbourPairOut(Wire):
    """An animal of the file beside an own identity."""

    code: str = Field(description="what the neighbour's animal is called over the telephone")
    name: str = Field(description="the neighbour's name for it; empty unless it was told")
    months: list[str] = Field(description="in which the neighbour photographed it")
    identity_id: int
    identity: str
    own_code: str = Field(description="of the identity in files of this catalogue")
    llr: float
    bound: float
    interval: tuple[float, float]
    verdict: Verdict
    posterior: float = Field(description="probability of one animal, with the stated prior")
    call: bool = Field(description="worth a telephone call")
    flank: Flank = Field(description="of the photos that agree most")
    photos: int = Field(description="pairs of photos that were compared")


class NeighbourPairsOut(Wire):
    """All pairs of a file that were compared, those worth a call first.

    shared: the part of the neighbour's animals that is taken to be among the own identities before
    any photo is looked at; prior: of one pair, so.
    """

    neighbour: NeighbourOut
    compared_at: datetime
    calibrator: str
    identities: int
    shared: float
    prior: float
    calls: int
    pairs: list[NeighbourPairOut]


class NeighbourEdit(Wire):
    """What may be said of a file."""

    checked: bool = Field(description="the fingerprint was compared over the telephone")
    reviewer: Line = "anonymous"


class SignaturesIn(Wire):
    """What goes into a file of signatures."""

    area: Annotated[str, Field(min_length=1, max_length=100)]
    contact: Annotated[str, Field(max_length=CONTACT)] = ""
    each: int = Field(default=EACH, ge=1, le=20, description="photos of a flank at most")
    names: bool = Field(default=False, description="individual names go along, not only codes")
    rootsift: bool = Field(default=True, description="keypoints go along")
    only: list[Line] = Field(default=[], max_length=10_000, description="names of identities")
