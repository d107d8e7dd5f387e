"""Every history side by side: which animal each capture is, and what is known of each animal."""

from collections.abc import Iterable, Sequence

from reid.interchange.survey import AnimalCapture, AnimalHistory, CaptureSurvey
from reid.interchange.writing.secr import sets_of
from reid.interchange.writing.sheets import Sheet, WrittenTables, sheet

ANIMALS = (
    *("history", "animal", "individuals", "captures", "stations", "first", "last"),
    *("flanks_known", "seen_once", "probability"),
)
COUNTS = (
    *("history", "animals", "both_flanks", "left_only", "right_only", "flank_unknown"),
    *("least_animals", "most_animals", "seen_once", "captures"),
)


def tables(survey: CaptureSurvey, histories: Sequence[AnimalHistory]) -> WrittenTables:
    """histories.csv, a line a capture; animals.csv, a line an animal of each; counts.csv.

    seen_once: one capture in that history; such an animal may be a ghost, made by a capture that
    was not joined to its own. least_animals: where every animal known from one side only is one of
    the other side's, as far as they go.
    """
    columns = ("encounter", "station", "start", *(one.name for one in histories), "probability")
    likely = next((one for one in histories if one.name == "probable"), None)
    rows = tuple(
        (
            *(capture.encounter, capture.station or None),
            capture.started_at and capture.started_at.isoformat(),
            *(one.animal_of.get(capture.encounter) for one in histories),
            likely.probability.get(capture.encounter) if likely else None,
        )
        for capture in survey.captures
    )
    listed = [row for history in histories for row in _animals(survey, history)]
    counts = [_counts(history, sets_of(history, survey)) for history in histories]
    return WrittenTables(
        (
            Sheet("histories.csv", columns, rows),
            sheet("animals.csv", ANIMALS, listed),
            sheet("counts.csv", COUNTS, counts),
        )
    )


def _animals(survey: CaptureSurvey, history: AnimalHistory) -> Iterable[dict[str, object]]:
    sets = sets_of(history, survey)
    captured = _by_animal(survey, history)
    for animal in history.animals:
        captures = captured[animal]
        times = sorted(c.started_at for c in captures if c.started_at)
        chances = [
            history.probability[c.encounter] for c in captures if c.encounter in history.probability
        ]
        yield {
            "history": history.name,
            "animal": animal,
            "individuals": " | ".join(history.names.get(animal, ())),
            "captures": len(captures),
            "stations": len({c.station for c in captures if c.station}),
            "first": times[0].isoformat() if times else None,
            "last": times[-1].isoformat() if times else None,
            "flanks_known": sets.get(animal, "unknown"),
            "seen_once": len(captures) == 1,
            "probability": round(min(chances), 4) if chances else None,
        }


def _by_animal(survey: CaptureSurvey, history: AnimalHistory) -> dict[str, list[AnimalCapture]]:
    captured: dict[str, list[AnimalCapture]] = {animal: [] for animal in history.animals}
    for capture in survey.captures:
        if capture.encounter in history.animal_of:
            captured[history.animal_of[capture.encounter]].append(capture)
    return captured


def _counts(history: AnimalHistory, sets: dict[str, str]) -> dict[str, object]:
    of = {
        name: sum(1 for value in sets.values() if value == name)
        for name in ("both", "left", "right", "unknown")
    }
    captures: dict[str, int] = {}
    for animal in history.animal_of.values():
        captures[animal] = captures.get(animal, 0) + 1
    return {
        "history": history.name,
        "animals": len(captures),
        "both_flanks": of["both"],
        "left_only": of["left"],
        "right_only": of["right"],
        "flank_unknown": of["unknown"],
        "least_animals": of["both"] + max(of["left"], of["right"]),
        "most_animals": len(captures),
        "seen_once": sum(number == 1 for number in captures.values()),
        "captures": len(history.animal_of),
    }
