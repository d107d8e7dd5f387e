"""What a file may say of the place and of whom to call: a coarse area, one line each."""

import re

from reid.interchange.individual_names import hidden_in
from reid.signatures.errors import AreaTooFine, NoSuchArea, NoSuchContact

LONGEST = 60  # letters of an area
CONTACT = 200  # letters of a contact
CELL = re.compile(r"([NS])(\d\d)([EW])(\d{3})")
FINE = re.compile(r"\d[.,]\d|[°'\u2032\u2033]|\d{4,}|[NS]\s*\d|[EW]\s*\d|\d\s*[NSEWnsew]\b")


def area_of(text: str) -> str:
    """An area as it is passed on: a name, or the south-western corner of a cell of one degree.

    Raises AreaTooFine for what reads like a position, NoSuchArea for no area at all.
    """
    area = " ".join(text.split())
    if cell := CELL.fullmatch(area):
        if int(cell[2]) >= 90 or int(cell[4]) >= 180:
            raise NoSuchArea(most=LONGEST)
        return area
    if FINE.search(area):
        raise AreaTooFine(area=area)
    if not area or not is_line(area, LONGEST):
        raise NoSuchArea(most=LONGEST)
    return area


def contact_of(text: str) -> str:
    """Whom to call, as it is passed on; may be empty."""
    contact = " ".join(text.split())
    if not is_line(contact, CONTACT):
        raise NoSuchContact(most=CONTACT)
    return contact


def is_line(text: object, most: int) -> bool:
    """Whether this is a text of one line without characters that nobody sees."""
    if not isinstance(text, str) or len(text) > most:
        return False
    return not hidden_in(text)
