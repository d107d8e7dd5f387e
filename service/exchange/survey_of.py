"""The catalogue as values for tables: captures, deployments, photos, individuals, llrs, answers."""

from dataclasses import replace
from itertools import groupby

from sqlalchemy import Connection

from reid.interchange.obscuring import Telling
from reid.interchange.survey import (
    AnimalCapture,
    CameraDeployment,
    CaptureSurvey,
    NamedIndividual,
    ObserverAnswer,
    PairLlr,
    PhotoRecord,
    StationSite,
)
from service.catalogue import disclosed
from service.store import decisions, encounters, identities, pairs, stations
from service.store import opinions as store_opinions
from service.store.decisions import Decision
from service.store.encounters import EncounterSummary
from service.store.identities import Reference
from service.store.pairs import Maker

UNKNOWN = "unknown"


def survey_of(
    connection: Connection,
    maker: Maker | None,
    *,
    species: str,
    telling: Telling,
    zone: str = UNKNOWN,
) -> CaptureSurvey:
    """Everything in use. telling: how positions are.

    maker: whose llrs; None: none. Nothing that the machine or observers say of blind pairs that are
    not settled yet. zone: of times whose own zone is not known.
    """
    references = encounters.every_reference(connection)
    photos = tuple(_photo(reference, zone) for reference in references)
    zones = {
        number: next((one.zone for one in own if one.zone != UNKNOWN), zone)
        for number, own in groupby(photos, key=lambda one: one.encounter)
    }
    standing = decisions.standing(connection)
    captures = tuple(
        _capture(one, standing.get(one.id), zones.get(one.id, zone))
        for one in encounters.all_summaries(connection)
    )
    places = stations.every(connection)
    return CaptureSurvey(
        captures=captures,
        deployments=tuple(
            _deployment(one, zone, telling) for place in places for one in place.deployments
        ),
        sites=tuple(StationSite(one.name, telling.position(one.position)) for one in places),
        photos=photos,
        individuals=tuple(
            NamedIndividual(one.name, one.sex, one.life_stage, one.note)
            for one in identities.catalogue(connection)
        ),
        llrs=_llrs(connection, maker),
        answers=_answers(connection),
        telling=telling,
        species=species,
    )


def _capture(one: EncounterSummary, taken: Decision | None, zone: str) -> AnimalCapture:
    capture = AnimalCapture(
        encounter=one.id,
        station=one.station or "",
        started_at=one.started_at,
        ended_at=one.ended_at,
        zone=zone,
        flanks=frozenset(one.flanks),
    )
    if taken is None or taken.kind == "withdrawn":
        return capture
    return replace(
        capture,
        individual=taken.identity or "",
        decided_by=taken.reviewer,
        decided_at=taken.decided_at,
        llr=taken.llr,
        undecidable=taken.kind == "cannot_tell",
    )


def _photo(reference: Reference, zone: str) -> PhotoRecord:
    annotation, photo = reference.annotation, reference.photo
    stated = annotation.stated_viewpoint
    return PhotoRecord(
        annotation=annotation.id,
        photo=photo.id,
        encounter=annotation.encounter_id,
        file_name=photo.file_name,
        media_type=photo.media_type,
        width=photo.width,
        height=photo.height,
        station=photo.station or "",
        camera=photo.camera or "",
        captured_at=photo.captured_at,
        zone=zone if photo.zone == UNKNOWN else photo.zone,
        flank=annotation.flank,
        viewpoint=stated.value if stated else "",
        box=annotation.box,
        grade=annotation.quality.grade.value if annotation.quality else "",
        notes=photo.notes,
    )


def _deployment(one: stations.Deployment, zone: str, telling: Telling) -> CameraDeployment:
    latitude, longitude = telling.position(one.position) or (None, None)
    return CameraDeployment(
        name=one.name,
        station=one.station,
        camera=one.camera,
        latitude=latitude,
        longitude=longitude,
        heading=one.heading,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        zone=zone if one.zone == UNKNOWN else one.zone,
        notes=one.notes,
    )


def _llrs(connection: Connection, maker: Maker | None) -> tuple[PairLlr, ...]:
    if maker is None:
        return ()
    hidden = disclosed.hidden(connection)
    return tuple(
        PairLlr(*one.couple, one.llr, one.comparable, maker.model, maker.calibrator)
        for one in sorted(pairs.every(connection, maker), key=lambda one: one.couple)
        if one.couple not in hidden
    )


def _answers(connection: Connection) -> tuple[ObserverAnswer, ...]:
    on_record = store_opinions.of_pairs(connection)
    decided_at = {one.id: one.decided_at for pair in on_record.values() for one in pair}
    return tuple(
        ObserverAnswer(
            *reviewed.pair,
            opinion.observer,
            opinion.answer,
            opinion.certainty or "",
            decided_at.get(opinion.id),
        )
        for reviewed in disclosed.opinions(connection)
        for opinion in (reviewed.opinions if reviewed.settled or not reviewed.blind else ())
    )
