"""A small size of benchmarks/fuzz.py: requests to every route, mutated files to every reader."""

from random import Random

import pytest
from fuzz import SEEDS, fuzz_files, fuzz_requests
from fuzzed_catalogue import fuzzed_catalogue
from fuzzed_files import decoders, mutated, tried
from fuzzed_requests import RequestMaker

from service.web.permissions import ROUTES


@pytest.mark.slow
def test_no_request_of_a_stranger_ends_in_an_error_of_the_service(tmp_path):
    chance = Random(3)  # noqa: S311
    with fuzzed_catalogue(tmp_path) as (client, known, between):
        maker = RequestMaker(client.app, chance, known, lambda c: mutated(c.choice(SEEDS), c))
        assert {route.replace("HEAD ", "GET ") for route in maker.routes} >= {*ROUTES} - {
            "GET /openapi.json"
        }
        requests = maker.requests(len(maker.routes))
        statuses, findings, _ = fuzz_requests(client, requests, between)
    assert findings == {}
    assert statuses[200] > 30
    assert statuses[401] < 5, "a wrong password, and no lock-out"


def test_a_mutated_file_is_read_or_refused_and_nothing_else_comes_out(tmp_path):
    said, findings, _ = fuzz_files(600, Random(5), tmp_path)  # noqa: S311
    assert findings == {}
    assert min(said["read"], said["refused"]) > 50


def test_the_good_files_of_the_trial_are_read_by_their_readers(tmp_path):
    for name, (seeds, decode) in decoders(tmp_path).items():
        if name not in {"workbook", "signatures", "signed content"}:
            assert {tried(decode, data) for data in seeds} == {"read"}, name


def test_an_error_that_is_not_ours_is_found():
    assert tried(lambda data: 1 / 0, b"").startswith("ZeroDivisionError")
