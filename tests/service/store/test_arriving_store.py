"""Rows of files that arrive in pieces, in either database."""

from datetime import timedelta

import pytest

from service.store import arriving, uploads
from service.store.errors import NoSuchArrivingFile, TakenMeanwhile

SHA = "ab" * 32


def begun(connection, size=100_000, lasts=timedelta(hours=1), name="a.jpg"):
    return arriving.add(
        connection, account_id=None, file_name=name, bytes=size, sha256=SHA, lasts=lasts
    )


def test_a_file_is_found_again_by_its_name_and_hash_until_it_is_taken_in(database):
    with database.write() as connection:
        file = begun(connection)
        assert arriving.get(connection, file.id, None) == file
        assert arriving.begun(connection, None, "a.jpg", SHA, 100_000) == file
        assert arriving.begun(connection, None, "b.jpg", SHA, 100_000) is None
        number, _ = uploads.add(connection, [])
        arriving.take(connection, file.id, number, 0)
        assert arriving.begun(connection, None, "a.jpg", SHA, 100_000) is None
        assert arriving.get(connection, file.id, None).upload_id == number
        with pytest.raises(TakenMeanwhile):
            arriving.take(connection, file.id, number, 1)


def test_what_is_awaited_is_the_sum_of_what_was_announced_with_a_least_for_each(database):
    with database.write() as connection:
        begun(connection)
        begun(connection, size=1)
        begun(connection, size=1_000_000, lasts=-timedelta(seconds=1))
        awaited = 100_000 + arriving.LEAST_COUNTED
        assert arriving.awaited(connection, None) == (awaited, awaited)
        assert arriving.awaited(connection, 7) == (0, awaited)


def test_what_expired_is_forgotten_and_named_once(database):
    with database.write() as connection:
        file = begun(connection, lasts=-timedelta(seconds=1))
        stays = begun(connection)
        with pytest.raises(NoSuchArrivingFile):
            arriving.get(connection, file.id, None)
        assert arriving.remove_expired(connection) == [file.id]
        assert arriving.remove_expired(connection) == []
        assert arriving.known(connection, stays.id)
