"""A catalogue with enough for a density: nine stations, animals met around their centres."""

from datetime import datetime, timedelta

import numpy as np

API = "/api/v1"
START = datetime(2024, 1, 1)  # noqa: DTZ001  a wall clock
DAYS, GAP_KM = 60, 4.0


def fill(client, painted, work, *, named=True, seed=5):
    """Deployments, photos and identities; returns identity -> its encounters."""
    rng = np.random.default_rng(seed)
    places = [(x * GAP_KM, y * GAP_KM) for x in range(3) for y in range(3)]
    centres = rng.uniform(-4, 12, (8, 2))
    encounters = {}
    for number, (east, north) in enumerate(places):
        station = f"S{number + 1}"
        deployment = {
            "station": station,
            "latitude": 43 + north / 111.2,
            "longitude": 54 + east / 81.4,
            "starts_at": START.isoformat(),
            "ends_at": (START + timedelta(days=DAYS)).isoformat(),
        }
        assert client.post(f"{API}/deployments", json=deployment).status_code == 201
        met = []
        for animal, centre in enumerate(centres):
            squared = float(((centre - (east, north)) ** 2).sum())
            days = rng.random(DAYS) < 0.05 * np.exp(-squared / 12)
            met += [(animal, int(day)) for day in np.flatnonzero(days)]
        if not met:
            continue
        files = []
        for animal, day in met:
            taken = START + timedelta(days=day, hours=animal + 1)
            photo = painted(animal, day, taken=f"{taken:%Y:%m:%d %H:%M:%S}")
            files.append(("files", (f"{animal}-{day}.jpg", photo)))
        said = {"station": station, "flank": "left"}
        answer = client.post(f"{API}/photos", files=files, data=said)
        for (animal, _), row in zip(met, answer.json()["files"], strict=True):
            encounters.setdefault(f"A{animal}", []).append(row["encounter_id"])
    work()
    for name, members in encounters.items() if named else ():
        answer = client.post(f"{API}/identities", json={"name": name, "encounters": members})
        assert answer.status_code == 201, answer.text
    return encounters
