"""`leopard-reid verify` finds every damage and says what to do; starting refuses the worst."""

import shutil
import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import insert
from typer.testing import CliRunner

from reid.errors import ReidError
from service.__main__ import app as command_line
from service.operations import backup
from service.operations.restoring import CatalogueParts
from service.photos.intake import Intake
from service.photos.statements import Statements
from service.store.claiming import claim
from service.store.database import Database
from service.store.files import MARKER, PhotoFiles
from service.store.tables.encounters import annotation
from service.store.tables.features import embedding


@pytest.fixture
def parts(settings, migrated):
    """A function that opens the catalogue of these settings."""
    settings.data_dir.mkdir()
    shutil.copy(migrated, settings.data_dir / "reid.sqlite3")

    def opened():
        new = CatalogueParts(settings, Database(settings.database), PhotoFiles(settings.photos))
        claim(new.database, new.files, settings.data_dir)
        return new

    return opened


@pytest.fixture
def filled(parts, painted):
    """The catalogue with two photos, closed; their ids in order of upload."""
    catalogue = parts()
    intake = Intake(catalogue.database, catalogue.files, catalogue.settings)
    upload = intake.accept([(f"{n}.jpg", painted(n)) for n in (1, 2)], Statements())
    catalogue.database.close()
    return [one.photo_id for one in upload.files]


@pytest.fixture
def verify(settings):
    """verify(...) -> (exit code, what was said)."""

    def run(*arguments):
        line = ["verify", *map(str, arguments), "--data-dir", str(settings.data_dir)]
        done = CliRunner().invoke(command_line, line)
        said = f"{done.exception}" if isinstance(done.exception, ReidError) else ""
        return done.exit_code, done.output + said

    return run


def file_of(settings, photo_id):
    return settings.data_dir / "photos" / photo_id[:2] / photo_id


def missing(settings, photo_id):
    file_of(settings, photo_id).unlink()


def cut_short(settings, photo_id):
    file = file_of(settings, photo_id)
    file.write_bytes(file.read_bytes()[:100])


def changed(settings, photo_id):
    file = file_of(settings, photo_id)
    file.write_bytes(file.read_bytes()[:-1] + b"x")


def of_another(settings, _):
    marker = settings.data_dir / "photos" / MARKER
    marker.write_text('{"catalogue": "0000"}')


def empty_database(settings, _):
    (settings.data_dir / "reid.sqlite3").write_bytes(b"")


def no_database(settings, _):
    (settings.data_dir / "reid.sqlite3").unlink()


def no_store(settings, _):
    shutil.rmtree(settings.data_dir / "photos")


def head_overwritten(settings, _):
    with (settings.data_dir / "reid.sqlite3").open("rb+") as file:
        file.write(b"x" * 200)


def page_overwritten(settings, _):
    file = settings.data_dir / "reid.sqlite3"
    with closing(sqlite3.connect(file)) as raw:
        raw.execute("PRAGMA journal_mode=DELETE")
        (root,) = raw.execute("SELECT rootpage FROM sqlite_master WHERE name='job'").fetchone()
        (size,) = raw.execute("PRAGMA page_size").fetchone()
    with file.open("rb+") as pages:
        pages.seek((root - 1) * size)
        pages.write(b"\xff" * size)


def row_of_nobody(settings, _):
    with closing(sqlite3.connect(settings.data_dir / "reid.sqlite3")) as raw, raw:
        raw.execute("UPDATE annotation SET encounter_id = 77 WHERE id = 1")


def newer_schema(settings, _):
    with closing(sqlite3.connect(settings.data_dir / "reid.sqlite3")) as raw, raw:
        raw.execute("UPDATE alembic_version SET version_num = '0999'")


DAMAGES = {
    missing: ("its file is missing", "upload the same photo again"),
    cut_short: ("its file has 100 bytes and had", "upload the same photo again"),
    changed: ("the bytes of its file have changed", "upload the same photo again"),
    of_another: ("belongs to another catalogue", "name the two that belong together"),
    empty_database: ("is empty or missing", "leopard-reid restore"),
    no_database: ("is empty or missing", "leopard-reid restore"),
    no_store: ("is empty", "mount it"),
    head_overwritten: ("file is not a database", "leopard-reid restore"),
    page_overwritten: ("the database is damaged", "leopard-reid restore"),
    row_of_nobody: ("names a row of encounter that is not there", "leopard-reid restore"),
    newer_schema: ("has the schema 0999 of a newer release", "install the newer release"),
}


def test_a_whole_catalogue_has_no_faults(verify, filled):
    assert verify() == (0, "2 photos, 0 faults\n")


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda one: one.__name__)
def test_every_damage_is_named_with_what_to_do(verify, settings, filled, damage):
    damage(settings, filled[0])
    code, said = verify()
    assert code == 1
    for words in DAMAGES[damage]:
        assert words in said


def test_features_of_a_model_that_is_not_installed_are_named(verify, parts, filled):
    catalogue = parts()
    with catalogue.database.write() as connection:
        connection.execute(annotation.update().values(state="embedded"))
        lost = {"annotation_id": 1, "model": "lost@1", "vector": b"1234"}
        connection.execute(insert(embedding).values(**lost))
    catalogue.database.close()
    code, said = verify()
    assert code == 1
    assert "1 annotations have features of lost@1 only" in said
    assert "start the worker, which embeds them with rosette@" in said


@pytest.mark.parametrize("damage", [missing, cut_short, changed], ids=lambda one: one.__name__)
def test_a_damaged_photo_comes_back_from_a_backup(verify, settings, parts, filled, damage):
    catalogue = parts()
    kept = settings.data_dir.parent / "kept"
    backup.back_up(settings, catalogue.database, catalogue.files, kept, keep=1)
    catalogue.database.close()
    damage(settings, filled[0])
    code, said = verify("--repair-from", kept)
    assert (code, f"photo {filled[0]}: put back from the backup" in said) == (0, True)
    assert verify() == (0, "2 photos, 0 faults\n")


def test_files_that_no_row_names_are_a_note_and_no_fault(verify, settings, filled):
    PhotoFiles(settings.photos).put(b"cut off between file and row")
    code, said = verify()
    assert (code, "1 files of the photo store are named by no row" in said) == (0, True)


@pytest.mark.parametrize("damage", [empty_database, no_database, no_store, of_another])
def test_a_catalogue_whose_halves_do_not_belong_together_is_not_opened(
    settings, parts, filled, damage
):
    damage(settings, filled[0])
    before = {path: path.read_bytes() for path in settings.data_dir.rglob("*") if path.is_file()}
    with pytest.raises(ReidError) as refused:
        parts()
    assert refused.value.code == "catalogue_mismatch"
    after = {path: path.read_bytes() for path in settings.data_dir.rglob("*") if path.is_file()}
    unused = {name for name in after if name.name.endswith(("-wal", "-shm"))}
    assert {name: after[name] for name in after.keys() - unused} == before


def test_an_empty_database_is_refused_beside_photos_of_a_release_without_markers(
    settings, parts, filled
):
    (settings.data_dir / "photos" / MARKER).unlink()
    empty_database(settings, None)
    with pytest.raises(ReidError, match="is empty or missing"):
        parts()


def test_a_catalogue_of_a_release_without_markers_is_marked_and_opens(settings, parts, filled):
    (settings.data_dir / "photos" / MARKER).unlink()
    with closing(sqlite3.connect(settings.data_dir / "reid.sqlite3")) as raw, raw:
        for later in ("arriving_file", "place_look", "catalogue", "fused_frame", "fused_burst"):
            raw.execute(f"DROP TABLE {later}")
        raw.execute("UPDATE alembic_version SET version_num = '0008'")
    parts().database.close()
    assert PhotoFiles(settings.photos).mark()
    parts().database.close()


def test_nothing_is_written_into_a_store_that_was_unmounted(settings, parts, painted):
    catalogue = parts()
    shutil.rmtree(settings.data_dir / "photos")
    with pytest.raises(ReidError) as refused:
        catalogue.files.put(painted(3))
    assert refused.value.code == "photo_store_gone"
    assert not (settings.data_dir / "photos").exists()
    catalogue.database.close()
