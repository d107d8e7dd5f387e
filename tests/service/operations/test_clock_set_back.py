"""The clock of the machine is set back: what was kept is then of a time to come, and all goes on.

Every moment that the machine itself wrote is moved ahead, which is the same as its clock set back.
"""

from datetime import datetime, timedelta

import pytest
from corrected import CASES
from logged_in import PASSWORD, account
from sqlalchemy import Float, select, update

from service.clusters.pairing import SortEncounters
from service.operations import backup, backup_state, restoring
from service.operations.restoring import CatalogueParts
from service.recognition.engine import Engine
from service.settings import Settings
from service.store import clusterings, jobs, pairs
from service.store.clusterings import SortedEncounters
from service.store.database import Database
from service.store.files import PhotoFiles
from service.store.tables.base import Utc, metadata
from service.store.tables.photos import photo

YEARS = timedelta(days=26 * 365)  # a clock without its battery begins in 2000
API = "/api/v1"
NOTHING = SortedEncounters("fake@1", "calibrated@1", 0.1, 0, 0, 0, 0, 0, (), (), (), 0.0)


def upload(client, data):
    """The id of a new photo."""
    answer = client.post(f"{API}/photos", files=[("files", ("a.jpg", data))])
    assert answer.status_code == 201, answer.text
    return answer.json()["files"][0]


def set_back(database, by):
    """As if the clock showed so much less from now on."""
    with database.write() as connection:
        for table in metadata.sorted_tables:
            ours = [c for c in table.columns if isinstance(c.type, Utc) or c.name == "lease_until"]
            key = next(iter(table.primary_key.columns))
            for row in connection.execute(select(key, *ours)).all() if ours else ():
                values = {c.name: later(getattr(row, c.name), by, c) for c in ours}
                connection.execute(update(table).where(key == row[0]).values(values))


def later(moment, by, column):
    if moment is None:
        return None
    return moment + (by.total_seconds() if isinstance(column.type, Float) else by)


@pytest.fixture
def database(app, client):
    return app.state.components[Database]


@pytest.mark.parametrize("by", [timedelta(hours=5), YEARS], ids=["five hours", "26 years"])
def test_the_job_of_a_killed_worker_comes_back_and_the_worker_is_not_called_alive(
    client, database, painted, work, by
):
    photo_id = upload(client, painted(1))["photo_id"]
    with database.write() as connection:
        jobs.beat(connection, "killed", "fake@1")
        assert len(jobs.claim(connection, "killed", limit=9, lease_s=30)) == 1
    set_back(database, by)
    assert client.get("/health").json()["workers"] == []
    work()
    state = client.get(f"{API}/photos/{photo_id}").json()["annotations"][0]["state"]
    assert state == "embedded"


def test_a_job_that_was_put_off_comes_back(client, database, painted):
    upload(client, painted(1))
    with database.write() as connection:
        (one,) = jobs.claim(connection, "w", limit=9, lease_s=30)
        jobs.postpone(connection, one.id, "no memory", delay_s=2.0**40)
        assert jobs.claim(connection, "w", limit=9, lease_s=30) == []
    set_back(database, YEARS)
    with database.write() as connection:
        assert len(jobs.claim(connection, "w", limit=9, lease_s=30)) == 1


def test_nobody_is_shut_out_and_wrong_passwords_still_count(app, client, database):
    account(app, "Ana", "admin")

    def typed(password):
        form = {"name": "Ana", "password": password}
        return client.post("/login", data=form, follow_redirects=False).status_code

    assert typed(PASSWORD) == 303
    assert [typed("wrong") for _ in range(6)][-1] == 429
    set_back(database, YEARS)
    assert typed(PASSWORD) == 303
    client.cookies.clear()
    set_back(database, YEARS)  # the last success is ahead, too
    assert [typed("wrong") for _ in range(6)][-1] == 429


def test_the_last_decision_counts(client, database, painted, work):
    encounter = upload(client, painted(1))["encounter_id"]
    work()
    decide = f"{API}/encounters/{encounter}/decisions"
    client.post(decide, json={"kind": "new", "name": "Uma"})
    set_back(database, YEARS)
    client.post(decide, json={"kind": "cannot_tell"})
    said = client.get(f"{API}/encounters/{encounter}").json()
    assert [one["kind"] for one in said["decisions"]] == ["new", "cannot_tell"]
    assert said["summary"]["decision"] == "cannot_tell"
    client.post(decide, json={"kind": "withdrawn"})
    assert client.get(f"{API}/encounters").json()["waiting"] == 1


def test_a_copy_is_known_as_one_and_the_first_photo_stays_the_original(client, database, work):
    original = upload(client, (CASES / "dup_original.jpg").read_bytes())["photo_id"]
    work()
    set_back(database, YEARS)
    again = upload(client, (CASES / "dup_whatsapp.jpg").read_bytes())["photo_id"]
    work()
    with database.read() as connection:
        held = {one.id: one.copy_of for one in connection.execute(select(photo))}
    assert held == {original: None, again: original}


def test_clusters_are_sorted_again_while_pairs_wait(app, database):
    sorting = SortEncounters(database, app.state.components[Engine])

    def sorted_soon():
        sorting.look()
        with database.read() as connection:
            return len(jobs.payloads(connection, clusterings.KIND, "queued"))

    app.state.components[Engine].embedder()
    with database.write() as connection:
        clusterings.put(connection, "earlier", NOTHING)
        jobs.enqueue(connection, pairs.KIND, {"encounter": 1})
    assert sorted_soon() == 0
    set_back(database, YEARS)
    assert sorted_soon() == 1


def test_the_newest_backup_is_the_last_one_made_and_is_what_is_restored(
    app, client, database, painted, tmp_path
):
    parts = CatalogueParts(
        app.state.components[Settings], database, app.state.components[PhotoFiles]
    )
    upload(client, painted(1))
    made = backup.back_up(*parts_of(parts), tmp_path / "kept", keep=2)
    ahead = datetime.strptime(made.state.name, backup_state.TIME) + YEARS  # noqa: DTZ007
    made.state.rename(made.state.with_name(ahead.strftime(backup_state.TIME)))
    upload(client, painted(2))
    for _ in range(2):
        last = backup.back_up(*parts_of(parts), tmp_path / "kept", keep=2)
    assert len(backup_state.states(tmp_path / "kept")) == 2
    database.close()
    assert restoring.restore(parts, tmp_path / "kept").state == last.state
    assert last.manifest.photos == 2


def parts_of(catalogue):
    return catalogue.settings, catalogue.database, catalogue.files
