"""Cells of CSV files in a spreadsheet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reid.interchange.cells import FORMULA, for_spreadsheet, from_spreadsheet
from reid.interchange.writing.sheets import Sheet, as_csv


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "'=1", "\uff1d1+1"]
)
def test_a_text_that_would_be_computed_is_marked(text):
    written = for_spreadsheet(text)
    assert not written.startswith(FORMULA)
    assert from_spreadsheet(written) == text


@pytest.mark.parametrize("value", ["L001", "-2.48", "+3", "", 5, -1.5, None, "'s-Hertogenbosch"])
def test_other_values_and_numbers_stay_as_they_are(value):
    assert for_spreadsheet(value) == value


def test_a_heading_is_no_formula_either():
    assert as_csv(Sheet("a.csv", ("=cmd", "x"), (("+cmd", -1),))) == "'=cmd,x\n'+cmd,-1\n"


@given(st.text(alphabet="=+-@'\t a1.", max_size=6))
def test_what_was_written_is_read_again(text):
    assert from_spreadsheet(for_spreadsheet(text)) == text
