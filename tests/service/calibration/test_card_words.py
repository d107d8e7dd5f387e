"""Texts of cards are said in the language of a page by their figures, or marked as English."""

import json
import tomllib

import pytest

from benchmarks.untranslated import PageTexts
from reid.training.release import TRAINED_ON
from reid.weights import default_folder
from service.calibration.card_words import data_of_test, fitted_on, trained_on

WEIGHTS = default_folder()
CARDS = sorted(WEIGHTS.glob("*.toml"))


def seen_as_english(markup):
    """What the check of untranslated texts reads of a text."""
    return PageTexts(str(markup)).found - {""}


@pytest.mark.parametrize("path", [p for p in CARDS if "trained_on" in p.read_text()], ids=str)
def test_what_a_released_network_learned_from_is_a_text_of_the_program(path):
    card = tomllib.loads(path.read_text())
    assert "lang" not in trained_on(card["trained_on"])
    assert trained_on(card["trained_on"]) == TRAINED_ON


@pytest.mark.parametrize("path", sorted(WEIGHTS.glob("evidence*.toml")), ids=str)
def test_what_a_released_calibrator_was_fitted_and_tested_on_is_said_by_its_figures(path):
    card = tomllib.loads(path.read_text())
    words = fitted_on(card["fitted_on"])
    assert "lang" not in words
    assert f"{card['individuals']} animals" in words
    test = json.loads(path.with_name(f"{path.stem}.tested.json").read_text())
    assert "lang" not in data_of_test(test["data"])
    assert f"{test['individuals']} animals" in data_of_test(test["data"])


def test_figures_stand_in_the_sentences_with_the_separators_of_the_page():
    text = "synthetic survey, 1 animals, 2146 photos as they are and degraded, seed 2"
    words = "simulated survey, 1 animal, 2,146 photos as they are and degraded, seed 2"
    assert fitted_on(text) == words
    assert data_of_test("synthetic:300:31, 4900 pairs of encounters") == (
        "simulated survey, 300 animals, seed 31, 4,900 pairs of encounters"
    )
    text = (
        "rosette@6, then 1200 photographs of 40 individuals; private photographs, not for release"
    )
    assert trained_on(text) == (
        "rosette@6, then 1,200 photos of 40 individuals; private photos, not for release"
    )


def test_a_folder_in_a_test_is_code_and_no_prose():
    words = data_of_test("../data/<b>, 12 pairs of encounters")
    assert words == "<code>../data/&lt;b&gt;</code>, 12 pairs of encounters"


@pytest.mark.parametrize("words", [trained_on, fitted_on, data_of_test])
def test_any_other_text_is_shown_as_it_is_and_marked_as_english(words):
    assert words("a <i>survey</i>") == '<span lang="en">a &lt;i&gt;survey&lt;/i&gt;</span>'
    assert seen_as_english(words("a survey")) == set()


def test_no_card_is_said_in_the_language_of_the_page():
    assert fitted_on(None) == "not stated on a card"
