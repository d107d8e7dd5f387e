"""Pages speak the language of who asks, in texts, dates and numbers; the API does not."""
# ruff: noqa: RUF001 - Russian letters

import re
from datetime import datetime
from html.parser import HTMLParser

import pytest
from pydantic import ValidationError

from reid.evidence.settle import SuggestedPhoto, in_words
from reid.evidence.tested import Settling
from reid.types import Flank, Grade
from scripts import messages
from service.calibration.suggestion_words import suggested
from service.settings import Settings
from service.web import words
from service.web.languages import LANGUAGES, chosen, ngettext, speaking
from service.web.quantities import percent
from service.web.species import Species

HTML = {"accept": "text/html"}
RUSSIAN = {**HTML, "accept-language": "ru"}
MOMENT = datetime.fromisoformat("2019-03-01T19:49:36")
NARROW, WIDE = "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"
SPOKEN = ("aria-label", "title", "placeholder", "data-says", "alt")


class Texts(HTMLParser):
    """Text nodes and spoken attributes of a page."""

    def __init__(self, page):
        super().__init__()
        self.found = set()
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found |= {value for name, value in attrs if name in SPOKEN and value}

    def handle_data(self, data):
        self.found.add(" ".join(data.split()))


@pytest.fixture(scope="module")
def english():
    """Every English text that is said otherwise in Russian."""
    return {
        one.id
        for one in messages.catalogue("ru")
        if isinstance(one.id, str) and one.id and one.id != one.string
    }


@pytest.fixture
def encounter(client, painted, work):
    files = [("files", ("1.jpg", painted(1, taken="2020:01:01 10:00:00")))]
    made = client.post("/api/v1/photos", files=files, data={"station": "North", "flank": "left"})
    work()
    number = made.json()["files"][0]["encounter_id"]
    client.post(f"/encounters/{number}/decisions", data={"kind": "new", "name": "Uma", "after": 0})
    return number


@pytest.fixture
def case(client, encounter):
    made = client.post("/api/v1/cases", json={"name": "Two"}).json()["id"]
    client.post(f"/api/v1/cases/{made}/encounters", json={"encounters": [encounter]})
    return made


def test_no_text_of_a_russian_page_is_english(client, encounter, case, english):
    photo = client.get("/api/v1/uploads/1").json()["files"][0]["photo_id"]
    own = (f"/encounters/{encounter}", f"/cases/{case}", f"/photos/{photo}")
    others = ("/", "/upload", "/uploads/1", "/encounters?state=all", "/cases", "/calibration")
    errors = ("/encounters/99", "/nowhere")
    for address in (*own, *others, f"{own[0]}/posterior", f"{own[1]}/dossier", *errors):
        page = client.get(address, headers=RUSSIAN)
        assert '<html lang="ru">' in page.text
        assert (address, Texts(page.text).found & english) == (address, set())


def test_a_page_says_its_language_and_what_that_depends_on(client):
    page = client.get("/", headers={**HTML, "accept-language": "de, fr-CA;q=0.8, en;q=0.5"})
    assert page.headers["content-language"] == "fr"
    assert {"Accept-Language", "Cookie"} <= set(page.headers["vary"].split(", "))
    assert "content-language" not in client.get("/api/v1/encounters").headers


@pytest.mark.parametrize(
    ("account", "cookie", "accepted", "language"),
    [
        ("fr", "ru", "en", "fr"),
        (None, "ru", "en", "ru"),
        (None, None, "ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        (None, "xx", "fr", "fr"),
        (None, None, "kk, de", "en"),
        (None, None, "", "en"),
        (None, None, ";;,*;q=x", "en"),
    ],
)
def test_the_account_speaks_before_the_cookie_and_the_cookie_before_the_browser(
    account, cookie, accepted, language
):
    assert chosen(account, cookie, accepted) == language


def test_a_chosen_language_stays_and_leads_back_to_the_same_page(client):
    page = client.get("/encounters?state=all&page=1", headers=HTML).text
    assert 'name="back" value="/encounters?state=all&amp;page=1"' in page
    form = {"code": "ru", "back": "/encounters?state=all"}
    answer = client.post("/language", data=form, follow_redirects=False)
    assert answer.headers["location"] == "/encounters?state=all"
    assert '<html lang="ru">' in client.get("/", headers={**HTML, "accept-language": "fr"}).text


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "evil"])
@pytest.mark.parametrize(("choice", "code"), [("/language", "ru"), ("/theme", "dark")])
def test_no_choice_leads_away(client, choice, code, back):
    answer = client.post(choice, data={"code": code, "back": back}, follow_redirects=False)
    assert answer.headers["location"] == "/"


def test_the_api_stays_english(client):
    answer = client.get("/api/v1/encounters/99", headers={"accept-language": "ru"})
    assert answer.json()["detail"] == "no encounter 99"
    assert answer.json()["title"] == "Not Found"


def test_a_dossier_is_said_in_two_languages_and_has_one_digest(client, case):
    api, page = f"/api/v1/cases/{case}/dossier", f"/cases/{case}/dossier"
    contents = [
        client.get(api, headers={"accept-language": code}).json()["content"] for code in LANGUAGES
    ]
    assert contents == contents[:1] * len(LANGUAGES)
    pages = [client.get(page, headers={**HTML, "accept-language": code}) for code in ("en", "ru")]
    digests = [set(re.findall(r"\b[0-9a-f]{64}\b", one.text)) for one in pages]
    assert digests[0] == digests[1]
    assert "Digest of the content" in pages[0].text
    assert "Контрольная сумма содержания" in pages[1].text
    assert [one.headers["content-language"] for one in pages] == ["en", "ru"]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["0 photos", "1 photo", "2 photos", "5 photos", "21 photos", "1,234 photos"]),
        (
            "ru",
            [
                *("0 фотографий", "1 фотография", "2 фотографии", "5 фотографий"),
                *("21 фотография", f"1{WIDE}234 фотографии"),
            ],
        ),
        (
            "fr",
            ["0 photo", "1 photo", "2 photos", "5 photos", "21 photos", f"1{NARROW}234 photos"],
        ),
    ],
)
def test_a_number_takes_its_plural_form(language, said):
    with speaking(language):
        assert [words.count(n, "photo") for n in (0, 1, 2, 5, 21, 1234)] == said


@pytest.mark.parametrize(
    ("language", "moment", "number", "llr", "share", "listed"),
    [
        ("en", "1 Mar 2019, 19:49", "1,234.5", "−1.4", "12.3 %", "A, B and C"),
        ("ru", "1 мар. 2019 г., 19:49", f"1{WIDE}234,5", "−1,4", "12,3 %", "A, B и C"),
        ("fr", "1 mars 2019, 19:49", f"1{NARROW}234,5", "−1,4", "12,3 %", "A, B et C"),
    ],
)
def test_dates_and_numbers_follow_the_language(language, moment, number, llr, share, listed):
    with speaking(language):
        said = words.when(MOMENT).replace(NARROW, " ").replace(WIDE, " ")
        assert said == moment
        assert words.decimal(1234.5, 1) == number
        assert words.signed(-1.4) == llr
        assert percent(0.123) == share
        assert words.listed(["A", "B", "C"]) == listed


def test_september_is_written_as_before():
    assert words.day(datetime.fromisoformat("2019-09-05T00:00")) == "5 Sep 2019"


def test_a_factor_takes_its_plural_form_in_russian():
    with speaking("ru"):
        said = [words.meaning(llr) for llr in (1.3222, 1.3424, 1.4, 0.2)]
    assert [one.split(" вероятнее")[0] for one in said] == [
        *("в 21 раз", "в 22 раза", "в 25 раз", "в 1,6 раза")
    ]


def test_outside_of_a_request_everything_is_english():
    assert ngettext("%(num)s photo", "%(num)s photos", 2) == "%(num)s photos"


def test_the_species_has_its_vernacular_name_where_there_is_one(client):
    leopard, unknown = Species("Panthera pardus"), Species("Felis nigripes")
    assert (leopard.words, unknown.words) == ("leopard (Panthera pardus)", "Felis nigripes")
    assert Species("Panthera pardus tulliana").common == "Persian leopard"
    with speaking("ru"):
        assert Species("Panthera uncia").words == "снежный барс (Panthera uncia)"
    page = client.get("/", headers={**HTML, "accept-language": "fr"}).text
    assert 'léopard (<i lang="la">Panthera pardus</i>)' in page


def test_a_species_that_is_no_scientific_name_is_refused():
    with pytest.raises(ValidationError, match="species"):
        Settings(_env_file=None, species="leopard")


SUGGESTIONS = [
    SuggestedPhoto(encounters, flanks, grade, width, section, Settling(*settled), expected)
    for encounters, flanks, grade, width, section, expected in [
        ((0,), (Flank.LEFT,), Grade.GOOD, 0, "", 0.7),
        ((0, 1), (Flank.LEFT, Flank.RIGHT), Grade.USABLE, 1200, "rear", 0.2),
        ((1,), (Flank.RIGHT,), Grade.POOR, 240, "front", 0.5),
    ]
    for settled in [(Grade.GOOD, Grade.GOOD, 1, 1234, 200, 0.83, 0.4)]
]


@pytest.mark.parametrize("one", SUGGESTIONS)
def test_what_would_settle_a_pair_is_said_in_english_as_the_core_says_it(one):
    core = in_words(one, ("A", "B")).replace("an llr of", "a weight of evidence of")
    assert suggested(one, ("A", "B")) == core
    with speaking("ru"):
        assert not re.search(r"[a-z]{3}", suggested(one, ("A", "B")).replace("llr", ""))
