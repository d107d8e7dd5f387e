"""Long lists, page by page."""

from dataclasses import dataclass

from service.web.parameters import whole_number


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a list. total: entries of the whole list; shown: those on this page."""

    total: int
    number: int
    pages: int
    shown: slice


def list_page(total: int, number: int, size: int) -> ListPage:
    """The page of this number, from 1; the last one where there are not so many."""
    pages = max(1, -(-total // size))
    number = min(max(1, number), pages)
    return ListPage(total, number, pages, slice((number - 1) * size, number * size))


def page_number(text: str) -> int:
    """The page that an address names; the first one for what is no number."""
    return whole_number(text) or 1
