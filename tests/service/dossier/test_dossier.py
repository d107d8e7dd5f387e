"""The dossier of a case: one file that stands for itself, and a JSON form whose digest is right."""

import base64
import hashlib
import json
import re
from html import unescape
from html.parser import HTMLParser
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from reid.errors import BadSettings, NotFound
from reid.interchange.obscuring import Telling
from reid.types import Box, Comparison, Correspondences, Overlap, Source
from service.__main__ import app as command_line
from service.dossier.pair_view import pair_figure
from service.dossier.printing import printed, write
from service.dossier.record import DossierPhoto, Dossiers, PhotoCrop
from service.dossier.to_wire import dossier_out
from service.dossier.wire import DossierOut
from service.encounters.pair_evidence import BestPair
from service.store import cases, encounters
from service.store.database import Database
from service.store.files import PhotoFiles
from service.viewer.agreement import SpeakingMarks
from service.viewer.drawing import GAP, PANE_WIDTH

HTML = {"accept": "text/html"}
DEGREES = 0x8825, {1: "N", 2: (41.0, 21.0, 32.0), 3: "E", 4: (55.0, 7.0, 11.0)}


@pytest.fixture
def seen(client, painted, work):
    """seen(animal, day) -> number of an embedded encounter with two photos."""

    def upload(animal, day, station="Ridge", flank="left", said="", located=False):
        taken = [f"2020:01:{day:02} 22:00:0{view}" for view in (0, 1)]
        data = [painted(animal, 10 * day + view, taken=at) for view, at in enumerate(taken)]
        if located:
            data = [placed(one) for one in data]
        names = [f"{said or animal}-0.jpg", f"{animal}-1.jpg"]
        files = [("files", named) for named in zip(names, data, strict=True)]
        form = {"station": station, "flank": flank}
        made = client.post("/api/v1/photos", files=files, data=form).json()
        work()
        return made["files"][0]["encounter_id"]

    return upload


def placed(jpeg):
    """The same photo with a position in its EXIF."""
    photo = Image.open(BytesIO(jpeg))
    exif = photo.getexif()
    exif.get_ifd(DEGREES[0]).update(DEGREES[1])
    buffer = BytesIO()
    photo.save(buffer, "JPEG", exif=exif, quality=92)
    return buffer.getvalue()


@pytest.fixture
def opened(client):
    """opened(encounters..., name=...) -> number of a case that holds them."""

    def make(*ids, **fields):
        case = client.post("/api/v1/cases", json={"name": "Ustyurt 2018", **fields}).json()["id"]
        client.post(f"/api/v1/cases/{case}/encounters", json={"encounters": list(ids)})
        return case

    return make


def record(client, case, **query):
    answer = client.get(f"/api/v1/cases/{case}/dossier", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def page(client, case, **query):
    answer = client.get(f"/cases/{case}/dossier", headers=HTML, params=query)
    assert answer.status_code == 200, answer.text
    return answer


class Addresses(HTMLParser):
    """Every address that an element of a page names."""

    def __init__(self, html):
        super().__init__()
        self.found, self.tags, self.ids = [], set(), []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.ids += [value for name, value in attrs if name == "id"]
        names = ("src", "href", "xlink:href", "srcset", "action", "poster", "data", "style")
        self.found += [value for name, value in attrs if name in names]


def test_a_dossier_names_nothing_outside_itself(client, seen, opened):
    shown = page(client, opened(seen(1, 1), seen(2, 5), seen(1, 9))).text
    found = Addresses(shown)
    assert [one for one in found.found if not one.startswith(("data:", "#"))] == []
    inside = {one[1:] for one in found.found if one.startswith("#")}
    assert inside
    assert inside <= set(found.ids)
    assert found.tags.isdisjoint({"script", "iframe", "object", "embed", "form", "a"})
    assert not re.search(r"url\(|@import", shown)


def test_its_policy_allows_its_own_style_and_pictures_and_nothing_else(client, seen, opened):
    answer = page(client, opened(seen(1, 1), seen(1, 9)))
    style = re.search(r"<style>(.*?)</style>", answer.text, re.DOTALL).group(1)
    allowed = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = answer.headers["content-security-policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["style-src"] == f"'sha256-{allowed}'"
    assert rules["img-src"] == "data:"
    assert answer.headers["content-disposition"].endswith('filename="dossier-1-ustyurt-2018.html"')
    assert f"style-src 'sha256-{allowed}'" in unescape(answer.text)


def test_every_photo_is_listed_with_its_hash_and_shown_without_exif(app, client, seen, opened):
    case = opened(seen(1, 1), seen(2, 5))
    shown, said = page(client, case).text, record(client, case)["content"]
    photos = [photo for one in said["encounters"] for photo in one["photos"]]
    assert [photo["name"] for photo in photos] == ["A1", "A2", "B1", "B2"]
    for photo in photos:
        data = app.state.components[PhotoFiles].get(photo["sha256"])
        assert hashlib.sha256(data).hexdigest() == photo["sha256"]
        assert photo["sha256"] in shown
        crop = Image.open(BytesIO(base64.b64decode(photo["crop"]["jpeg"])))
        assert (max(crop.size) <= 640, dict(crop.getexif())) == (True, {})
        assert f"data:image/jpeg;base64,{photo['crop']['jpeg']}" in shown


def test_the_digest_is_of_the_content_and_not_of_the_moment(client, seen, opened):
    case = opened(seen(1, 1), seen(1, 9))
    said = record(client, case)
    text = json.dumps(said["content"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert said["digest"] == hashlib.sha256(text.encode()).hexdigest()
    assert record(client, case)["digest"] == said["digest"]
    assert said["digest"] in page(client, case).text
    client.patch(f"/api/v1/cases/{case}", json={"together": 0.2})
    assert record(client, case)["digest"] != said["digest"]


def test_one_record_gives_one_page(app, client, seen, opened):
    case, components = opened(seen(1, 1)), app.state.components
    kept = components[Dossiers].of(case, Telling.SQUARES_33_KM)
    digest = dossier_out(kept).digest
    assert digest == record(client, case)["digest"]
    assert printed(kept, digest) == printed(kept, digest)


def test_it_says_what_the_report_says_in_words(client, seen, opened):
    case = opened(seen(1, 1), seen(2, 5), seen(1, 9), together=0.3, note="one or two?")
    said, shown = record(client, case)["content"], page(client, case).text
    assert said["report"] == client.get(f"/api/v1/cases/{case}/report").json()
    assert "one or two?" in shown
    assert "A and C are one animal; B is an animal of its own" in shown
    assert "are one animal with a probability of 0.3" in shown
    assert "A–C: same, weight of evidence +2.30" in shown  # noqa: RUF001
    assert "the strongest this program ever claims (200 to 1)" in shown
    assert "4 pairs of photos were compared" in shown
    assert [one["together"] for one in said["priors"]] == [0.1, 0.25, 0.5, 0.75, 0.9]


def test_the_posterior_under_other_priors_rises_with_the_prior_for_one_animal(client, seen, opened):
    priors = record(client, opened(seen(1, 1), seen(1, 9)))["content"]["priors"]
    chances = [one["probability"] for one in priors]
    assert chances == sorted(chances)
    assert all(one["leads"] for one in priors)


def test_agreements_are_drawn_on_both_photos_with_equal_numbers(client, seen, opened):
    shown = page(client, opened(seen(1, 1), seen(1, 9))).text
    marks = re.findall(r'<g class="mark (\w+)".*?<text [^>]*>(\w+)</text>', shown, re.DOTALL)
    numbers = [label for kind, label in marks if kind != "discrepancy"]
    assert len(numbers) >= 8
    assert numbers[::2] == numbers[1::2] == [str(n + 1) for n in range(len(numbers) // 2)]


def test_flanks_that_cannot_be_compared_are_said_to_say_nothing(client, seen, opened):
    shown = page(client, opened(seen(1, 1, flank="left"), seen(1, 5, flank="right"))).text
    assert "No answer stands out" in shown
    assert "A–B: not comparable, weight of evidence 0." in shown  # noqa: RUF001
    assert "No two photos show the same flank" in shown


def test_both_dates_of_a_conflict_stand_in_it(client, seen, opened):
    shown = page(client, opened(seen(1, 11, said="20200106_220000"), seen(1, 20))).text
    assert "11 Jan 2020, 22:00:00 to 22:00:01" in shown
    assert "<dt>Stated otherwise (file name)</dt><dd>6 Jan 2020, 22:00</dd>" in shown
    assert "also stated: captured_at 2020-01-06T22:00:00 (file name)" in shown


def test_positions_are_rounded_unless_somebody_asks_for_exact_ones(client, seen, opened):
    case = opened(seen(1, 1, located=True), seen(1, 9))
    said, shown = record(client, case), page(client, case).text
    assert said["content"]["report"]["encounters"][0]["position"] == list(
        Telling.SQUARES_33_KM.position((41.3589, 55.07))
    )
    assert "(coarse to protect the animal)" in shown
    assert "41.35" not in json.dumps(said["content"]["report"]) + shown
    exact = record(client, case, positions="exact")
    assert exact["content"]["report"]["encounters"][0]["position"][0] == pytest.approx(
        41.3589, abs=1e-3
    )
    assert "41.3588" in page(client, case, positions="exact").text
    assert exact["digest"] != said["digest"]


def test_decisions_of_people_stand_apart_with_who_when_and_why(client, seen, opened):
    a, b = seen(1, 1), seen(1, 9)
    said = {"kind": "new", "name": "Uma", "reviewer": "Aigül", "note": "ear & tail", "llr": 1.25}
    client.post(f"/api/v1/encounters/{a}/decisions", json=said)
    shown = page(client, opened(a, b)).text
    people = shown.split("6 What people decided")[1].split("7 What this was made with")[0]
    assert "Aigül" in people
    assert "new identity Uma" in people
    assert "ear &amp; tail" in people
    assert "weight of evidence +1.25" in people
    assert "Uma" not in shown.split("6 What people decided")[0]


def test_what_strangers_type_is_never_markup(client, seen, opened):
    bad = "<script>alert(1)</script>"
    a = seen(1, 1, station="</style><b>x</b>")
    client.post(f"/api/v1/encounters/{a}/decisions", json={"kind": "cannot_tell", "reviewer": bad})
    shown = page(client, opened(a, seen(1, 9), name=bad, note=bad)).text
    assert "<script" not in shown
    assert "<b>x" not in shown
    assert "&lt;script&gt;alert(1)" in shown


def test_a_flank_that_the_network_sees_otherwise_is_said_where_it_speaks(client, seen, opened):
    shown = page(client, opened(seen(1, 1, flank="right"), seen(1, 9, flank="right"))).text
    assert "left (97 %), not as stated" in shown
    assert "A1, right flank (in doubt)" in shown
    assert "is in doubt: the network sees the other one" in shown
    assert "Whether the stated flank of A1 and" in shown.split("2 Encounters")[0]


def places(kind, *ends, strength):
    """Points of both photos as the core has them."""
    points = np.array(ends, np.float32).reshape(-1, 2, 2)
    return Correspondences(points[:, 0], points[:, 1], np.array(strength, np.float32), kind)


def drawn(query=5, overlap=None):
    """The figure of a pair of 100 x 50 pixel photos with one point that agrees."""
    crop = PhotoCrop(Box(0, 0, 100, 50), "")
    photos = {n: DossierPhoto(name, None, (), crop) for n, name in ((5, "A1"), (11, "B1"))}
    agreeing = places("rosette", [(10, 20), (60, 30)], strength=[0.9])
    comparison = Comparison(0.71, 24.5, 9.2, 0.0, 0.0, 0.28, (agreeing,), overlap)
    differing = overlap.discrepancies if overlap and overlap.registration != "outline" else None
    marks = SpeakingMarks((agreeing,), differing)
    return pair_figure(BestPair((5, 11), query, comparison, 4.8, marks), 18, photos)


@pytest.mark.parametrize(("query", "left", "right"), [(5, 0.1, 0.6), (11, 0.6, 0.1)])
def test_a_point_lies_in_its_own_photo_whichever_was_the_query(query, left, right):
    first, second = drawn(query=query).marks
    assert first.x == pytest.approx(left * PANE_WIDTH)
    assert second.x == pytest.approx(PANE_WIDTH + GAP + right * PANE_WIDTH)


def test_what_differs_has_letters_and_gives_way_to_nothing_that_agrees():
    differing = places("discrepancy", [(10.5, 20), (60.5, 30)], strength=[0.2])
    figure = drawn(overlap=Overlap(Source.ROSETTES, 0.8, 50, 0.9, differing))
    assert [(mark.kind, mark.label) for mark in figure.marks] == [("discrepancy", "a")] * 2
    assert "80 % of the smaller flank" in figure.words
    assert "1 place differs where all around agrees." in figure.words
    assert "Of these 2 places the strongest" in figure.words


def test_over_an_outline_nothing_is_said_to_differ():
    nothing = places("discrepancy", strength=[])
    figure = drawn(overlap=Overlap(Source.OUTLINE, 0.8, 50, 0.1, nothing))
    assert {mark.kind for mark in figure.marks} == {"rosette"}
    assert "by the body's outline only" in figure.words


@pytest.mark.parametrize("members", [0, 1])
def test_a_case_with_nothing_to_compare_has_a_dossier_too(client, seen, members):
    case = client.post("/api/v1/cases", json={"name": "one day"}).json()["id"]
    for _ in range(members):
        body = {"encounters": [seen(1, 1)]}
        client.post(f"/api/v1/cases/{case}/encounters", json=body)
    assert "there is nothing to compare" in page(client, case).text


def test_photos_that_wait_make_it_not_final(client, seen, opened, painted):
    a = seen(1, 1)
    files = [("files", ("more.jpg", painted(1, 7, taken="2020:01:01 22:00:05")))]
    client.post("/api/v1/photos", files=files, data={"station": "Ridge", "flank": "left"})
    assert "Not final. 1 photo is not ready yet" in page(client, opened(a)).text


def test_of_many_photos_the_best_are_shown_and_all_are_listed(client, painted, work, opened):
    data = [painted(1, n, taken=f"2020:01:01 22:00:0{n}") for n in range(8)]
    files = [("files", (f"{n}.jpg", one)) for n, one in enumerate(data)]
    form = {"station": "Ridge", "flank": "left"}
    made = client.post("/api/v1/photos", files=files, data=form).json()["files"]
    work()
    case = opened(made[0]["encounter_id"])
    (one,) = record(client, case)["content"]["encounters"]
    assert sum(photo["crop"] is not None for photo in one["photos"]) == 6
    shown = page(client, case).text
    assert all(hashlib.sha256(photo).hexdigest() in shown for photo in data)
    assert "2 photos are listed only." in shown


@pytest.mark.parametrize("address", ["/cases/9/dossier", "/api/v1/cases/9/dossier"])
def test_an_unknown_case_is_a_clear_error(client, address):
    answer = client.get(address, headers=HTML)
    assert answer.status_code == 404
    assert "no case 9" in answer.text.lower()


def test_a_page_and_its_json_are_written_by_name_or_number(app, client, seen, opened, tmp_path):
    case, components = opened(seen(1, 1), seen(1, 9)), app.state.components
    out, json_ = tmp_path / "d.html", tmp_path / "d.json"
    made = write(
        components[Dossiers],
        "Ustyurt 2018",
        Telling.SQUARES_33_KM,
        out,
        json_,
    )
    assert out.read_text().startswith("<!DOCTYPE html>")
    assert DossierOut.model_validate_json(json_.read_text()) == made
    assert (
        write(
            components[Dossiers],
            str(case),
            Telling.SQUARES_33_KM,
            out,
        ).digest
        == made.digest
    )


def test_a_file_that_cannot_be_written_or_a_case_that_is_not_there_is_said(app, client, tmp_path):
    components = app.state.components
    with pytest.raises(BadSettings, match="no folder"):
        write(
            components[Dossiers],
            "1",
            Telling.EXACT,
            tmp_path / "none" / "d.html",
        )
    for case in ("9", "Nobody"):
        with pytest.raises(NotFound, match=f"no case {case}"):
            write(
                components[Dossiers],
                case,
                Telling.EXACT,
                tmp_path / "d.html",
            )


@pytest.mark.slow
def test_the_command_writes_both_files(app, client, settings, tmp_path):
    with app.state.components[Database].write() as connection:
        case = cases.add(connection, "Ustyurt 2018")
        cases.put(connection, case.id, [encounters.named(connection, "a", None)], "ab")
    out, json_ = tmp_path / "d.html", tmp_path / "d.json"
    options = ["--out", str(out), "--json", str(json_), "--data-dir", str(settings.data_dir)]
    done = CliRunner().invoke(command_line, ["dossier", "Ustyurt 2018", *options])
    assert done.exit_code == 0, done.output
    digest = json.loads(json_.read_text())["digest"]
    assert digest in done.output
    assert digest in out.read_text()
