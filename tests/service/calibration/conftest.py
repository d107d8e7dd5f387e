"""A catalogue whose encounters people have decided."""

import pytest

from service.store import decisions
from service.store.database import Database
from service.store.decisions import NewDecision


@pytest.fixture
def components(app, client):
    return app.state.components


@pytest.fixture
def met(client, painted, work, components):
    """met(animal, day, name, ...) -> number of an encounter, decided as that identity."""
    known = {}

    def upload(animal, day, name="", *, hour=22, station="Ridge", flank="left", llr=None):
        data = painted(animal, day, taken=f"2020:01:{day:02} {hour:02}:00:00")
        files = [("files", (f"{animal}-{day}.jpg", data))]
        form = {"station": station, "flank": flank}
        made = client.post("/api/v1/photos", files=files, data=form).json()
        work()
        number = made["files"][0]["encounter_id"]
        if name:
            kind = "same" if name in known else "new"
            said = NewDecision(kind, known.get(name), None if name in known else name, llr)
            with components[Database].write() as connection:
                known[name] = decisions.add(connection, number, said).identity_id
        return number

    return upload
