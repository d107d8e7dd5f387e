"""How a reviewer looks at the comparison page; all of it stands in the address."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from urllib.parse import urlencode

from service.views.drawing import MAX_ZOOM, Sight

MAX_TONE = 300
MIN_TONE = 30


@dataclass(frozen=True, slots=True)
class Look:
    """Fields are query parameters of the same name; a default is left out of the address.

    candidate: rank on the shortlist, from 1. photo: annotation shown left, 0 for the one that
    speaks. lines, dots, rosette, rootsift, discrepancy, every: what is drawn. zoom, x, y: see
    `Sight`. brightness, contrast: percent.
    """

    candidate: int = 1
    photo: int = 0
    lines: bool = True
    dots: bool = True
    rosette: bool = True
    rootsift: bool = True
    discrepancy: bool = True
    every: bool = False
    zoom: float = 1.0
    x: float = 0.5
    y: float = 0.5
    brightness: int = 100
    contrast: int = 100

    @property
    def sight(self) -> Sight:
        """The part of both photos that is seen."""
        return Sight(self.zoom, self.x, self.y)

    @property
    def hidden(self) -> str:
        """CSS classes of what is switched off."""
        kinds = ("lines", "dots", "rosette", "rootsift", "discrepancy")
        return " ".join(f"no-{kind}" for kind in kinds if not getattr(self, kind))

    def url(self, **changes: float) -> str:
        """The query string of this look with some changes: "?candidate=2&lines=0" or "?"."""
        other = replace(self, **changes)  # type: ignore[arg-type]
        changed = {
            field.name: _text(getattr(other, field.name))
            for field in fields(Look)
            if getattr(other, field.name) != field.default
        }
        return "?" + urlencode(changed)


def parse(query: Mapping[str, str]) -> Look:
    """Read an address; what makes no sense is taken as its default or the nearest limit."""
    return Look(
        candidate=int(_number(query, "candidate", 1, 1, 1000)),
        photo=int(_number(query, "photo", 0, 0, 2**31 - 1)),
        lines=_flag(query, "lines", default=True),
        dots=_flag(query, "dots", default=True),
        rosette=_flag(query, "rosette", default=True),
        rootsift=_flag(query, "rootsift", default=True),
        discrepancy=_flag(query, "discrepancy", default=True),
        every=_flag(query, "every", default=False),
        zoom=_number(query, "zoom", 1, 1, MAX_ZOOM),
        x=_number(query, "x", 0.5, 0, 1),
        y=_number(query, "y", 0.5, 0, 1),
        brightness=int(_number(query, "brightness", 100, MIN_TONE, MAX_TONE)),
        contrast=int(_number(query, "contrast", 100, MIN_TONE, MAX_TONE)),
    )


def _number(
    query: Mapping[str, str], name: str, default: float, least: float, most: float
) -> float:
    try:
        value = float(query.get(name, default))
    except ValueError:
        return default
    return min(most, max(least, value)) if value == value else default


def _flag(query: Mapping[str, str], name: str, *, default: bool) -> bool:
    return {"0": False, "1": True}.get(query.get(name, ""), default)


def _text(value: float) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
