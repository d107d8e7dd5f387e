"""Photos with keywords in their metadata, as digiKam and Lightroom write and camtrapR reads them.

Hierarchical keywords name what they mean: Species|Leopard, individual|L001, flank|left.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from html import unescape
from itertools import islice
from pathlib import Path

from reid.errors import InputError
from reid.interchange import folders
from reid.interchange.individual_names import fit_name, name_of
from reid.interchange.locate import is_there
from reid.interchange.package import ANIMAL, SourceAnimal, SourcePackage, SourcePhoto, SourceRefusal
from reid.interchange.photo_tables import flank_word
from reid.photo.file_names import is_photo
from reid.sentences import Sentence

NAME = "tagged_photos"
HEAD = 1_000_000  # bytes of a photo within which its XMP packet lies
LOOKED_AT = 20  # photos that tell whether a folder has tags
LISTS = re.compile(
    rb"<(lr:hierarchicalSubject|digiKam:TagsList)>(.*?)</(?:lr:hierarchicalSubject|"
    rb"digiKam:TagsList)>",
    re.DOTALL,
)
ITEM = re.compile(rb"<rdf:li[^>]*>([^<]*)</rdf:li>")
FIELDS = {
    "individual": ("individual", "individuals", "individual_id", "individualid", "id"),
    "species": ("species",),
    "flank": ("flank", "side", "viewpoint"),
    "station": ("station", "location", "site"),
    "camera": ("camera",),
}


class SeveralIndividualsTagged(
    InputError,
    message="its tags name {names}, and which animal is whose is not said: draw a box around each "
    "after the import",
): ...


class TagsWithoutIndividual(
    Sentence, message="{photos} of {all} photos bear no tag individual|…: their animals get no name"
): ...


def recognises(folder: Path) -> bool:
    """Whether one of the first photos of a folder bears such a tag."""
    if not folder.is_dir():
        return False
    photos = (path for path in folders.listing(folder).frames if is_photo(path.name))
    return any(_fields(tags_of(folder / path)) for path in islice(photos, LOOKED_AT))


def read(folder: Path) -> SourcePackage:
    """Photos below a folder with the individual, species, flank, station and camera of their tags.

    Other tags are extras by their first part. A photo whose tags name two individuals gets neither.
    """
    photos: list[SourcePhoto] = []
    refused: list[SourceRefusal] = []
    unnamed = 0
    untagged = folders.read(folder)
    for photo in untagged.photos:
        tags = tags_of(folder / photo.path)
        try:
            photos.append(_photo(photo, tags))
        except InputError as error:
            refused.append(SourceRefusal(photo.path, error))
            photos.append(_photo(photo, {k: v for k, v in tags.items() if k not in INDIVIDUALS}))
        unnamed += not any(one.individual for one in photos[-1].animals)
    facts = {"photos": unnamed, "all": len(photos)}
    remarks = (*untagged.remarks, *((TagsWithoutIndividual(**facts),) if unnamed else ()))
    return SourcePackage(NAME, tuple(photos), refused=tuple(refused), remarks=remarks)


INDIVIDUALS = frozenset(FIELDS["individual"])


def tags_of(path: Path) -> dict[str, tuple[str, ...]]:
    """First part of each hierarchical keyword, in small letters -> what follows it.

    A pipe that is called photo.jpg is not waited for.
    """
    if not is_there(path):
        return {}
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError:
        return {}
    tags: dict[str, dict[str, None]] = {}
    for kind, content in LISTS.findall(head):
        mark = "|" if kind.startswith(b"lr:") else "/"
        for item in ITEM.findall(content):
            text = unescape(item.decode("utf-8", "replace")).strip()
            first, _, rest = text.partition(mark)
            if rest.strip():
                tags.setdefault(first.strip().casefold(), {})[rest.strip()] = None
    return {name: tuple(values) for name, values in tags.items()}


def _fields(tags: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Field -> what its tags say."""
    return {
        field: tuple(value for name in names for value in tags.get(name, ()))
        for field, names in FIELDS.items()
        if any(name in tags for name in names)
    }


def _photo(photo: SourcePhoto, tags: Mapping[str, tuple[str, ...]]) -> SourcePhoto:
    fields = _fields(tags)
    names = [name for text in fields.get("individual", ()) if (name := name_of(text))]
    if len(names) > 1:
        raise SeveralIndividualsTagged(names=tuple(names))
    flanks = {flank for text in fields.get("flank", ()) if (flank := flank_word(text))}
    known = {name for names in FIELDS.values() for name in names}
    extras = {name: "; ".join(values) for name, values in tags.items() if name not in known}
    animal = SourceAnimal(
        individual=fit_name(names[0]) if names else "",
        species="; ".join(fields.get("species", ())),
        flank=flanks.pop() if len(flanks) == 1 else None,
        viewpoint="; ".join(fields.get("flank", ())),
        extras=extras,
    )
    shown = {"individual", "species", "flank"} & fields.keys()
    return replace(
        photo,
        station="".join(fields.get("station", ())[:1]),
        camera="".join(fields.get("camera", ())[:1]),
        animals=(animal,) if shown else (),
        category=ANIMAL if shown else "",
        extras={} if shown else extras,
    )
