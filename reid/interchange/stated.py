"""What a source said in its own words, for an export that gives it back."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class StatedPackage:
    """The rows of one source, and which of them became what in the catalogue.

    tables: name -> rows by column, without empty cells. photo_of: mediaID -> SHA-256 of the photo.
    row_of, event_of, species_of: annotation -> its observationID, its event and its species, ""
    where none is stated.
    """

    label: str
    tables: Mapping[str, tuple[Mapping[str, str], ...]] = field(default_factory=dict)
    photo_of: Mapping[str, str] = field(default_factory=dict)
    row_of: Mapping[int, str] = field(default_factory=dict)
    event_of: Mapping[int, str] = field(default_factory=dict)
    species_of: Mapping[int, str] = field(default_factory=dict)
