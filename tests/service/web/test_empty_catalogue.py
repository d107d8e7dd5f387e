"""Every page of a new catalogue is an ordinary page: nobody did anything wrong."""

from benchmarks.site_pages import NO_PAGES, paths


def test_every_page_without_a_number_opens_in_an_empty_catalogue(app, client):
    every = [path for path in {*paths(app), *NO_PAGES} if "{" not in path]
    answers = {path: client.get(path, headers={"accept": "text/html"}) for path in every}
    assert {path: answer.status_code for path, answer in answers.items() if answer.is_error} == {}
    assert len(every) > 30


def test_a_round_says_that_nothing_waits_and_what_to_do(client):
    page = client.get("/reviews/round", headers={"accept": "text/html"}).text
    assert "No blind pair waits" in page
    assert "Ask for reviews on the list of reviews" in page
    assert ">Mix them in" not in page


def test_what_nobody_may_mix_in_is_still_refused(client):
    form = {"share": "10", "seed": "1", "reviewer": "ann"}
    assert client.post("/reviews/round", data=form).json()["code"] == "nothing_to_hide_in"
    asked = client.post("/api/v1/reviews/round", json={"reviewer": "ann"})
    assert (asked.status_code, asked.json()["code"]) == (422, "nothing_to_hide_in")


def test_pairs_that_nobody_names_are_asked_for_and_one_encounter_is_no_pair(client):
    page = client.get("/reviews/put", headers={"accept": "text/html"})
    assert (page.status_code, "Two encounters at least make a pair" in page.text) == (200, True)
    assert client.get("/reviews/put?encounters=7").status_code == 422


def test_the_address_of_a_form_alone_leads_to_the_list_to_choose_from(client):
    for address, listed in (("/reviews/batch", "/reviews"), ("/clusters/preview", "/clusters")):
        answer = client.get(address, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, listed)
    assert client.get("/reviews/batch?act=close").status_code == 422
    assert client.get("/clusters/preview?what=case").status_code == 422
