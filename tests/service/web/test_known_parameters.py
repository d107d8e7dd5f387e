"""A filter that does not exist is an error of whoever asks, and not everything."""

import anyio.to_thread
import pytest


@pytest.mark.parametrize("path", ["/api/v1/encounters", "/api/v1/reviews", "/api/v1/identities"])
def test_a_parameter_that_a_route_does_not_have_is_refused_by_name(client, path):
    answer = client.get(path, params={"statoin": "S1"})
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_parameter")
    assert "statoin" in answer.json()["detail"]


def test_the_parameters_of_all_dependencies_are_known(client):
    for path in ("/api/v1/encounters", "/api/v1/reviews"):
        parameters = client.get("/openapi.json").json()["paths"][path]["get"]["parameters"]
        names = [one["name"] for one in parameters if one["in"] == "query"]
        assert names
        for name in names:
            answer = client.get(path, params={name: "1"})
            assert answer.json().get("code") != "unknown_parameter"


def test_a_route_without_parameters_says_so(client):
    answer = client.get("/api/v1/calibration", params={"of": "1"})
    assert (answer.status_code, answer.json()["detail"]) == (
        422,
        "no parameter of here: there are none",
    )


def test_what_a_route_only_looks_up_takes_no_thread(client, monkeypatch):
    """Under load a request waits longer for a thread than for most of its answer."""
    taken = []

    async def counted(function, *arguments, **options):
        taken.append(function)
        return await run_sync(function, *arguments, **options)

    run_sync = anyio.to_thread.run_sync
    monkeypatch.setattr(anyio.to_thread, "run_sync", counted)
    assert client.get("/api/v1/identities").status_code == 200
    assert len(taken) == 3  # who asks, the answer, and writing it as JSON
