"""Pages of reviews without a browser: what they say, to whom, and what they refuse."""

from urllib.parse import quote

import pytest

HTML = {"accept": "text/html"}


@pytest.fixture
def pair(client, painted, work):
    """A blind pair of two embedded encounters."""
    for day in (1, 9):
        name, data = f"{day}.jpg", painted(1, day, taken=f"2020:01:{day:02} 22:00:00")
        form = {"station": "Ridge", "flank": "left"}
        client.post("/api/v1/photos", files=[("files", (name, data))], data=form)
    work()
    made = client.post("/api/v1/reviews", json={"encounters": [1, 2], "note": "one or two?"})
    return made.json()[0]["id"]


def named(client, name):
    client.cookies.clear()
    client.cookies.set("reviewer", quote(name))


def page(client, address):
    answer = client.get(address, headers=HTML)
    assert answer.status_code == 200, answer.text
    return answer.text


def send(client, address, **form):
    return client.post(address, data=form, headers=HTML, follow_redirects=False)


def answer(client, pair, observer, **form):
    named(client, observer)
    form = {"answer": "same", "certainty": "certain", "reviewer": observer, **form}
    return send(client, f"/reviews/{pair}/opinions", **form)


def test_a_blind_page_holds_no_word_of_others_or_the_machine(client, pair):
    assert answer(client, pair, "ab", answer="different", note="a secret").status_code == 303
    named(client, "ef")
    shown = page(client, f"/reviews/{pair}").split("<main", 1)[1].split("<footer", 1)[0]
    told = (
        "llr",
        "weight of evidence",
        "secret",
        "ab:",
        "verdict",
        "scale",
        "one or two?",
        'href="/encounters/',
        ".jpg",
    )
    marks = ('class="mark ', 'name="agree"', 'name="differ"', "Where they agree", "rosettes that")
    for word in (*told, *marks, "compared", 'name="model"'):
        assert word not in shown
    assert "outline only: places fit roughly" in shown
    listed = page(client, "/reviews").split("<table", 1)[1].split("</table", 1)[0]
    assert "different" not in listed
    answer(client, pair, "ef")
    told = page(client, f"/reviews/{pair}")
    for word in ("weight of evidence", "secret", "ab:", "one or two?", "The observers disagree"):
        assert word in told


def test_the_comparison_page_is_blind_as_long_as_the_review_is(client, pair):
    named(client, "ef")
    shown = page(client, "/compare?one=2&other=1")
    assert "under blind review" in shown
    assert f'href="/reviews/{pair}"' in shown
    main = shown.split("<main", 1)[1].split("<footer", 1)[0]
    for word in ("llr", 'class="mark ', 'name="agree"', ".jpg", "verdict"):
        assert word not in main
    opened = page(client, "/compare?one=2&other=1&open=1")
    assert "You opened a pair that is under blind review" in opened
    assert "llr" in opened
    answer(client, pair, "ef")
    assert "under blind review" not in page(client, "/compare?one=2&other=1")


def test_a_pair_that_is_not_blind_shows_the_llr_with_its_bound(client, pair):
    client.patch(f"/api/v1/reviews/{pair}", json={"blind": False})
    shown = page(client, f"/reviews/{pair}")
    assert 'name="llr"' in shown
    assert "; 0 says nothing" in shown
    assert "Same" in shown


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"certainty": ""}, "Say how certain"),
        ({"answer": "cannot_tell"}, "Say why"),
        ({"note": "x" * 5001}, "Note:"),
        ({"regions": "nonsense"}, "Marked places"),
        ({"reviewer": " "}, "Write your name"),
        ({"seconds": "soon"}, "numbers"),
    ],
)
def test_what_cannot_be_used_comes_back_as_it_was_typed(client, pair, form, words):
    client.cookies.clear()
    form = {"answer": "same", "certainty": "certain", "note": "kept", "reviewer": "ab", **form}
    refused = send(client, f"/reviews/{pair}/opinions", **form)
    assert refused.status_code == 422
    assert words in refused.text
    assert form["note"] in refused.text


def test_queue_says_what_waits_and_what_is_done(client, pair):
    named(client, "ab")
    assert "0 of 1 of yours today" in page(client, "/reviews")
    went = client.get("/reviews/next", headers=HTML, follow_redirects=False)
    assert went.headers["location"] == f"/reviews/{pair}"
    answer(client, pair, "ab")
    assert "1 of 1 of yours today" in page(client, "/reviews")
    assert "Nothing waits for you" in page(client, "/reviews")
    went = client.get("/reviews/next", headers=HTML, follow_redirects=False)
    assert went.headers["location"] == "/reviews"
    assert f"/reviews/{pair}" in page(client, "/reviews?whose=all&state=waiting&flank=left")
    assert "No pair fits" in page(client, "/reviews?whose=all&station=Well&page=x")


def test_acts_on_several_pairs_are_previewed_and_then_done(client, pair):
    shown = page(client, f"/reviews/batch?act=close&pair={pair}")
    assert f"Pairs it concerns: {pair}" in shown
    assert send(client, "/reviews/batch", act="close", pair=pair).status_code == 303
    assert "1 pair stays as it is" in page(client, f"/reviews/batch?act=close&pair={pair}")
    send(client, "/reviews/batch", act="reopen", pair=pair)
    send(client, "/reviews/batch", act="third", pair=pair)
    send(client, "/reviews/batch", act="seen", pair=pair)
    got = client.get(f"/api/v1/reviews/{pair}").json()["review"]
    assert (got["state"], got["needed"], got["blind"]) == ("waiting", 3, False)
    refused = client.get("/reviews/batch?act=close", headers=HTML)
    assert (refused.status_code, "tick at least one" in refused.text) == (422, True)


@pytest.mark.parametrize(
    ("address", "form"),
    [
        ("/reviews/batch", {"act": "close", "pair": "9" * 20}),
        ("/reviews/batch", {"act": "apply", "pair": "1"}),
        ("/reviews/settling", {"pair": "9" * 20}),
        ("/clusters/reviews", {"pair": "5"}),
        ("/conflicts?page=" + "9" * 5000, None),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(client, pair, address, form):
    refused = send(client, address, **form) if form else client.get(address, headers=HTML)
    assert refused.status_code == 422
    got = client.get(f"/api/v1/reviews/{pair}").json()["review"]
    assert (got["state"], got["blind"]) == ("waiting", True)


def test_pairs_of_encounters_and_of_a_case_are_put_up_after_a_preview(client, pair):
    client.post("/api/v1/cases", json={"name": "Ustyurt"})
    client.post("/api/v1/cases/1/encounters", json={"encounters": [1, 2]})
    shown = page(client, "/reviews/put?case=1&needed=2&blind=1")
    assert "stay as they are: 1" in shown
    assert "New pairs: 0" in shown
    client.patch(f"/api/v1/reviews/{pair}", json={"closed": True})
    assert "opened again: 1" in page(client, "/reviews/put?encounters=1,+2")
    assert send(client, "/reviews/put", encounters="1, 2", reviewer="cu").status_code == 303
    assert client.get("/api/v1/reviews").json()["total"] == 1
    assert client.get("/reviews/put?encounters=1,99", headers=HTML).status_code == 422
    assert "Two encounters at least make a pair" in page(client, "/reviews/put")
    assert send(client, "/reviews/put", encounters="", reviewer="cu").status_code == 422


def test_settled_pairs_are_applied_after_a_preview(client, pair):
    for name in ("ab", "ef"):
        answer(client, pair, name)
    shown = page(client, f"/reviews/settling?pair={pair}")
    assert "1 new identity" in shown
    assert "2 encounters get an identity" in shown
    went = client.get(f"/reviews/batch?act=apply&pair={pair}", headers=HTML, follow_redirects=False)
    assert went.headers["location"] == f"/reviews/settling?pair={pair}"
    digest = shown.split('name="digest" value="', 1)[1].split('"', 1)[0]
    stale = send(client, "/reviews/settling", digest="other", reviewer="cu")
    assert (stale.status_code, "not what you looked at" in stale.text) == (409, True)
    done = send(client, "/reviews/settling", digest=digest, pair=pair, reviewer="cu")
    assert done.headers["location"] == "/reviews/settling?done=2"
    assert "There is nothing to apply" in page(client, "/reviews/settling?done=2")


def test_agreement_is_shown_beside_what_was_published(client, pair):
    shown = page(client, "/reviews/agreement")
    assert "No two observers" in shown
    assert "12.5 %" in shown
    for name in ("ab", "ef"):
        answer(client, pair, name)
    shown = page(client, "/reviews/agreement")
    assert "ab, ef" in shown
    assert "not defined" in shown


def test_a_round_needs_pairs_to_hide_among_and_says_how_many(client, pair):
    shown = page(client, "/reviews/round?share=50&seed=1")
    assert "known ones to add: 1" in shown
    assert "no more pairs" in shown
    assert send(client, "/reviews/round", share=50, seed=1).status_code == 303


def test_pages_carry_no_code(client, pair):
    answer(client, pair, "<b>x</b>", note="<script>alert(1)</script>")
    for address in ("/reviews", "/reviews?whose=all", f"/reviews/{pair}", "/reviews/agreement"):
        shown = page(client, address)
        assert "<script>alert" not in shown
        assert "<b>x" not in shown
        assert " style=" not in shown


@pytest.mark.parametrize(
    ("address", "form"),
    [
        ("/reviews/put", {"encounters": "1,2"}),
        ("/reviews/batch", {"act": "close", "pair": ["1"]}),
        ("/reviews/round", {"share": "10", "seed": "1"}),
        ("/clusters/reviews", {"pair": ["1,2"]}),
    ],
)
def test_a_name_typed_on_a_form_is_in_the_next_one(client, pair, address, form):
    client.cookies.clear()
    assert send(client, address, **form, reviewer="Aigül").status_code == 303
    assert 'id="reviewer" name="reviewer" maxlength="100" required value="Aigül"' in page(
        client, f"/reviews/{pair}"
    )
