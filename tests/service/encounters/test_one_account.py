"""One pair of encounters has one account: every page, the dossier and the API say the same."""

from dataclasses import dataclass
from html.parser import HTMLParser

import pytest

from reid.types import Flank
from service.encounters.pair_evidence import PairEvidence

NAMES = ("llr", "low", "high", "agreeing", "agree")


class Accounts(HTMLParser):
    """What each element with an account says of a pair: the last value of each name in it."""

    def __init__(self, page):
        super().__init__()
        self.found, self.open = [], []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if tag in ("meta", "link", "img", "input", "br", "path", "rect", "line", "circle", "image"):
            return
        self.open.append("data-account" in values)
        if "data-account" in values:
            self.found.append({})
        if tag == "data" and self.found and values["class"].split()[-1] in NAMES:
            self.found[-1][values["class"].split()[-1]] = float(values["value"] or "nan")

    def handle_endtag(self, tag):
        pass


@dataclass
class Catalogue:
    client: object
    work: object
    painted: object
    app: object

    def encounter(self, animal, day, *, views=(0,), flank="left", named="", size=(320, 160)):
        files = [
            (
                "files",
                (
                    f"{animal}-{day}-{view}.jpg",
                    self.painted(
                        animal, 100 * day + view, size, f"2020:01:{day:02} 22:00:{view:02}"
                    ),
                ),
            )
            for view in views
        ]
        form = {"station": "Ridge", "flank": flank}
        answer = self.client.post("/api/v1/photos", files=files, data=form).json()
        self.work()
        number = answer["files"][0]["encounter_id"]
        if named:
            decision = {"kind": "new", "name": named}
            self.client.post(f"/api/v1/encounters/{number}/decisions", json=decision)
        return number

    def page(self, address):
        answer = self.client.get(address, headers={"accept": "text/html"})
        assert answer.status_code == 200, (address, answer.text)
        return answer.text

    def accounts(self, address):
        return Accounts(self.page(address)).found


@pytest.fixture
def catalogue(client, work, painted, app):
    return Catalogue(client, work, painted, app)


@pytest.mark.parametrize("other", [1, 2])
def test_every_place_says_the_same_of_one_pair(catalogue, other):
    known = catalogue.encounter(other, 1, views=(0, 1), named="Uma")
    query = catalogue.encounter(1, 9, views=(0, 1, 2))
    case = catalogue.client.post("/api/v1/cases", json={"name": "One"}).json()["id"]
    members = {"encounters": [known, query]}
    catalogue.client.post(f"/api/v1/cases/{case}/encounters", json=members)
    pair = catalogue.client.get(f"/api/v1/cases/{case}/report").json()["pairs"][0]
    api = {
        "llr": pair["llr"],
        "low": pair["interval"][0],
        "high": pair["interval"][1],
        "agreeing": pair["shown"]["agreeing"],
        "agree": pair["shown"]["agree"],
    }
    places = {
        "encounter": catalogue.accounts(f"/encounters/{query}"),
        "compare": catalogue.accounts(f"/compare?one={query}&other={known}"),
        "the other way": catalogue.accounts(f"/compare?one={known}&other={query}"),
        "case": catalogue.accounts(f"/cases/{case}"),
        "dossier": catalogue.accounts(f"/cases/{case}/dossier"),
    }
    assert {place: len(found) for place, found in places.items()} == dict.fromkeys(places, 1)
    for place, (found,) in places.items():
        assert found == pytest.approx(api, abs=6e-4), place
    assert api["low"] <= api["llr"] <= api["high"]
    assert (api["llr"] > 0) == (other == 1)
    assert api["agree"] > 0
    dossier = catalogue.client.get(f"/api/v1/cases/{case}/dossier").json()["content"]
    assert dossier["report"]["pairs"][0]["shown"] == pair["shown"]


def test_the_marks_drawn_are_the_ones_counted(catalogue):
    known = catalogue.encounter(1, 1, named="Uma")
    query = catalogue.encounter(1, 9)
    agree = catalogue.accounts(f"/encounters/{query}")[0]["agree"]
    drawn = catalogue.page(f"/encounters/{query}?every=1").count('class="pair"')
    compared = catalogue.page(f"/compare?one={query}&other={known}&every=1")
    assert drawn == agree
    assert compared.count('class="mark agree"') == 2 * agree
    best = catalogue.app.state.components[PairEvidence].between(query, known).best
    assert best.marks.agreeing == agree


def test_candidates_stand_in_the_order_of_the_number_they_show(catalogue):
    for n, animal in enumerate((1, 2, 3, 4), 1):
        catalogue.encounter(animal, n, named=f"L{n}")
    query = catalogue.encounter(3, 9)
    answer = catalogue.client.get(f"/api/v1/encounters/{query}/candidates").json()
    llrs = [round(candidate["llr"], 1) for candidate in answer["candidates"]]
    assert llrs == sorted(llrs, reverse=True)
    assert answer["candidates"][0]["identity"] == "L3"


def test_an_animal_of_the_other_flank_stands_apart_and_is_no_candidate(catalogue):
    catalogue.encounter(1, 1, named="Uma")
    catalogue.encounter(2, 2, flank="right", named="Kali")
    query = catalogue.encounter(1, 9)
    page = catalogue.page(f"/encounters/{query}")
    assert "Candidate 1 of 1:" in page
    assert "Kali: only its right flank is known." in page
    answer = catalogue.client.get(f"/api/v1/encounters/{query}/candidates").json()
    assert [candidate["identity"] for candidate in answer["candidates"]] == ["Uma"]


def test_a_new_identity_against_the_machine_is_asked_before_it_is_done(catalogue):
    known = catalogue.encounter(1, 1, named="Uma")
    query = catalogue.encounter(1, 9)
    form = {"kind": "new", "name": "Kali", "note": "another tail", "after": 0}
    send = {"headers": {"accept": "text/html"}, "follow_redirects": False}
    asked = catalogue.client.post(f"/encounters/{query}/decisions", data=form, **send)
    assert asked.status_code == 200
    assert "The machine takes this encounter for Uma" in asked.text
    assert 'value="Kali"' in asked.text
    assert 'value="another tail"' in asked.text
    assert catalogue.client.get(f"/api/v1/encounters/{query}/decisions").json() == []
    done = catalogue.client.post(
        f"/encounters/{query}/decisions", data={**form, "sure": "true"}, **send
    )
    assert done.status_code == 303
    (decision,) = catalogue.client.get(f"/api/v1/encounters/{query}/decisions").json()
    assert (decision["identity"], decision["note"]) == ("Kali", "another tail")
    assert known != query


def test_a_new_identity_that_nothing_speaks_against_is_done_at_once(catalogue):
    catalogue.encounter(1, 1, named="Uma")
    query = catalogue.encounter(2, 9, flank=Flank.LEFT.value)
    form = {"kind": "new", "after": 0}
    done = catalogue.client.post(
        f"/encounters/{query}/decisions",
        data=form,
        headers={"accept": "text/html"},
        follow_redirects=False,
    )
    assert done.status_code == 303
