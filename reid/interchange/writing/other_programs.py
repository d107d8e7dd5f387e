"""Tables for other programs: Wildlife Insights, Wildbook and Darwin Core."""

from collections.abc import Iterable, Mapping, Sequence

from reid.interchange.survey import (
    AnimalCapture,
    AnimalHistory,
    CaptureSurvey,
    LeftOut,
    NamedIndividual,
    PhotoRecord,
)
from reid.interchange.writing.camtrap_dp import media_path
from reid.interchange.writing.placing import PlacedPhotos, placed
from reid.interchange.writing.sheets import (
    UNKNOWN,
    Sheet,
    WrittenTables,
    photos_by_encounter,
    sheet,
    spaced,
    with_offset,
)

WI_IMAGES = (
    *("project_id", "deployment_id", "image_id", "location", "is_blank", "identified_by"),
    *("wi_taxon_id", "class", "order", "family", "genus", "species", "common_name", "uncertainty"),
    *("timestamp", "age", "sex", "animal_recognizable", "individual_id", "number_of_animals"),
    *("individual_animal_notes", "highlighted", "color"),
)
WI_DEPLOYMENTS = (
    *("project_id", "deployment_id", "subproject_name", "subproject_design", "placename"),
    *("longitude", "latitude", "start_date", "end_date", "event_name", "event_description"),
    *("event_type", "bait_type", "bait_description", "feature_type"),
    *("feature_type_methodology", "camera_id", "quiet_period", "camera_functioning"),
    *("sensor_height", "height_other", "sensor_orientation", "orientation_other", "recorded_by"),
)
OCCURRENCES = (
    *("occurrenceID", "basisOfRecord", "eventID", "eventDate", "organismID", "scientificName"),
    *("kingdom", "sex", "lifeStage", "individualCount", "decimalLatitude", "decimalLongitude"),
    *("geodeticDatum", "coordinateUncertaintyInMeters", "locality", "identifiedBy"),
    *("identificationVerificationStatus", "identificationRemarks", "occurrenceRemarks"),
)
SHEET_ROWS = 200  # encounters that Wildbook takes in one sheet
CARNIVORE = {"class": "Mammalia", "order": "Carnivora"}
FAMILIES = {"Panthera": "Felidae", "Neofelis": "Felidae", "Acinonyx": "Felidae", "Lynx": "Felidae"}
WI_AGES = {"adult": "Adult", "juvenile": "Juvenile", "subadult": "Subadult"}


def wildlife_insights(survey: CaptureSurvey, project: str) -> WrittenTables:
    """images.csv and deployments.csv of a batch upload: one row an animal of a photo.

    individual_id: whom people decided; what only the machine says is not written. What nobody knows
    here (taxon number, height of the sensor …) is left empty.
    """
    where, named = placed(survey), {c.encounter: c for c in survey.captures}
    individuals = {one.name: one for one in survey.individuals}
    rows, left_out = [], []
    for photo in survey.photos:
        if photo.annotation not in where.of or photo.captured_at is None:
            why = "its station is not known" if not photo.station else "its time is not known"
            key = f"annotation {photo.annotation} of {photo.file_name}"
            left_out.append(LeftOut("wildlife-insights/images.csv", key, why))
            continue
        capture = named.get(photo.encounter, AnimalCapture(photo.encounter))
        known = individuals.get(capture.individual, NamedIndividual(capture.individual))
        genus, _, species = (photo.species or survey.species).partition(" ")
        taxon = (CARNIVORE | {"family": FAMILIES[genus]}) if genus in FAMILIES else {}
        rows.append(
            {
                "project_id": project,
                "deployment_id": where.of[photo.annotation],
                "image_id": f"{photo.photo}-{photo.annotation}",
                "location": media_path(photo),
                "is_blank": "No",
                "identified_by": capture.decided_by,
                **taxon,
                "genus": genus,
                "species": species,
                "timestamp": spaced(photo.captured_at),
                "age": WI_AGES.get(known.life_stage),
                "sex": None if known.sex == UNKNOWN else known.sex.capitalize(),
                "animal_recognizable": "Yes" if capture.individual else "No",
                "individual_id": capture.individual,
                "number_of_animals": 1,
                "individual_animal_notes": known.notes,
            }
        )
    sheets = (
        sheet("wildlife-insights/images.csv", WI_IMAGES, rows),
        sheet("wildlife-insights/deployments.csv", WI_DEPLOYMENTS, _wi_deployments(where, project)),
    )
    return WrittenTables(sheets, (), tuple(left_out))


def _wi_deployments(where: PlacedPhotos, project: str) -> Iterable[dict[str, object]]:
    return (
        {
            "project_id": project,
            "deployment_id": one.name,
            "placename": one.station,
            "longitude": one.longitude,
            "latitude": one.latitude,
            "start_date": spaced(one.starts_at),
            "end_date": spaced(one.ends_at),
            "camera_id": one.camera,
        }
        for one in where.deployments
    )


def wildbook(survey: CaptureSurvey) -> WrittenTables:
    """Sheets for the bulk import, at most 200 encounters each: bulk-001.csv, bulk-002.csv …

    MarkedIndividual.individualID: whom people decided. Photos are named as in media/ of Camtrap DP.
    """
    photos = photos_by_encounter(survey)
    most = max((len({p.photo for p in own}) for own in photos.values()), default=0)
    columns = (
        *("Encounter.sightingID", "MarkedIndividual.individualID", "Encounter.genus"),
        *("Encounter.specificEpithet", "Encounter.year", "Encounter.month", "Encounter.day"),
        *("Encounter.hour", "Encounter.minutes", "Encounter.locationID"),
        *("Encounter.decimalLatitude", "Encounter.decimalLongitude", "Encounter.sex"),
        *("Encounter.lifeStage", "Encounter.occurrenceRemarks", "Encounter.submitterID"),
        *(f"Encounter.mediaAsset{n}" for n in range(most)),
        *(f"Encounter.mediaAsset{n}.viewpoint" for n in range(most)),
    )
    sites = {site.station: site.position for site in survey.sites}
    individuals = {one.name: one for one in survey.individuals}
    species = survey.species_by_encounter()
    rows, left_out = [], []
    for capture in survey.captures:
        own = photos.get(capture.encounter, [])
        if not own:
            why = "it has no photo in use"
            left_out.append(LeftOut("wildbook", f"encounter {capture.encounter}", why))
            continue
        rows.append(
            _wildbook_row(
                species[capture.encounter], capture, own, sites.get(capture.station), individuals
            )
        )
    sheets = tuple(
        sheet(f"wildbook/bulk-{n // SHEET_ROWS + 1:03}.csv", columns, rows[n : n + SHEET_ROWS])
        for n in range(0, max(len(rows), 1), SHEET_ROWS)
    )
    return WrittenTables(sheets, (), tuple(left_out))


def _wildbook_row(
    species: str,
    capture: AnimalCapture,
    photos: Sequence[PhotoRecord],
    position: tuple[float, float] | None,
    individuals: Mapping[str, NamedIndividual],
) -> dict[str, object]:
    genus, _, epithet = species.partition(" ")
    start = capture.started_at
    known = individuals.get(capture.individual, NamedIndividual(capture.individual))
    views = {photo.photo: photo.viewpoint or photo.flank.value for photo in photos}
    files = {photo.photo: media_path(photo).removeprefix("media/") for photo in photos}
    row: dict[str, object] = {
        "Encounter.sightingID": f"encounter-{capture.encounter}",
        "MarkedIndividual.individualID": capture.individual,
        "Encounter.genus": genus,
        "Encounter.specificEpithet": epithet,
        "Encounter.locationID": capture.station,
        "Encounter.sex": None if known.sex == UNKNOWN else known.sex,
        "Encounter.lifeStage": None if known.life_stage == UNKNOWN else known.life_stage,
    }
    if start:
        row |= {"Encounter.year": start.year, "Encounter.month": start.month}
        row |= {"Encounter.day": start.day, "Encounter.hour": start.hour}
        row["Encounter.minutes"] = start.minute
    if position:
        row["Encounter.decimalLatitude"], row["Encounter.decimalLongitude"] = position
    for n, photo in enumerate(files):
        row[f"Encounter.mediaAsset{n}"] = files[photo]
        row[f"Encounter.mediaAsset{n}.viewpoint"] = (
            None if views[photo] == UNKNOWN else views[photo]
        )
    return row


def darwin_core(survey: CaptureSurvey, probable: AnimalHistory | None) -> Sheet:
    """occurrence.csv: one occurrence an encounter, the animal in organismID.

    identificationVerificationStatus: "verified by human", "predicted by machine" where only the
    machine names the animal, "unverified" where nobody does.
    """
    likely = probable or AnimalHistory("none", {})
    sites = {site.station: site.position for site in survey.sites}
    individuals = {one.name: one for one in survey.individuals}
    species = survey.species_by_encounter()
    rows = []
    for capture in survey.captures:
        label = likely.animal_of.get(capture.encounter, "")
        animal = capture.individual or label
        known = individuals.get(animal, NamedIndividual(animal))
        latitude, longitude = sites.get(capture.station) or (None, None)
        status = "unverified" if not animal else "predicted by machine"
        chance = likely.probability.get(capture.encounter)
        rows.append(
            {
                "occurrenceID": f"encounter-{capture.encounter}",
                "basisOfRecord": "MachineObservation",
                "eventID": f"encounter-{capture.encounter}",
                "eventDate": _event_date(capture),
                "organismID": animal,
                "scientificName": species.get(capture.encounter, survey.species),
                "kingdom": "Animalia",
                "sex": None if known.sex == UNKNOWN else known.sex,
                "lifeStage": None if known.life_stage == UNKNOWN else known.life_stage,
                "individualCount": 1,
                "decimalLatitude": latitude,
                "decimalLongitude": longitude,
                "geodeticDatum": "EPSG:4326" if latitude is not None else None,
                "coordinateUncertaintyInMeters": survey.uncertainty_m
                if latitude is not None
                else None,
                "locality": capture.station,
                "identifiedBy": capture.decided_by,
                "identificationVerificationStatus": "verified by human"
                if capture.individual
                else status,
                "identificationRemarks": f"probability {chance:.3f}"
                if chance is not None and not capture.individual
                else None,
            }
        )
    return sheet("darwin-core/occurrence.csv", OCCURRENCES, rows)


def _event_date(capture: AnimalCapture) -> str | None:
    """One moment or an interval in ISO 8601; without an offset where nobody knows the zone."""
    start, end = capture.started_at, capture.ended_at
    if start is None:
        return None
    texts = [
        moment.isoformat() if capture.zone == UNKNOWN else with_offset(moment, capture.zone)
        for moment in (start, end or start)
    ]
    return texts[0] if texts[0] == texts[1] else "/".join(texts)
