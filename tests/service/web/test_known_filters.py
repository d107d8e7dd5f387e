"""A filter that does not exist is an error on pages, too: a page that says what is possible."""

import pytest

HTML = {"accept": "text/html"}
PAGES = {
    "/encounters": ("state", "waiting, decided, failed and all"),
    "/questions": ("state", "open, followed, dismissed and all"),
    "/reviews": ("source", "suggested, asked, known and conflict"),
    "/catalogue": ("flank", "left, right, both, no-left and no-right"),
    "/clusters": ("who", "unidentified"),
}


@pytest.mark.parametrize("path", PAGES)
def test_a_filter_that_does_not_exist_is_named_with_those_that_do(client, path):
    name, possible = PAGES[path]
    answer = client.get(path, params={name: "nonsense"}, headers=HTML)
    assert answer.status_code == 422
    assert "This could not be used" in answer.text
    for words in ("nonsense", name, possible.split(",")[0]):
        assert words in answer.text
    assert client.get(path, params={name: ""}, headers=HTML).status_code == 200


@pytest.mark.parametrize("path", [path for path in PAGES if path != "/clusters"])
def test_a_parameter_that_a_page_does_not_have_is_named_with_those_that_it_has(client, path):
    answer = client.get(path, params={"nonsense": "1"}, headers=HTML)
    assert answer.status_code == 422
    assert "No parameter nonsense here" in answer.text
    assert "page" in answer.text


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/reviews", "whose"),
        ("/reviews", "flank"),
        ("/encounters", "flank"),
        ("/catalogue", "sort"),
    ],
)
def test_every_filter_of_a_list_is_looked_at(client, path, name):
    answer = client.get(path, params={name: "nonsense"}, headers=HTML)
    assert (answer.status_code, "nonsense" in answer.text) == (422, True)


def test_links_of_the_pages_lead_to_filters_that_exist(client):
    for path in PAGES:
        links = client.get(path, headers=HTML).text.split('href="')[1:]
        for link in {one.split('"')[0].replace("&amp;", "&") for one in links}:
            if "?" in link:
                assert client.get(link, headers=HTML).status_code in {200, 303}, link
