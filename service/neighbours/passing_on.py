"""Make a file of signatures of this catalogue."""

from collections.abc import Collection
from dataclasses import dataclass

from reid.describe.rootsift import MODEL as ROOTSIFT
from reid.signatures import form
from reid.signatures.best import EACH, ReferencePhoto, best
from reid.signatures.content import PassedAnimal, PassedAnnotation, Signatures, passed
from reid.signatures.errors import NothingToPassOn
from reid.signatures.keys import OwnerKey, own_key
from reid.signatures.places import area_of, contact_of
from service.neighbours.errors import NoSuchIdentityName
from service.recognition.engine import Engine
from service.settings import Settings
from service.store import features, identities, signatures
from service.store.database import Database
from service.store.tables.base import now

AT_ONCE = 50  # annotations whose features are read together


@dataclass(frozen=True, slots=True)
class PassingOn:
    """What the owner chose.

    area: a name or a cell of one degree. contact: whom to call. each: photos of a flank at most.
    names: individual names go along. rootsift: keypoints, too. only: names of identities; all if
    empty.
    """

    area: str
    contact: str = ""
    each: int = EACH
    names: bool = False
    rootsift: bool = True
    only: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PassedOn:
    """The file, and what its owner should keep. codes: code -> name of the identity."""

    data: bytes
    fingerprint: str
    codes: dict[str, str]
    annotations: int


def pass_on(settings: Settings, database: Database, engine: Engine, choice: PassingOn) -> PassedOn:
    """The signed file of all identities that have a photo which speaks.

    Codes are made over all identities, so that they stay the same whatever is chosen.
    """
    area, contact = area_of(choice.area), contact_of(choice.contact)
    model, calibrator = engine.embedder().model, engine.calibrator().id
    key = own_key(settings.data_dir)
    with database.read() as connection:
        chosen = best(
            (photo for photo, _ in signatures.speaking(connection, model).values()),
            each=choice.each,
        )
        names = identities.names(connection)
    chosen = _only(chosen, names, choice.only)
    if not chosen:
        raise NothingToPassOn()
    content = Signatures(
        model=model,
        rootsift=ROOTSIFT if choice.rootsift else "",
        calibrator=calibrator,
        area=area,
        contact=contact,
        made=f"{now():%Y-%m}",
        each=choice.each,
        animals=_animals(database, chosen, model, choice, names, key),
    )
    codes = {animal.code: "" for animal in content.animals}
    by_code = {code: names[number] for number, code in key.codes(names).items()}
    return PassedOn(
        data=form.write(content, key),
        fingerprint=key.fingerprint,
        codes={code: by_code[code] for code in codes},
        annotations=content.annotations,
    )


def _only(
    chosen: list[ReferencePhoto], names: dict[int, str], only: Collection[str]
) -> list[ReferencePhoto]:
    """The photos of the named identities; raises NoSuchIdentityName."""
    if not only:
        return chosen
    present = {names[photo.identity] for photo in chosen}
    for name in only:
        if name not in present:
            raise NoSuchIdentityName(name=name)
    return [photo for photo in chosen if names[photo.identity] in only]


def _animals(
    database: Database,
    chosen: list[ReferencePhoto],
    model: str,
    choice: PassingOn,
    names: dict[int, str],
    key: OwnerKey,
) -> tuple[PassedAnimal, ...]:
    """In the order of their codes, which tells nothing of the catalogue's order."""
    codes = key.codes(names)
    by_identity: dict[int, list[PassedAnnotation]] = {}
    for at in range(0, len(chosen), AT_ONCE):
        part = chosen[at : at + AT_ONCE]
        numbers = [photo.annotation for photo in part]
        with database.read() as connection:
            described = features.get(connection, numbers, model)
            months = signatures.months(connection, numbers)
        for photo in part:
            number = photo.annotation
            annotation = passed(described[number], months[number], rootsift=choice.rootsift)
            by_identity.setdefault(photo.identity, []).append(annotation)
    animals = [
        PassedAnimal(codes[number], names[number] if choice.names else "", tuple(annotations))
        for number, annotations in by_identity.items()
    ]
    return tuple(sorted(animals, key=lambda animal: animal.code))
