"""Capture-recapture with latent identity: every capture, and the llr of every compared pair."""

from reid.interchange.effort import side_of
from reid.interchange.survey import AnimalHistory, CaptureSurvey
from reid.interchange.writing.sheets import Sheet, WrittenTables, sheet

FOLDER = "latent"
CAPTURES = (
    *("encounter", "station", "start", "end", "zone", "side", "individual", "cannot_tell"),
    *("probable", "probability"),
)
LLRS = ("encounter0", "encounter1", "llr", "comparable", "model", "calibrator")


def tables(survey: CaptureSurvey, probable: AnimalHistory | None) -> WrittenTables:
    """captures.csv and llrs.csv. llr: log10; a pair that is not listed was not compared.

    A pair without comparable photos, such as a left and a right side, has comparable false and llr
    0: it says nothing for or against one animal.
    """
    likely = probable or AnimalHistory("none", {})
    rows = (
        {
            "encounter": capture.encounter,
            "station": capture.station,
            "start": capture.started_at and capture.started_at.isoformat(),
            "end": capture.ended_at and capture.ended_at.isoformat(),
            "zone": capture.zone,
            "side": side_of(capture.flanks),
            "individual": capture.individual,
            "cannot_tell": capture.undecidable,
            "probable": likely.animal_of.get(capture.encounter),
            "probability": likely.probability.get(capture.encounter),
        }
        for capture in survey.captures
    )
    pairs = tuple(
        (p.encounter0, p.encounter1, p.llr, p.comparable, p.model, p.calibrator)
        for p in survey.llrs
    )
    llrs = Sheet(f"{FOLDER}/llrs.csv", LLRS, pairs)
    return WrittenTables((sheet(f"{FOLDER}/captures.csv", CAPTURES, rows), llrs))
