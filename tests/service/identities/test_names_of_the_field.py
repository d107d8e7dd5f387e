"""Each of the field's names: refused, or kept through export and found in either form."""

import unicodedata
from pathlib import Path

import pytest

CASES = Path(__file__).parents[2] / "data/field-cases"
NAMES = (CASES / "names.txt").read_text(encoding="utf-8").split("\n")
KEPT = {"l001", "=1+1", "n\u00e9e"}


@pytest.mark.parametrize("name", [name for name in NAMES if name], ids=ascii)
def test_a_name_is_refused_or_kept_and_found_in_either_form(client, painted, work, name):
    files = [("files", ("a.jpg", painted(1)))]
    sent = client.post("/api/v1/photos", files=files, data={"flank": "left"}).json()
    work()
    number = sent["files"][0]["encounter_id"]
    address = f"/api/v1/encounters/{number}/decisions"
    answer = client.post(address, json={"kind": "new", "name": name})
    composed = unicodedata.normalize("NFC", name)
    if composed not in KEPT:
        assert answer.status_code in {400, 422}
        return
    assert answer.status_code == 201
    (identity,) = client.get("/api/v1/identities").json()
    assert identity["name"] == composed
    for form in ("NFC", "NFD"):
        query = unicodedata.normalize(form, name).upper()
        assert f"/identities/{identity['id']}" in client.get("/catalogue", params={"q": query}).text
    page = client.get("/catalogue", params={"q": "nobody like that"}).text
    assert f"/identities/{identity['id']}" not in page
