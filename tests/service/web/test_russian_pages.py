"""Pages of identities, clusters, reviews and accounts hold no English text when read in Russian."""

import re

from logged_in import account, browser_of, token

from benchmarks.untranslated import english

RUSSIAN = {"accept": "text/html", "accept-language": "ru"}
NAMES = re.compile(
    r"\b(leopard|Firefox|test|reid|Panthera|pardus|Uma|Kali|Ridge|Farhadinia|Ewens|SHA-256|JSON|testclient|ab|cd|ef|Two|script|single|Linux"
    r"|English|Français|Authorization|Bearer|lr_|Cohen|Fleiss|Everitt|Johansson|et|al|fake"
    r"|JPEG|PNG|WebP|HEIC|AVIF|calibrated@1|[0-9a-f]{64}|llr|UTC|Cllr|Enter|Escape|Shift|Tab|log10|SHA|jpg|e\d|testclient|stationless|CSV|Delete)\b"
    r"|\{station\}/\{camera\}|: file_name, station, camera, [a-z, ]+;"
)
"""What is not translated: names, symbols, keys, and the columns of a table."""


ADDRESSES = (
    *("/catalogue", "/catalogue?q=nobody", "/identities/1", "/identities/2", "/conflicts"),
    *("/identities/1/merge", "/identities/1/merge?other=2"),
    *("/identities/1/split", "/identities/1/split?suggest=1"),
    "/identities/1/split?preview=1&e1=0&e2=1&name1=Two",
    *("/compare?one=1&other=3", "/compare", "/compare-with?identity=1"),
    *("/compare-with?encounter=4", "/clusters", "/clusters?who=all", "/clusters?flank=right"),
    *("/clusters/preview?what=identities&chosen=4,5", "/clusters/preview?what=reviews&best=9"),
    *("/clusters/preview?what=case&chosen=4,5", "/reviews", "/reviews?whose=all&state=all"),
    *("/reviews/1", "/reviews/2", "/reviews/3", "/reviews/agreement", "/reviews/settling"),
    *("/reviews/put?encounters=1,2,3&needed=2&blind=1", "/reviews/round?share=10&seed=1"),
    "/reviews/batch?act=close&pair=1",
    *("/login", "/account", "/accounts", "/", "/encounters", "/encounters/4", "/cases/1"),
    *("/cases/1/dossier", "/identities/1?said=2"),
)


def test_no_text_of_the_review_room_is_english_in_russian(client, filled):
    found = {}
    for address in ADDRESSES:
        client.cookies.set("reviewer", "ab")
        page = client.get(address, headers=RUSSIAN)
        assert (address, page.status_code) == (address, 200)
        found[address] = english(page.text, NAMES)
    assert {address: texts for address, texts in found.items() if texts} == {}


def test_no_text_of_the_accounts_is_english_in_russian(app, client):
    number = account(app, "ab", "admin")
    account(app, "cd")
    token(app, number)
    browser = browser_of(app, number)
    for address in ("/account", "/accounts", "/catalogue", "/reviews", "/login"):
        page = browser.get(address, headers=RUSSIAN)
        assert (address, english(page.text, NAMES)) == (address, set())
