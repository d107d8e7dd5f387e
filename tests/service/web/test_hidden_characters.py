"""Names with characters that nobody sees are refused with a sentence, wherever they are typed."""

import pytest
from typer.testing import CliRunner

from reid.errors import InputError
from service.__main__ import app as command_line
from service.accounts.admission import add_account
from service.photos.intake import Intake
from service.photos.statements import Statements
from service.store.database import Database
from service.store.people import Role

HIDDEN = {"zero width": "\u200b", "right to left": "\u202e", "mark of bytes": "\ufeff"}
API = "/api/v1"


def addresses(client, painted, name):
    """Every kind of name, stated over the API or by a form."""
    photo = [("files", ("a.jpg", painted(1)))]
    for field in ("station", "camera", "encounter", "individual", "reviewer"):
        yield client.post(f"{API}/photos", files=photo, data={field: name})
    yield client.post(f"{API}/cases", json={"name": name})
    deployment = {"name": "D1", "station": name}
    yield client.post(f"{API}/deployments", json=deployment)
    yield client.post(f"{API}/deployments", json={**deployment, "station": "A", "camera": name})
    change = {"of": {"station": "A"}, "change": {"station": name}}
    yield client.post(f"{API}/corrections", json=change)
    yield client.post("/cases", data={"name": name})
    yield client.post(f"{API}/accounts", json={"name": name, "role": "admin"})


@pytest.mark.parametrize("letter", HIDDEN.values(), ids=HIDDEN)
def test_no_name_holds_a_character_that_nobody_sees(client, painted, letter):
    for answer in addresses(client, painted, f"Ri{letter}dge"):
        assert answer.status_code == 422, answer.request.url
        assert f"characters that nobody sees (U+{ord(letter):04X})" in answer.text, answer.text


def test_a_person_reads_it_in_their_language(client, painted):
    headers = {"accept": "text/html", "accept-language": "ru"}
    answer = client.post("/cases", data={"name": "Ri\u200bdge"}, headers=headers)
    assert "U+200B" in answer.text
    assert "которых никто не видит" in answer.text


def test_letters_of_every_script_and_notes_of_any_kind_are_taken(client, painted):
    photo = [("files", ("a.jpg", painted(1)))]
    said = {"station": "Үстірт жотасы 悬崖 جبل", "notes": "a\u200fb"}
    assert client.post(f"{API}/photos", files=photo, data=said).status_code == 201


def test_a_station_of_another_program_or_of_the_command_line_is_refused_as_well(
    app, client, painted, tmp_path
):
    parts = app.state.components
    upload = parts[Intake].accept([("a.jpg", painted(1))], Statements(station="Ri\u200bdge"))
    assert "nobody sees (U+200B)" in str(upload.files[0].error_detail)
    (tmp_path / "a.jpg").write_bytes(painted(2))
    line = ["add", str(tmp_path / "a.jpg"), "--station", "\ufeffRidge"]
    done = CliRunner().invoke(command_line, [*line, "--data-dir", str(tmp_path / "other")])
    assert (done.exit_code, "U+FEFF" in done.output) == (1, True)
    with pytest.raises(InputError, match="nobody sees"):
        add_account(parts[Database], "An\u200bna", Role.ADMIN)
