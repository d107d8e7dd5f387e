"""Uploads into either kind of database, several at the same moment."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from service.photos.intake import Intake
from service.photos.statements import Statements
from service.store.files import PhotoFiles
from service.store.tables.encounters import annotation, encounter
from service.store.tables.jobs import job
from service.store.tables.photos import photo


@pytest.fixture
def intake(database, settings, tmp_path):
    return Intake(database, PhotoFiles(str(tmp_path / "photos")), settings)


def counts(database, *tables):
    with database.read() as connection:
        return [
            connection.execute(select(func.count()).select_from(one)).scalar_one() for one in tables
        ]


@pytest.mark.parametrize("said", [{}, {"station": "North"}, {"encounter": "first night"}])
def test_the_same_photos_at_the_same_moment_in_any_order_are_kept_once(
    database, intake, painted, said
):
    photos = [(f"{n}.jpg", painted(n)) for n in range(12)]
    with ThreadPoolExecutor(8) as pool:
        sent = [photos, photos[::-1]] * 4
        uploads = list(pool.map(lambda files: intake.accept(files, Statements(**said)), sent))
    assert sum(one.created for upload in uploads for one in upload.files) == 12
    assert counts(database, photo, annotation, job) == [12] * 3


def test_photos_of_one_visit_at_the_same_moment_are_one_encounter(database, intake, painted):
    photos = [(f"{n}.jpg", painted(n, taken=f"2020:01:01 10:{n:02}:00")) for n in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda one: intake.accept([one], Statements(station="North")), photos))
    assert counts(database, photo, encounter) == [8, 1]
