"""What can be the name of an individual."""

import pytest

from reid.interchange.individual_names import (
    NameStandsForNobody,
    NameWithHiddenCharacters,
    fit_name,
    name_of,
    searchable,
)


@pytest.mark.parametrize("text", ["NA", "None", "NaN", "unknown", "____", " n/a ", "NULL", "  "])
def test_what_stands_for_nobody_in_a_table_is_no_name(text):
    assert name_of(text) == ""
    with pytest.raises(NameStandsForNobody):
        fit_name(text)


@pytest.mark.parametrize("hidden", ["\u200b", "\u202e", "\ufeff", "\u200d", "\x07", "\u2066"])
def test_characters_that_nobody_sees_are_named_and_refused(hidden):
    with pytest.raises(NameWithHiddenCharacters, match=f"U.{ord(hidden):04X}"):
        fit_name(f"L0{hidden}01")


def test_a_name_is_kept_composed_and_with_single_spaces():
    assert fit_name("ne\u0301e") == fit_name("n\u00e9e") == "n\u00e9e"
    assert fit_name("  Ayu \u00a0 the  old ") == "Ayu the old"


@pytest.mark.parametrize("name", ["l001", "=1+1", "\u0411\u0430\u0440\u0441 7", "Naomi", "Nana"])
def test_other_names_stay_as_they_are(name):
    assert fit_name(name) == name


def test_names_are_looked_up_without_case_accents_or_form():
    assert searchable("NE\u0301E") == searchable("n\u00e9e") == searchable("nee") == "nee"
