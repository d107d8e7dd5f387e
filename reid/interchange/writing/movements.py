"""Movements as files: a line a leg, and GeoJSON with a line an animal and a point a capture."""

import json
from collections.abc import Sequence
from typing import Any

from reid.interchange.survey import AnimalHistory, CaptureSurvey, TravelLeg
from reid.interchange.writing.sheets import WrittenTables, of_records

FOLDER = "movements"


def tables(
    survey: CaptureSurvey, history: AnimalHistory, legs: Sequence[TravelLeg]
) -> WrittenTables:
    """legs.csv and movements.geojson; coordinates are those of the survey, obscured or not."""
    text = json.dumps(geojson(survey, history, legs), ensure_ascii=False, indent=1)
    return WrittenTables(
        (of_records(f"{FOLDER}/legs.csv", TravelLeg, legs),),
        ((f"{FOLDER}/movements.geojson", text + "\n"),),
    )


def geojson(
    survey: CaptureSurvey, history: AnimalHistory, legs: Sequence[TravelLeg]
) -> dict[str, Any]:
    """A FeatureCollection: LineStrings by animal and time, and a point for every placed capture.

    A way whose ends are not both placed is broken there; it stands in legs.csv.
    """
    features: list[dict[str, Any]] = []
    for animal in sorted({leg.animal for leg in legs}):
        own = [leg for leg in legs if leg.animal == animal]
        lines = _lines(own)
        if lines:
            properties = {
                "animal": animal,
                "individuals": list(history.names.get(animal, ())),
                "captures": len(own) + 1,
                "km": round(sum(leg.distance_km or 0.0 for leg in own), 3)
                if survey.exact
                else None,
            }
            geometry = {"type": "MultiLineString", "coordinates": lines}
            features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    positions = {site.station: site.position for site in survey.sites}
    for capture in survey.captures:
        position, animal_of = positions.get(capture.station), history.animal_of
        if position is None or capture.encounter not in animal_of:
            continue
        properties = {
            "animal": animal_of[capture.encounter],
            "encounter": capture.encounter,
            "station": capture.station,
            "start": capture.started_at.isoformat() if capture.started_at else None,
            "end": capture.ended_at.isoformat() if capture.ended_at else None,
        }
        point = {"type": "Point", "coordinates": [position[1], position[0]]}
        features.append({"type": "Feature", "properties": properties, "geometry": point})
    return {"type": "FeatureCollection", "features": features}


def _lines(legs: Sequence[TravelLeg]) -> list[list[list[float]]]:
    """Runs of legs whose ends are all placed, longitude first."""
    lines: list[list[list[float]]] = []
    running = False
    for leg in legs:
        if leg.position0 is None or leg.position1 is None:
            running = False
            continue
        start, end = ([p[1], p[0]] for p in (leg.position0, leg.position1))
        if running:
            lines[-1].append(end)
        else:
            lines.append([start, end])
        running = True
    return lines
