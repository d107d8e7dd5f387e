"""The examples of shaped encounters are recorded from any catalogue with a burst."""

from shaped import listed, upload

from service.operations.recording_shapes import call_shaping


class Caller:
    """Calls the service and keeps which routes were called."""

    def __init__(self, client):
        self.client, self.called = client, []

    def call(self, method, path, body=None, *, at=None, photo=None, form=None, query=None):
        self.called.append(f"{method} {path}")
        address = path.format(**(at or {}))
        content = {"json": body, "params": query}
        if photo is not None:
            content = {"files": [("files", (photo.name, photo.read_bytes()))], "data": form}
        answer = self.client.request(method, address, **content)
        assert answer.is_success, answer.text
        return answer.json()


def test_every_route_that_shapes_is_called_and_a_question_is_answered(client, painted):
    upload(client, painted, (1, 0, 0), (1, 1, 5), (1, 2, 9))
    caller = Caller(client)
    call_shaping(caller, {"reason": "as the logbook has it", "reviewer": "ab"})
    one = "/api/v1/encounters/{encounter_id}"
    for route in (f"{one}/part", f"{one}/move", f"{one}/join"):
        assert f"POST {route}" in caller.called
    assert "POST /api/v1/questions/{question_id}/answer" in caller.called
    assert listed(client) == {1: [2], 3: [1, 3], 4: [4]}
