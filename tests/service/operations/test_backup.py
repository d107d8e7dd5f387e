"""Backups: made while the service writes, checked before and after they are put back."""

import json
import shutil
import sqlite3
import subprocess
from contextlib import closing
from threading import Thread

import postgresql as postgresql_server
import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from service.__main__ import app as command_line
from service.operations import backup, restoring
from service.operations.restoring import CatalogueParts
from service.photos.arriving import AnnouncedFile, ArrivingFiles
from service.photos.intake import Intake
from service.photos.statements import Statements
from service.store.arriving_bytes import ArrivingBytes
from service.store.claiming import RESTORING, claim
from service.store.database import Database
from service.store.files import PhotoFiles, digest
from service.store.people import ANONYMOUS, Actor, Role
from service.store.tables.photos import photo


@pytest.fixture
def catalogue(settings, migrated):
    """A catalogue that is open in this process."""
    settings.data_dir.mkdir()
    shutil.copy(migrated, settings.data_dir / "reid.sqlite3")
    parts = CatalogueParts(settings, Database(settings.database), PhotoFiles(settings.photos))
    claim(parts.database, parts.files, settings.data_dir)
    yield parts
    parts.database.close()


@pytest.fixture
def command(settings):
    """command("verify", ...) on the same catalogue: (exit code, all that was said)."""

    def run(name, *arguments):
        line = [name, *map(str, arguments), "--data-dir", str(settings.data_dir)]
        done = CliRunner().invoke(command_line, line)
        return done.exit_code, f"{done.output}{done.exception or ''}"

    return run


def add(catalogue, *seen, name="a.jpg"):
    intake = Intake(catalogue.database, catalogue.files, catalogue.settings)
    upload = intake.accept([(name, data) for data in seen], Statements(station="North"))
    return [one.photo_id for one in upload.files]


def saved(catalogue, folder, **options):
    of = (catalogue.settings, catalogue.database, catalogue.files, folder)
    return backup.back_up(*of, **{"keep": 7, **options})


def known(catalogue):
    with catalogue.database.read() as connection:
        return sorted(connection.scalars(select(photo.c.id)))


def file_of(catalogue, photo_id):
    return catalogue.files.folder / photo_id[:2] / photo_id


def everything(folder):
    """Every file of a catalogue but its restore points; the database by what is in it."""
    files = {}
    for path in folder.rglob("*"):
        if path.is_file() and "restore-points" not in path.parts:
            files[str(path.relative_to(folder))] = path.read_bytes()
    wal = {name for name in files if name.startswith("reid.sqlite3")}
    with closing(sqlite3.connect(folder / "reid.sqlite3")) as database:
        dump = "\n".join(database.iterdump())
    return {name: data for name, data in files.items() if name not in wal} | {"rows": dump}


def test_a_backup_brings_back_photos_rows_and_files(catalogue, painted, tmp_path):
    (catalogue.settings.data_dir / "neighbours").mkdir()
    (catalogue.settings.data_dir / "neighbours" / "1.json").write_text("{}")
    add(catalogue, painted(1), painted(2))
    saved(catalogue, tmp_path / "kept")
    before = everything(catalogue.settings.data_dir)
    catalogue.database.close()
    shutil.rmtree(catalogue.settings.data_dir)
    new = CatalogueParts(
        catalogue.settings, catalogue.database, PhotoFiles(catalogue.settings.photos)
    )
    result = restoring.restore(new, tmp_path / "kept")
    new.database.close()
    assert (result.photos, result.manifest.photos) == (2, 2)
    assert everything(catalogue.settings.data_dir) == before


def test_a_backup_and_its_restore_need_no_program_but_ours(
    catalogue, command, painted, tmp_path, monkeypatch
):
    monkeypatch.setenv("PATH", "")  # the image has no sqlite3 command
    add(catalogue, painted(1))
    assert command("backup", tmp_path / "kept")[0] == 0
    catalogue.database.close()
    assert command("restore", tmp_path / "kept")[0] == 0


def test_the_second_backup_copies_new_photos_only_and_mends_a_damaged_copy(
    catalogue, painted, tmp_path
):
    (first,) = add(catalogue, painted(1))
    assert saved(catalogue, tmp_path / "kept").copied == 1
    (tmp_path / "kept" / "photos" / first[:2] / first).write_bytes(b"rotten")
    add(catalogue, painted(2))
    again = saved(catalogue, tmp_path / "kept")
    assert (again.copied, again.known) == (2, 0)
    assert saved(catalogue, tmp_path / "kept").known == 2


def test_a_backup_while_photos_come_in_holds_every_photo_that_its_database_names(
    catalogue, painted, tmp_path
):
    uploads = Thread(target=lambda: [add(catalogue, painted(n)) for n in range(40)])
    uploads.start()
    states = [saved(catalogue, tmp_path / "kept") for _ in range(4)]
    uploads.join()
    counts = [state.manifest.photos for state in states]
    assert counts == sorted(counts)
    assert all(state.findings == () for state in states)
    for state in states:
        restoring.checked(tmp_path / "kept", state.state)
    catalogue.database.close()
    restoring.restore(catalogue, tmp_path / "kept", state=states[1].state.name)
    assert len(known(catalogue)) == counts[1]


def test_old_states_and_the_photos_they_alone_named_go(catalogue, painted, tmp_path):
    (gone,) = add(catalogue, painted(1))
    saved(catalogue, tmp_path / "kept")
    with catalogue.database.write() as connection:  # as erasing leaves it
        connection.execute(photo.update().values(bytes=0))
    add(catalogue, painted(2))
    saved(catalogue, tmp_path / "kept", keep=1)
    kept = PhotoFiles(str(tmp_path / "kept" / "photos"))
    assert len(list(kept.ids())) == 1
    assert kept.size(gone) is None


def test_the_list_of_photos_is_checked_by_sha256sum(catalogue, painted, tmp_path):
    add(catalogue, painted(1))
    state = saved(catalogue, tmp_path / "kept").state
    for name in ("photos.sha256", "manifest.json.sha256"):
        subprocess.run(["sha256sum", "-c", "--status", name], cwd=state, check=True)


def cut_short(state, _):
    with (state / "database.sqlite3").open("rb+") as file:
        file.truncate(1000)


def other_bytes(state, _):
    with (state / "database.sqlite3").open("rb+") as file:
        file.seek(5000)
        file.write(b"\xff" * 10)


def without_database(state, _):
    (state / "database.sqlite3").unlink()


def another_manifest(state, _):
    manifest = json.loads((state / "manifest.json").read_text())
    (state / "manifest.json").write_text(json.dumps(manifest | {"photos": 99}))


def without_manifest(state, _):
    (state / "manifest.json").unlink()


def photo_missing(state, photo_id):
    (state.parent.parent / "photos" / photo_id[:2] / photo_id).unlink()


def photo_cut(state, photo_id):
    (state.parent.parent / "photos" / photo_id[:2] / photo_id).write_bytes(b"")


def half_written(state, _):
    state.rename(state.with_name(state.name + ".part"))


DAMAGES = {
    cut_short: "database.sqlite3 has 1000 bytes",
    other_bytes: "database.sqlite3 has other bytes",
    without_database: "database.sqlite3 is missing",
    another_manifest: "manifest.json was changed",
    without_manifest: "manifest.json cannot be read",
    photo_missing: "is missing or changed",
    photo_cut: "is missing or changed",
    half_written: "holds no whole backup",
}


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda one: one.__name__)
def test_a_damaged_backup_is_refused_in_a_sentence_and_nothing_is_touched(
    catalogue, command, painted, tmp_path, damage
):
    (photo_id,) = add(catalogue, painted(1))
    state = saved(catalogue, tmp_path / "kept").state
    damage(state, photo_id)
    catalogue.database.close()
    before = everything(catalogue.settings.data_dir)
    code, said = command("restore", tmp_path / "kept")
    assert code == 1
    assert DAMAGES[damage] in said
    assert everything(catalogue.settings.data_dir) == before
    assert not (catalogue.settings.data_dir / "restore-points").exists()


def test_a_restore_whose_result_fails_its_check_is_rolled_back(
    catalogue, painted, tmp_path, monkeypatch
):
    add(catalogue, painted(1))
    (catalogue.settings.data_dir / "density.json").write_text("old")
    saved(catalogue, tmp_path / "kept")
    (catalogue.settings.data_dir / "density.json").write_text("new")
    add(catalogue, painted(2))
    catalogue.database.close()
    before = everything(catalogue.settings.data_dir)
    put_back = restoring.snapshots.put_back

    def damaged_on_the_way(database, file):
        put_back(database, file)
        with closing(sqlite3.connect(database.file)) as raw, raw:
            raw.execute("DELETE FROM claim")

    monkeypatch.setattr(restoring.snapshots, "put_back", damaged_on_the_way)
    with pytest.raises(restoring.RestoreFailed, match="table claim has 0 rows"):
        restoring.restore(catalogue, tmp_path / "kept")
    assert everything(catalogue.settings.data_dir) == before
    assert list((catalogue.settings.data_dir / "restore-points").iterdir()) == []


def test_a_restore_that_was_killed_is_refused_at_start_and_undone_by_back(
    catalogue, command, painted, tmp_path, monkeypatch
):
    add(catalogue, painted(1))
    saved(catalogue, tmp_path / "kept")
    add(catalogue, painted(2))
    catalogue.database.close()
    before = everything(catalogue.settings.data_dir)

    def killed(*_):
        raise SystemExit  # and nobody is left to roll back

    monkeypatch.setattr(restoring, "_put_files", killed)
    monkeypatch.setattr(restoring, "put_point_back", killed)
    with pytest.raises(SystemExit):
        restoring.restore(catalogue, tmp_path / "kept")
    monkeypatch.undo()
    assert (catalogue.settings.data_dir / RESTORING).exists()
    code, said = command("status")
    assert (code, "leopard-reid restore --back" in said) == (1, True)
    assert command("restore", "--back")[0] == 0
    assert everything(catalogue.settings.data_dir) == before
    assert command("status")[0] == 0


def test_what_was_there_before_a_restore_can_be_put_back(catalogue, command, painted, tmp_path):
    add(catalogue, painted(1))
    saved(catalogue, tmp_path / "kept")
    add(catalogue, painted(2))
    catalogue.database.close()
    assert command("restore", tmp_path / "kept")[0] == 0
    assert len(known(catalogue)) == 1
    catalogue.database.close()
    assert command("restore", "--back")[0] == 0
    assert len(known(catalogue)) == 2


def test_kept_indexes_are_no_part_of_a_backup_and_are_forgotten_by_a_restore(
    catalogue, painted, tmp_path
):
    add(catalogue, painted(1))
    index = catalogue.settings.data_dir / "index" / "embeddings-left.index"
    index.parent.mkdir()
    index.write_bytes(b"of the embeddings that are there now")
    saved(catalogue, tmp_path / "kept")
    assert not list((tmp_path / "kept").rglob(index.name))
    catalogue.database.close()
    restoring.restore(catalogue, tmp_path / "kept")
    assert not index.exists()


def test_pieces_of_files_are_no_part_of_a_backup_and_of_no_interest_to_verify(
    catalogue, command, painted, tmp_path
):
    add(catalogue, painted(1))
    arriving = ArrivingFiles(catalogue.database, catalogue.files, catalogue.settings)
    announced = AnnouncedFile("b.jpg", 100_000, digest(painted(2)))
    file = arriving.begin(announced, Actor(ANONYMOUS, Role.ADMIN))
    piece = ArrivingBytes(catalogue.settings.data_dir)
    piece.append(file.id, 0, painted(2)[:500])
    saved(catalogue, tmp_path / "kept")
    assert not list((tmp_path / "kept").rglob(file.id))
    assert command("verify")[0] == command("status")[0] == 0
    catalogue.database.close()
    restoring.restore(catalogue, tmp_path / "kept")
    assert command("verify")[0] == 0


def test_a_restore_is_refused_while_somebody_has_the_catalogue_open(
    catalogue, command, painted, tmp_path
):
    add(catalogue, painted(1))
    saved(catalogue, tmp_path / "kept")
    code, said = command("restore", tmp_path / "kept")  # the fixture has it open
    assert (code, "in use: stop the service" in said) == (1, True)
    catalogue.database.close()
    assert command("restore", tmp_path / "kept")[0] == 0


def test_a_backup_goes_into_no_foreign_folder_and_comes_back_into_no_other_catalogue(
    catalogue, command, painted, tmp_path, migrated
):
    add(catalogue, painted(1))
    saved(catalogue, tmp_path / "kept")
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "a.txt").write_text("dear")
    assert "holds no whole backup" in command("backup", tmp_path / "letters")[1]
    assert "another disk" in command("backup", catalogue.settings.data_dir / "x")[1]
    other = catalogue.settings.model_copy(update={"data_dir": tmp_path / "other"})
    parts = CatalogueParts(other, Database(other.database), PhotoFiles(other.photos))
    claim(parts.database, parts.files, other.data_dir)
    with pytest.raises(backup.FolderOfAnother):
        saved(parts, tmp_path / "kept")
    with pytest.raises(restoring.BackupOfAnother):
        restoring.restore(parts, tmp_path / "kept")
    parts.database.close()


def test_a_damaged_database_becomes_no_state(catalogue, painted, tmp_path):
    add(catalogue, *(painted(n) for n in range(5)))
    catalogue.database.close()
    file = catalogue.settings.data_dir / "reid.sqlite3"
    with closing(sqlite3.connect(file)) as raw:
        raw.execute("PRAGMA journal_mode=DELETE")
        (root,) = raw.execute("SELECT rootpage FROM sqlite_master WHERE name='claim'").fetchone()
        (size,) = raw.execute("PRAGMA page_size").fetchone()
    with file.open("rb+") as pages:
        pages.seek((root - 1) * size)
        pages.write(b"\xff" * size)
    with pytest.raises(backup.DamagedDatabaseNotKept):
        saved(catalogue, tmp_path / "kept")
    assert list((tmp_path / "kept" / "states").iterdir()) == []


@pytest.mark.slow
def test_a_server_is_backed_up_and_restored_by_its_own_tools(
    settings, painted, tmp_path, postgresql
):
    if postgresql is None:
        pytest.skip(postgresql_server.NONE)
    settings = settings.model_copy(update={"database_url": postgresql})
    database = Database(postgresql)
    database.migrate()
    restoring.snapshots.drop(database)
    catalogue = CatalogueParts(settings, database, PhotoFiles(settings.photos))
    claim(database, catalogue.files, settings.data_dir)
    first = add(catalogue, painted(1))
    saved(catalogue, tmp_path / "kept")
    second = add(catalogue, painted(2))
    result = restoring.restore(catalogue, tmp_path / "kept")
    assert known(catalogue) == first
    restoring.back(catalogue)
    assert known(catalogue) == sorted(first + second)
    assert result.manifest.kind == "postgresql"
    (tmp_path / "kept" / "states" / result.state.name / "database.dump").write_bytes(b"no dump")
    with pytest.raises(backup.backup_state.BackupDamaged):
        restoring.restore(catalogue, tmp_path / "kept")
    database.close()
