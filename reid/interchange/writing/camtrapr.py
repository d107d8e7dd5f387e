"""camtrapR: record table, camera table and camera operation matrix."""

from datetime import date, timedelta

from reid.interchange.effort import days_worked, projected, spans
from reid.interchange.survey import AnimalHistory, CaptureSurvey, LeftOut
from reid.interchange.writing.camtrap_dp import media_path
from reid.interchange.writing.sheets import Sheet, WrittenTables, sheet, spaced

FOLDER = "camtrapR"
RECORDS = (
    *("Station", "Species", "Individual", "DateTimeOriginal", "Date", "Time", "Camera"),
    *("Directory", "FileName", "Encounter", "Flank", "ProbableIndividual", "Probability"),
)
CAMERAS = (
    *("Station", "Camera", "utm_x", "utm_y", "utm_crs", "longitude", "latitude"),
    *("Setup_date", "Retrieval_date"),
)
DAY = timedelta(days=1)


def tables(
    survey: CaptureSurvey, probable: AnimalHistory | None, *, by_photos: bool = False
) -> WrittenTables:
    """One record a photo, one line a deployment, one line a station with its days of work.

    Individual: whom people decided; empty where nobody did. ProbableIndividual: where the machine
    puts it. The matrix holds the part of each day in which a camera of the station worked, NA
    outside of its deployments; only stations with start and end stand in it.
    """
    left_out = [
        LeftOut(f"{FOLDER}/record_table.csv", f"annotation {one.annotation}", why)
        for one in survey.photos
        if (why := "its station is not known" if not one.station else "")
        or (why := "its time is not known" if one.captured_at is None else "")
    ]
    working = spans(survey, by_photos=by_photos)
    for one in survey.deployments:
        if one.station not in working:
            why = f"no deployment of {one.station} has both start and end"
            left_out.append(LeftOut(f"{FOLDER}/camera_operation.csv", one.name, why))
    sheets = (_records(survey, probable), _cameras(survey), _operation(survey, by_photos))
    return WrittenTables(sheets, (), tuple(left_out))


def _records(survey: CaptureSurvey, probable: AnimalHistory | None) -> Sheet:
    named = {capture.encounter: capture.individual for capture in survey.captures}
    likely = probable or AnimalHistory("none", {})
    rows = []
    for photo in survey.photos:
        if not photo.station or photo.captured_at is None:
            continue
        folder, _, file = media_path(photo).rpartition("/")
        chance = likely.probability.get(photo.encounter)
        rows.append(
            {
                "Station": photo.station,
                "Species": photo.species or survey.species,
                "Individual": named.get(photo.encounter),
                "DateTimeOriginal": spaced(photo.captured_at),
                "Date": f"{photo.captured_at:%Y-%m-%d}",
                "Time": f"{photo.captured_at:%H:%M:%S}",
                "Camera": photo.camera,
                "Directory": folder,
                "FileName": file,
                "Encounter": photo.encounter,
                "Flank": photo.flank.value,
                "ProbableIndividual": likely.animal_of.get(photo.encounter),
                "Probability": None if chance is None else round(chance, 4),
            }
        )
    rows.sort(key=lambda row: (str(row["Station"]), str(row["DateTimeOriginal"])))
    return sheet(f"{FOLDER}/record_table.csv", RECORDS, rows)


def _cameras(survey: CaptureSurvey) -> Sheet:
    """Metres only where positions are as recorded: those of a rounded one would be wrong."""
    sites = {site.station: site.position for site in survey.sites}
    places = [position for position in sites.values() if position]
    metres: dict[str, tuple[float, float, str]] = {}
    if places and survey.exact:
        known = [station for station, position in sites.items() if position]
        points, crs = projected(places)
        metres = {
            s: (round(x, 1), round(y, 1), crs)
            for s, (x, y) in zip(known, points.tolist(), strict=True)
        }
    rows: list[dict[str, object]] = []
    listed = {one.station for one in survey.deployments}
    for one in survey.deployments:
        point = metres.get(one.station)
        latitude, longitude = sites.get(one.station) or (None, None)
        rows.append(
            {
                "Station": one.station,
                "Camera": one.camera,
                **_utm(point),
                "longitude": longitude,
                "latitude": latitude,
                "Setup_date": spaced(one.starts_at),
                "Retrieval_date": spaced(one.ends_at),
            }
        )
    for station, position in sites.items():
        if station not in listed:
            point = metres.get(station)
            latitude, longitude = position or (None, None)
            rows.append(
                {
                    "Station": station,
                    **_utm(point),
                    "longitude": longitude,
                    "latitude": latitude,
                }
            )
    rows.sort(key=lambda row: (str(row["Station"]), str(row.get("Camera") or "")))
    return sheet(f"{FOLDER}/camera_table.csv", CAMERAS, rows)


def _utm(point: tuple[float, float, str] | None) -> dict[str, object]:
    return dict(zip(("utm_x", "utm_y", "utm_crs"), point, strict=True)) if point else {}


def _operation(survey: CaptureSurvey, by_photos: bool) -> Sheet:
    working = spans(survey, by_photos=by_photos)
    path = f"{FOLDER}/camera_operation.csv"
    if not working:
        return Sheet(path, ("Station",), ())
    every = [span for station in working.values() for span in station]
    first = min(start for start, _ in every).date()
    last = max(end for _, end in every).date()
    days: list[date] = [first + n * DAY for n in range((last - first).days + 1)]
    rows = []
    for station in sorted(working):
        worked = [days_worked(working[station], day) for day in days]
        rows.append((station, *(part or None for part in worked)))
    return Sheet(path, ("Station", *map(str, days)), tuple(rows))
