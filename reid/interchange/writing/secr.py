"""secr: captures and traps as text, and arrays for models with one or two flanks."""

from collections import Counter
from collections.abc import Iterable, Sequence

from reid.interchange.effort import TrapDetection, Traps, detections
from reid.interchange.survey import AnimalHistory, CaptureSurvey, NamedIndividual
from reid.interchange.writing.sheets import Sheet, WrittenTables, sheet, unique_codes

FOLDER, ARRAYS = "secr", "arrays"
ANIMALS = (
    *("index", "ID", "animal", "individuals", "sex", "captures", "left", "right", "both"),
    *("flanks_known", "seen_once"),
)
CELLS = ("animal", "trap", "occasion", "count")


def traps_text(layout: Traps) -> tuple[Sheet, str]:
    """traps.txt as secr reads it, and which detector is which station.

    Usage is days of effort an occasion: a camera that worked from noon has 0.5 on that day.
    """
    codes = unique_codes(layout.stations, "-.")
    lines = ["# Detector X Y usage of each occasion", f"# metres, {layout.crs}"]
    lines.append(
        f"# occasions of {layout.occasions.days} d, the first from {layout.occasions.first}"
    )
    rows = []
    points = layout.metres.tolist()
    for number, (station, (x, y)) in enumerate(zip(layout.stations, points, strict=True)):
        use = " ".join(f"{value:g}" for value in layout.usage[number].tolist())
        lines.append(f"{codes[station]} {x:.1f} {y:.1f} {use}")
        rows.append((number + 1, codes[station], station, round(x, 1), round(y, 1)))
    columns = ("trap", "Detector", "Station", "x", "y")
    return Sheet(f"{FOLDER}/stations.csv", columns, tuple(rows)), "\n".join(lines) + "\n"


def captures_text(
    rows: Sequence[TrapDetection], layout: Traps, codes: dict[str, str], session: str
) -> str:
    """captures.txt, fmt trapID: Session ID Occasion Detector; repeated rows are counts."""
    traps = unique_codes(layout.stations, "-.")
    lines = ["# Session ID Occasion Detector"]
    lines += [
        f"{session} {codes[row.animal]} {row.occasion} {traps[layout.stations[row.trap - 1]]}"
        for row in rows
    ]
    if not rows:
        lines.append(f"{session} NONE 1 {traps[layout.stations[0]]}")
    return "\n".join(lines) + "\n"


def tables(
    survey: CaptureSurvey, layout: Traps, histories: Iterable[AnimalHistory]
) -> WrittenTables:
    """For every history its captures for secr and its arrays; the traps are those of all.

    read.capthist("secr/probable/captures.txt", "secr/traps.txt", detector = "count",
    fmt = "trapID", noccasions = K, binary.usage = FALSE) reads them back.
    """
    stations, text = traps_text(layout)
    sheets, texts, left_out = [stations], [(f"{FOLDER}/traps.txt", text)], []
    usage_columns = ("trap", *(f"o{n}" for n in range(1, layout.occasions.number + 1)))
    usage = [(n, *row) for n, row in enumerate(layout.usage.tolist(), 1)]
    sheets.append(Sheet(f"{ARRAYS}/usage.csv", usage_columns, tuple(usage)))
    known = {one.name: one for one in survey.individuals}
    for history in histories:
        path = f"{FOLDER}/{history.name}/captures.txt"
        rows, missing = detections(survey.captures, history, layout, path)
        left_out += missing
        codes = unique_codes(history.animals, "-.")
        texts.append((path, captures_text(rows, layout, codes, "survey")))
        sheets += _arrays(survey, history, rows, codes, known)
    return WrittenTables(tuple(sheets), tuple(texts), tuple(left_out))


def sets_of(history: AnimalHistory, survey: CaptureSurvey) -> dict[str, str]:
    """Which flanks of each animal are known: "both", "left", "right" or "unknown".

    Two animals of which one is known from the left and one from the right may be one.
    """
    flanks: dict[str, set[str]] = {}
    for capture in survey.captures:
        animal = history.animal_of.get(capture.encounter)
        if animal is not None:
            flanks.setdefault(animal, set()).update(flank.value for flank in capture.flanks)
    sets = {}
    for animal, shown in flanks.items():
        sides = shown - {"unknown"}
        sets[animal] = "both" if len(sides) == 2 else next(iter(sides), "unknown")
    return sets


def _arrays(
    survey: CaptureSurvey,
    history: AnimalHistory,
    rows: Sequence[TrapDetection],
    codes: dict[str, str],
    known: dict[str, NamedIndividual],
) -> list[Sheet]:
    """animals.csv, and the cells above 0 of animal x trap x occasion: all, left, right, both.

    Animals with both flanks known come first, then those of the left, the right, neither; left.csv,
    right.csv and both.csv are disjoint, so their sum is all.csv without what shows no flank.
    """
    sets = sets_of(history, survey)
    order = ("both", "left", "right", "unknown")
    animals = sorted(history.animals, key=lambda a: (order.index(sets.get(a, "unknown")), a))
    index = {animal: n for n, animal in enumerate(animals, 1)}
    number_of: dict[str, dict[str, int]] = {}
    captures = Counter(history.animal_of.values())
    for row in rows:
        sides = number_of.setdefault(row.animal, {})
        sides[row.side] = sides.get(row.side, 0) + 1
    folder = f"{ARRAYS}/{history.name}"
    listed = []
    for animal in animals:
        names, sides = history.names.get(animal, ()), number_of.get(animal, {})
        sexes = {known[name].sex for name in names if name in known} - {"unknown"}
        listed.append(
            {
                "index": index[animal],
                "ID": codes[animal],
                "animal": animal,
                "individuals": " | ".join(names),
                "sex": sexes.pop() if len(sexes) == 1 else None,
                "captures": captures[animal],
                **{side: sides.get(side, 0) for side in ("left", "right", "both")},
                "flanks_known": sets.get(animal, "unknown"),
                "seen_once": captures[animal] == 1,
            }
        )
    sheets = [sheet(f"{folder}/animals.csv", ANIMALS, listed)]
    for side in ("all", "left", "right", "both"):
        cells: dict[tuple[int, int, int], int] = {}
        for row in rows:
            if side in {"all", row.side}:
                cell = (index[row.animal], row.trap, row.occasion)
                cells[cell] = cells.get(cell, 0) + 1
        values = tuple((*cell, count) for cell, count in sorted(cells.items()))
        sheets.append(Sheet(f"{folder}/{side}.csv", CELLS, values))
    return sheets
