"""What users saw before the move into rooms is what they see, but for what is listed as wanted."""

import pytest
from golden import goldens, rows
from golden.frozen import LANGUAGES, addresses, everybody, openapi, running, see, unpack, unvisited


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return unpack(tmp_path_factory.mktemp("golden"))


@pytest.fixture(scope="module")
def clients(folder):
    with everybody(folder) as clients:
        yield clients


def nothing_differs(wrong):
    if wrong:
        pytest.fail(goldens.message(wrong), pytrace=False)


def test_the_description_of_the_api_is_as_it_was(clients):
    now = {"openapi": openapi(clients["single"][0])}
    nothing_differs(goldens.unwanted("openapi", now))


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_and_answer_is_as_it_was(clients, language):
    nothing_differs(goldens.unwanted(language, see(clients, language)))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["single", "accounts"])
def test_nothing_that_was_asked_changed_a_catalogue(tmp_path, folder, clients, name):
    files = [at / name / "reid.sqlite3" for at in (unpack(tmp_path), folder)]
    before, after = (rows.dump(file) for file in files)
    assert rows.changes(before, after | {"login_attempt": before["login_attempt"]}) == []


def test_no_page_is_forgotten(clients):
    assert unvisited(clients["single"][0].app) == set()
    assert len(set(addresses())) == len(addresses())


def test_what_differs_is_listed_and_what_is_listed_differs():
    differ = [(part, one) for part in goldens.PARTS for one in goldens.wanted(part)]
    assert [one for one in differ if not goldens.excused(*one)] == []
    idle = [entry for entry in goldens.entries() if not any(entry.excuses(*one) for one in differ)]
    assert idle == []
    first = {part: goldens.first(part) for part in goldens.PARTS}
    assert [one for part, one in differ if goldens.wanted(part)[one] == first[part].get(one)] == []


@pytest.mark.parametrize("name", ["single", "accounts"])
def test_a_catalogue_of_the_last_state_opens_with_every_row(tmp_path, name):
    file = unpack(tmp_path) / name / "reid.sqlite3"
    before = rows.dump(file)
    assert sum(len(found) for _, found in before.values()) > 400
    with running(tmp_path, name) as client:
        assert client.get("/health").json()["database"] == "ok"
    assert rows.changes(before, rows.dump(file)) == []
