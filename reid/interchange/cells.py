"""Text in the cells of a CSV file that a spreadsheet may open: no text is a formula there."""

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What begins a formula; the last four are = + - @ as wide as Chinese letters."""
MARK = "'"


def for_spreadsheet(value: object) -> object:
    """A value as it is written: text that a spreadsheet would compute gets a mark in front.

    Numbers, also those in text, stay as they are. `from_spreadsheet` takes the mark away.
    """
    if not isinstance(value, str) or not value.lstrip(MARK).startswith(FORMULA):
        return value
    return value if _is_number(value) else MARK + value


def from_spreadsheet(text: str) -> str:
    """Text as it was before it was written."""
    marked = text.startswith(MARK) and text.lstrip(MARK).startswith(FORMULA)
    return text[1:] if marked else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
