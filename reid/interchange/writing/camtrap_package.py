"""datapackage.json of Camtrap DP 1.0.2: what a package says of itself and of its tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reid.interchange.survey import CameraDeployment, CaptureSurvey
from reid.interchange.writing.sheets import Sheet, in_utc

FOLDER = "camtrap-dp"
BASE = "https://raw.githubusercontent.com/tdwg/camtrap-dp/1.0.2"
OF_STANDARD = ("deployments", "media", "observations")
DESIGNS = (
    *("simpleRandom", "systematicRandom", "clusteredRandom", "experimental", "targeted"),
    "opportunistic",
)
NUMBERS = {"llr", "probability"}
WHOLE = {"encounterID", "encounterID0", "encounterID1", "mediaCount"}
TRUTHS = {"comparable", "cannotTell"}


@dataclass(frozen=True, slots=True)
class PackageFacts:
    """What a package says of itself. created: with its zone. model, calibrator: of the machine.

    design: one of DESIGNS, as the field samplingDesign of the standard names it.
    """

    title: str
    created: datetime
    contributor: str
    design: str = "targeted"
    model: str = ""
    calibrator: str = ""


def descriptor(
    survey: CaptureSurvey,
    deployments: Sequence[CameraDeployment],
    sheets: Sequence[Sheet],
    facts: PackageFacts,
) -> dict[str, Any]:
    """datapackage.json. deployments: those that the package holds, with place and times."""
    starts = [one.starts_at for one in deployments if one.starts_at]
    ends = [one.ends_at for one in deployments if one.ends_at]
    created = f"{facts.created:%Y-%m-%d}"
    return {
        "resources": [_resource(one) for one in sheets],
        "profile": f"{BASE}/camtrap-dp-profile.json",
        "created": in_utc(facts.created),
        "title": facts.title,
        "contributors": [{"title": facts.contributor, "role": "contributor"}],
        "project": {
            "title": facts.title,
            "samplingDesign": facts.design,
            "captureMethod": ["activityDetection"],
            "individualAnimals": True,
            "observationLevel": ["media", "event"],
        },
        **({"coordinatePrecision": survey.telling.squares.side} if survey.telling.squares else {}),
        "spatial": _around(deployments),
        "temporal": {
            "start": f"{min(starts):%Y-%m-%d}" if starts else created,
            "end": f"{max(ends):%Y-%m-%d}" if ends else created,
        },
        "taxonomic": [{"scientificName": name} for name in _species(survey, sheets)],
    }


def _resource(table: Sheet) -> dict[str, Any]:
    file = table.path.removeprefix(f"{FOLDER}/")
    name = file.removesuffix(".csv")
    schema: object = f"{BASE}/{name}-table-schema.json"
    if name not in OF_STANDARD:
        schema = {"fields": [{"name": c, "type": _type(c)} for c in table.columns]}
    return {
        "name": name,
        "path": file,
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": schema,
    }


def _type(column: str) -> str:
    if column in NUMBERS:
        return "number"
    if column in WHOLE:
        return "integer"
    return "boolean" if column in TRUTHS else "string"


def _species(survey: CaptureSurvey, sheets: Sequence[Sheet]) -> list[str]:
    """That of the catalogue first, then what observations name besides."""
    observed = next(one for one in sheets if one.path == f"{FOLDER}/observations.csv")
    column = observed.columns.index("scientificName")
    return [
        survey.species,
        *sorted({str(row[column]) for row in observed.rows if row[column]} - {survey.species}),
    ]


def _around(deployments: Sequence[CameraDeployment]) -> dict[str, Any]:
    """A GeoJSON polygon around all deployments; an empty one without any."""
    latitudes = [one.latitude for one in deployments if one.latitude is not None]
    longitudes = [one.longitude for one in deployments if one.longitude is not None]
    if not latitudes or not longitudes:
        return {"type": "Polygon", "coordinates": []}
    west, east = min(longitudes), max(longitudes)
    south, north = min(latitudes), max(latitudes)
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}
