"""The catalogue as one folder of tables that statisticians and other programs read."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from reid.identify.journeys import journeys
from reid.interchange import index_csv
from reid.interchange.effort import NoEffort, traps
from reid.interchange.obscuring import Telling
from reid.interchange.survey import AnimalHistory, CaptureSurvey, LeftOut
from reid.interchange.writing import (
    camtrap_dp,
    camtrapr,
    latent,
    movements,
    other_programs,
    secr,
)
from reid.interchange.writing import histories as history_tables
from reid.interchange.writing.camtrap_package import DESIGNS, PackageFacts
from reid.interchange.writing.sheets import WrittenTables, as_csv, of_records
from reid.photo.clocks import zone_of
from service.clusters.pairing import facts_of
from service.exchange.crops import Exported, FolderNotEmpty, export_identities
from service.exchange.errors import MediaHoldPositions, NoSuchDesign, NoSuchForm
from service.exchange.histories_of import histories, sorted_captures
from service.exchange.kept_sources import stated_packages
from service.exchange.read_me import read_me
from service.exchange.survey_of import UNKNOWN, survey_of
from service.recognition.comparing import maker_of
from service.recognition.engine import Engine
from service.settings import Settings
from service.store import identities
from service.store.database import Database
from service.store.files import PhotoFiles
from service.store.tables.base import now

CROPS = index_csv.FORMAT.name
MEDIA = "camtrap-dp"


@dataclass(frozen=True, slots=True)
class ExportChoices:
    """What is exported. forms: names in FORMS; none: all that are tables.

    days: of one occasion. by_photos: first and last photo of a station stand for times in which its
    cameras worked that nobody stated. draws, seed: of the posterior of partitions. telling: how
    positions are. zone: of times whose zone is not known. design, title, contributor: of
    datapackage.json. media: the photo files, too.
    """

    forms: tuple[str, ...] = ()
    days: int = 1
    by_photos: bool = False
    draws: int = 0
    seed: int = 0
    telling: Telling = Telling.EXACT
    zone: str = UNKNOWN
    title: str = "Leopard catalogue"
    contributor: str = "not stated"
    design: str = "targeted"
    media: bool = False


@dataclass(frozen=True, slots=True)
class ExportedFolder:
    """How much was written. left_out: what had no place in some table, each with why.

    rows: of every table, by path. crops: of index_csv, None where it was not chosen.
    """

    captures: int
    photos: int
    individuals: int
    histories: tuple[str, ...]
    rows: Mapping[str, int]
    left_out: tuple[LeftOut, ...]
    crops: Exported | None = None


@dataclass(frozen=True, slots=True)
class ExportSource:
    """What is exported from: the survey, its histories, and what made them."""

    survey: CaptureSurvey
    histories: tuple[AnimalHistory, ...]
    facts: PackageFacts

    def history(self, name: str) -> AnimalHistory | None:
        """The history of this name; None where there is none."""
        return next((one for one in self.histories if one.name == name), None)


def read_source(
    settings: Settings, database: Database, engine: Engine, choices: ExportChoices
) -> ExportSource:
    """The catalogue as it is now. Without a calibrated machine there are decisions only."""
    if choices.zone != UNKNOWN:
        zone_of(choices.zone)
    if choices.design not in DESIGNS:
        raise NoSuchDesign(design=choices.design, designs=", ".join(DESIGNS))
    maker = maker_of(engine)
    stated = stated_packages(settings.data_dir)
    with database.read() as connection:
        survey = survey_of(
            connection, maker, species=settings.species, telling=choices.telling, zone=choices.zone
        ).with_stated(stated)
        facts = facts_of(connection, maker) if maker else None
        names = identities.names(connection)
    sorted_by_machine = sorted_captures(facts, names) if facts and facts.flanks else None
    every = histories(sorted_by_machine, survey.captures, number=choices.draws, seed=choices.seed)
    about = PackageFacts(
        choices.title,
        now(),
        choices.contributor,
        choices.design,
        maker.model if maker else "",
        maker.calibrator if maker else "",
    )
    return ExportSource(survey, tuple(every), about)


def tables_of(source: ExportSource, choices: ExportChoices) -> WrittenTables:
    """The tables of all chosen forms, and left_out.csv."""
    unknown = [name for name in choices.forms if name not in FORMS and name != CROPS]
    if unknown:
        raise NoSuchForm(form=unknown[0], forms=", ".join((*FORMS, CROPS)))
    written = [
        write(source, choices)
        for name, write in FORMS.items()
        if name in choices.forms or not choices.forms
    ]
    left_out = tuple(dict.fromkeys(item for one in written for item in one.left_out))
    report = of_records("left_out.csv", LeftOut, left_out)
    return WrittenTables(
        (*(table for one in written for table in one.sheets), report),
        tuple(text for one in written for text in one.texts),
        left_out,
    )


def export(
    settings: Settings,
    database: Database,
    files: PhotoFiles,
    engine: Engine,
    folder: Path,
    choices: ExportChoices,
) -> ExportedFolder:
    """Write everything that is chosen into a new folder, with README.txt and left_out.csv.

    Crops lie in crops/ beside tables, and in the folder itself where nothing else is chosen.
    """
    if folder.exists() and any(folder.iterdir()):
        raise FolderNotEmpty(folder=folder)
    if choices.media and not choices.telling.exact:
        raise MediaHoldPositions()
    if choices.forms == (CROPS,):
        alone = export_identities(settings, database, files, folder)
        return ExportedFolder(0, 0, 0, (), {}, (), alone)
    source = read_source(settings, database, engine, choices)
    written = tables_of(source, choices)
    if choices.media:
        missing = tuple(_copy_media(source.survey, files, folder))
        written = replace(written, left_out=(*written.left_out, *missing))
        report = of_records("left_out.csv", LeftOut, written.left_out)
        written = replace(written, sheets=(*written.sheets[:-1], report))
    rows = write_tables(folder, written)
    (folder / "README.txt").write_text(read_me(source.survey, choices.days), encoding="utf-8")
    crops = None
    if CROPS in choices.forms:
        crops = export_identities(settings, database, files, folder / "crops")
    return ExportedFolder(
        len(source.survey.captures),
        len({one.photo for one in source.survey.photos}),
        len({one.individual for one in source.survey.captures} - {""}),
        tuple(one.name for one in source.histories),
        rows,
        written.left_out,
        crops,
    )


def write_tables(folder: Path, written: WrittenTables) -> dict[str, int]:
    """Write sheets as CSV and texts as they are; how many rows each sheet has, by path."""
    texts = [(table.path, as_csv(table)) for table in written.sheets]
    for path, text in (*texts, *written.texts):
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("w", encoding="utf-8", newline="") as stream:
            stream.write(text)
    return {table.path: len(table.rows) for table in written.sheets}


def _copy_media(survey: CaptureSurvey, files: PhotoFiles, folder: Path) -> Iterator[LeftOut]:
    """Write the photo files as they came; what is not there any more."""
    for photo in {one.photo: one for one in survey.photos}.values():
        target = folder / MEDIA / camtrap_dp.media_path(photo)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            target.write_bytes(files.get(photo.photo))
        except (OSError, ValueError) as error:
            yield LeftOut("camtrap-dp/media", photo.file_name, str(error))


def _camtrap_dp(source: ExportSource, _: ExportChoices) -> WrittenTables:
    return camtrap_dp.tables(source.survey, source.history("probable"), source.facts)


def _camtrapr(source: ExportSource, choices: ExportChoices) -> WrittenTables:
    likely = source.history("probable")
    return camtrapr.tables(source.survey, likely, by_photos=choices.by_photos)


def _secr(source: ExportSource, choices: ExportChoices) -> WrittenTables:
    if not source.survey.exact:
        done = "withheld" if source.survey.telling.withheld else "rounded"
        why = f"positions are {done}: traps in metres need exact ones"
        return WrittenTables(left_out=(LeftOut("secr", "everything", why),))
    try:
        layout = traps(source.survey, days=choices.days, by_photos=choices.by_photos)
    except NoEffort as error:
        return WrittenTables(left_out=(LeftOut("secr", "everything", str(error)),))
    return secr.tables(source.survey, layout, source.histories)


def _latent(source: ExportSource, _: ExportChoices) -> WrittenTables:
    return latent.tables(source.survey, source.history("probable"))


def _histories(source: ExportSource, _: ExportChoices) -> WrittenTables:
    return history_tables.tables(source.survey, source.histories)


def _wildlife_insights(source: ExportSource, choices: ExportChoices) -> WrittenTables:
    return other_programs.wildlife_insights(source.survey, choices.title)


def _wildbook(source: ExportSource, _: ExportChoices) -> WrittenTables:
    return other_programs.wildbook(source.survey)


def _darwin_core(source: ExportSource, _: ExportChoices) -> WrittenTables:
    return WrittenTables((other_programs.darwin_core(source.survey, source.history("probable")),))


def _movements(source: ExportSource, _: ExportChoices) -> WrittenTables:
    survey, people = source.survey, source.histories[0]
    legs = journeys(survey.captures, people, survey.sites, telling=survey.telling)
    return movements.tables(survey, people, legs)


FORMS: Mapping[str, Callable[[ExportSource, ExportChoices], WrittenTables]] = {
    "camtrap_dp": _camtrap_dp,
    "camtrapr": _camtrapr,
    "secr": _secr,
    "latent": _latent,
    "histories": _histories,
    "wildlife_insights": _wildlife_insights,
    "wildbook": _wildbook,
    "darwin_core": _darwin_core,
    "movements": _movements,
}
"""Form -> what makes its tables. Crops with index.csv are one more, and no table."""
