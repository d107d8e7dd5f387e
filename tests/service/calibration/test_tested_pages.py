"""What the test of a calibrator adds to a case: a place, a table, advice; and movement as prior."""

from dataclasses import replace
from itertools import combinations_with_replacement

import numpy as np
import pytest
from fake_embedder import CALIBRATOR, FakeEmbedder
from starlette.testclient import TestClient

from benchmarks.untranslated import PageTexts
from reid.evidence.tested import Settling, Tested, TestedStratum, write_tested
from reid.types import Grade
from service.app import create_app
from service.calibration.tested_view import LEFT, RIGHT, WIDTH, share, tippett
from service.recognition.engine import Engine, Recognition

HTML = {"accept": "text/html"}
GENUINE, IMPOSTOR = (
    tuple(np.linspace(*ends, 101).round(4).tolist()) for ends in ((-1, 3), (-3, 1))
)
STRATUM = TestedStratum("all", (400, 1200), 0.31, 0.29, (17, 1600), GENUINE, IMPOSTOR)
TESTED = Tested(
    calibrator="calibrated@1",
    data="animals that were made up",
    command="scripts/none.py",
    date="2026-01-02",
    individuals=90,
    strata=(STRATUM,),
    settling=tuple(
        Settling(one, other, 1, 400, 1200, 0.9, 0.8)
        for one, other in combinations_with_replacement(Grade, 2)
    ),
)


@pytest.fixture
def app(settings, tmp_path):
    """A service whose calibrator was tested and makes so little of photos that pairs stay open."""
    write_tested(tmp_path / "calibrated@1.tested.json", TESTED)
    settings = settings.model_copy(update={"weights_dir": tmp_path})
    weak = Recognition(FakeEmbedder(), replace(CALIBRATOR, factor=0.02))
    made = create_app(settings, load=lambda _: weak)
    with TestClient(made):
        made.state.components[Engine].preload()
    return made


@pytest.fixture
def opened(client, painted, work):
    """opened(flank, flank) -> address of a case of two encounters of one animal."""

    def make(*flanks, size=(320, 160), **fields):
        ids = []
        for n, flank in enumerate(flanks):
            photo = painted(1, n, size=size, taken=f"2020:01:0{n + 1} 22:00:00")
            form = {"station": "Ridge", "flank": flank}
            made = client.post("/api/v1/photos", files=[("files", ("a.jpg", photo))], data=form)
            ids.append(made.json()["files"][0]["encounter_id"])
        work()
        case = client.post("/api/v1/cases", json={"name": "Ustyurt", **fields}).json()["id"]
        client.post(f"/api/v1/cases/{case}/encounters", json={"encounters": ids})
        return f"/cases/{case}"

    return make


def report(client, case):
    answer = client.get(f"/api/v1{case}/report")
    assert answer.status_code == 200, answer.text
    return answer.json()


def in_plain_words(words):
    """What the API says, as the pages say it."""
    return words.replace("an llr of", "a weight of evidence of")


def pages(client, case):
    """The page of a case, and its dossier."""
    return [client.get(address, headers=HTML).text for address in (case, f"{case}/dossier")]


def test_an_open_pair_has_an_interval_a_place_and_advice_on_both_pages(client, opened):
    case = opened("left", "left", size=(280, 140))
    (pair,) = report(client, case)["pairs"]
    low, high = pair["interval"]
    assert low <= pair["llr"] <= high
    assert pair["verdict"] == "inconclusive"
    assert pair["grades"] == ["poor", "poor"]
    assert pair["place"]["genuine"] == pytest.approx((3 - pair["llr"]) / 4, abs=0.01)
    assert pair["place"]["impostor"] == pytest.approx((1 - pair["llr"]) / 4, abs=0.01)
    assert pair["why_nothing"] == ""
    assert pair["settle"][0]["settling"]["genuine"] == 400
    for shown in pages(client, case):
        assert shown.count('<figure class="tippett">') == 1
        assert f"{pair['place']['genuine']:.0%}".replace("%", " %") in shown
        assert "What would settle it" in shown
        assert in_plain_words(pair["settle"][0]["words"]) in shown
        data = '<span lang="en">animals that were made up</span>'
        assert f"Tested on 2026-01-02 on {data} (90 individuals)" in shown
        assert "17 of 1,600" in shown


def test_where_flanks_differ_the_photo_that_is_missing_is_named(client, opened):
    case = opened("left", "right")
    (pair,) = report(client, case)["pairs"]
    assert (pair["verdict"], pair["place"]) == ("not comparable", None)
    wanted = {(some["encounters"][0], some["flanks"][0]) for some in pair["settle"]}
    one, other = pair["encounters"]
    assert wanted == {(one, "right"), (other, "left")}
    for shown in pages(client, case):
        assert '<figure class="tippett">' not in shown
        assert "of the right flank of A" in shown


def test_the_record_holds_the_test_that_its_page_draws(client, opened):
    content = client.get(f"/api/v1{opened('left', 'left')}/dossier").json()["content"]
    assert content["tested"]["strata"][0]["genuine"] == list(GENUINE)
    assert content["tested"]["settling"][0]["same"] == 0.9


def test_movement_stays_apart_until_the_case_asks_for_it_as_a_prior(client, opened):
    case = opened("left", "left", together=0.4)
    before = report(client, case)
    (pair,) = before["pairs"]
    assert (pair["space_time"]["prior"], pair["total"]) == (None, pair["llr"])
    assert client.patch(f"/api/v1{case}", json={"movement_prior": True}).json()["movement_prior"]
    after = report(client, case)
    assert after["pairs"][0]["space_time"]["prior"] == 0.0  # one station says nothing
    assert after["partitions"] == before["partitions"]
    page, rounded = pages(client, case)
    exact = client.get(f"{case}/dossier?positions=exact", headers=HTML).text
    for shown in (page, exact):
        assert "as part of its prior" in shown
        assert "From movement" in shown
    assert "which are part of the prior of this case, are left out here" in rounded


def test_the_form_of_a_case_switches_movement_on_and_off(client, opened):
    case = opened("left", "left")
    for ticked in (True, False):
        form = {"together": "0.5", **({"movement_prior": "true"} if ticked else {})}
        client.post(f"{case}/edit", data=form, headers=HTML, follow_redirects=False)
        assert report(client, case)["case"]["movement_prior"] is ticked


def test_a_calibrator_without_a_test_is_said_to_have_none(client, opened, tmp_path):
    (tmp_path / "calibrated@1.tested.json").unlink()
    case = opened("left", "left")
    (pair,) = report(client, case)["pairs"]
    assert (pair["settle"], pair["place"]) == ([], None)
    for shown in pages(client, case):
        assert "This calibrator has no test results" in shown
        assert "nothing says which photos would settle it" in shown


def test_the_plot_shows_the_whole_of_both_curves_and_the_mark_in_its_interval():
    place = TESTED.place(0.5, ())
    plot = tippett(STRATUM, place, 0.5, (0.2, 0.9), 2.0)
    assert plot.band[0] < plot.mark < plot.band[0] + plot.band[1]
    assert plot.thresholds[0] < plot.mark < plot.thresholds[1]
    for curve in (plot.genuine, plot.impostor):
        x, y = np.array([point.split(",") for point in curve.split()], float).T
        assert (np.diff(x) >= 0).all()
        assert (np.diff(y) >= 0).all()
        assert (x[0], x[-1]) == (LEFT, WIDTH - RIGHT)
    assert "62 % of 400 tested pairs of the same animal, 12 % of 1,200" in plot.words


def test_no_share_is_said_finer_than_the_quantiles_tell():
    assert [share(one) for one in (0.0, 0.004, 0.5, 0.999)] == [
        "under 1 %",
        "under 1 %",
        "50 %",
        "over 99 %",
    ]


def test_free_texts_of_a_test_and_a_card_are_marked_as_english_on_russian_pages(
    client, opened, tmp_path
):
    card = 'fitted_on = "<b>leopards</b> of 2025"\nlicense = "none"\n'
    (tmp_path / "calibrated@1.toml").write_text(card)
    case = opened("left", "left")
    report(client, case)
    headers = {**HTML, "accept-language": "ru"}
    shown = client.get(case, headers=headers).text
    record = client.get(f"{case}/dossier", headers=headers).text
    for page in (shown, record):
        assert '<span lang="en">animals that were made up</span>' in page
        assert "<code>scripts/none.py</code>" in page
    marked = '<span lang="en">&lt;b&gt;leopards&lt;/b&gt; of 2025</span>'
    assert record.count(marked) == 2
    assert not {text for text in PageTexts(record).found if "leopards" in text or "made up" in text}
