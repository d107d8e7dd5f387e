"""A day in the review room in real browsers, by keyboard alone: nothing that was typed is lost.

The same steps as benchmarks/day.py, on a small catalogue and with the fake embedder.
"""

import inspect
import re
from contextlib import ExitStack, contextmanager

import day_steps
import pytest
from day_stage import lost, staged, undone_or_lost
from day_steps import CURATOR, OTHER, PEOPLE, ROLES, STEPS, Day
from logged_in import account

from service.accounts import admission
from service.store import accounts, decisions, identities
from service.store.database import Database
from service.store.decisions import NewDecision

VISITS = {"Asu": (1, 9), "Bek": (2, 17), "Cholpon": (3, 8, 20), "Dina": (4, 22)}
"""Days on which each animal was seen; the last one waits for a person."""


@pytest.fixture
def truth(site):
    """Encounter -> animal; all but the last encounter of each are decided."""
    found = {}
    for seed, (animal, days) in enumerate(VISITS.items(), start=1):
        for place, day in enumerate(days):
            number = site.encounter(seed, day=day, views=(place,), named="" if place else animal)
            if 0 < place < len(days) - 1:
                with site.components[Database].write() as connection:
                    same = NewDecision("same", identities.by_name(connection, animal))
                    decisions.add(connection, number, same)
            found[number] = animal
    return found


@contextmanager
def window(browser):
    """A browser of one person's own; a script error fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page, complaints = context.new_page(), []
    page.set_default_timeout(20_000)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


def test_a_day_in_the_review_room_loses_nothing(browser, site, truth):
    database = site.components[Database]
    stage = staged(database, truth, joining=1, share=10)
    for name, role in ROLES.items():
        account(site.app, name, role)

    def shut_out(name):
        with database.read() as connection:
            number = accounts.named(connection, name).id
        admission.shut_out(database, number)

    with ExitStack() as stack:
        pages = {name: stack.enter_context(window(browser)) for name in PEOPLE}
        day = Day(site.url, pages, database, truth, stage, shut_out)
        for step in STEPS:
            assert step(day)
    assert len(day.pairs) == 7  # six asked for, one known
    assert [answer.observer for answer in day.answers].count(OTHER) == 7
    assert day.survived == 1
    assert lost(database, day.answers) == []
    assert undone_or_lost(database, stage, CURATOR, day.changes) == []


def test_the_steps_of_the_day_use_no_mouse():
    by_hand = (
        r"\.(click|dblclick|check|fill|focus|hover|select_option|set_checked|tap|drag_to|mouse)\b"
    )
    assert re.findall(by_hand, inspect.getsource(day_steps)) == []
