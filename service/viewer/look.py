"""How a reviewer looks at photos side by side; all of it stands in the address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, TypeVar
from urllib.parse import urlencode

from service.photos.pictures import APPEARANCES
from service.viewer.drawing import MAX_ZOOM, Sight

MAX_TONE = 300
MIN_TONE = 30
NUMBERS = 2**31 - 1

T = TypeVar("T", bound=float)


def _limited(default: T, least: float, most: float) -> T:
    """A field whose value in an address is moved to the nearest limit."""
    return field(default=default, metadata={"limits": (least, most)})


@dataclass(frozen=True, slots=True)
class Look:
    """Fields are query parameters of the same name; a default is left out of the address.

    candidate: rank on the shortlist, from 1. photo: annotation shown left, 0 for the one that
    speaks. lines (on demand), dots, rosette, rootsift, discrepancy, every: what is drawn. zoom, x,
    y: see `Sight`. brightness, contrast: percent.
    """

    candidate: int = _limited(1, 1, 1000)
    photo: int = _limited(0, 0, NUMBERS)
    lines: bool = False
    dots: bool = True
    rosette: bool = True
    rootsift: bool = True
    discrepancy: bool = True
    every: bool = False
    zoom: float = _limited(1, 1, MAX_ZOOM)
    x: float = _limited(0.5, 0, 1)
    y: float = _limited(0.5, 0, 1)
    brightness: int = _limited(100, MIN_TONE, MAX_TONE)
    contrast: int = _limited(100, MIN_TONE, MAX_TONE)

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
        return "?" + urlencode(_changed(replace(self, **changes)))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class PairLook:
    """The same for two encounters side by side.

    path: of the page that shows them. keep: what else stands in its address.
    a, b: annotations shown, 0 for the pair that comes first. overlay: one photo laid over the
    other, of which `fade` percent show the second. lock: zoom and pan go through the registration.
    agree, differ, every: marks that are drawn. seen: "", "contrast" or "infrared".
    """

    path: str = "/compare"
    keep: tuple[tuple[str, str], ...] = ()
    a: int = _limited(0, 0, NUMBERS)
    b: int = _limited(0, 0, NUMBERS)
    overlay: bool = False
    fade: int = _limited(50, 0, 100)
    lock: bool = True
    agree: bool = True
    differ: bool = True
    every: bool = False
    seen: str = ""
    zoom: float = _limited(1, 1, MAX_ZOOM)
    x: float = _limited(0.5, 0, 1)
    y: float = _limited(0.5, 0, 1)
    brightness: int = _limited(100, MIN_TONE, MAX_TONE)
    contrast: int = _limited(100, MIN_TONE, MAX_TONE)

    @property
    def sight(self) -> Sight:
        """The part of the first photo that is seen."""
        return Sight(self.zoom, self.x, self.y)

    @property
    def hidden(self) -> str:
        """CSS classes of what is switched off."""
        return " ".join(f"no-{kind}" for kind in ("agree", "differ") if not getattr(self, kind))

    def url(self, **changes: float | str) -> str:
        """The address of this look with some changes: "/compare?one=3&other=7&a=12"."""
        other = replace(self, **changes)  # type: ignore[arg-type]
        query = urlencode([*self.keep, *_changed(other).items()])
        return f"{self.path}?{query}" if query else self.path


def parse(query: Mapping[str, str]) -> Look:
    """Read an address; what makes no sense is taken as its default or the nearest limit."""
    return Look(**_read(Look, query))


def parse_pair(
    query: Mapping[str, str], *, path: str = "/compare", keep: Sequence[tuple[str, str]] = ()
) -> PairLook:
    """The same for two encounters; `path` and `keep` are those of the page that shows them."""
    appearance = query.get("seen", "")
    seen = appearance if appearance in APPEARANCES else ""
    return PairLook(path=path, keep=tuple(keep), seen=seen, **_read(PairLook, query))


def _changed(look: Look | PairLook) -> dict[str, str]:
    """Query parameters of what is not as usual."""
    return {
        parameter.name: _text(getattr(look, parameter.name))
        for parameter in fields(look)
        if parameter.name not in {"path", "keep"}
        and getattr(look, parameter.name) != parameter.default
    }


def _read(look: type[Look | PairLook], query: Mapping[str, str]) -> dict[str, Any]:
    """The switches and the numbers of a look."""
    values: dict[str, Any] = {}
    for parameter in fields(look):
        text: str = query.get(parameter.name, "")
        usual: Any = parameter.default
        if "limits" in parameter.metadata:
            number = _number(text, usual, *parameter.metadata["limits"])
            values[parameter.name] = int(number) if parameter.type is int else number
        elif isinstance(usual, bool):
            values[parameter.name] = {"0": False, "1": True}.get(text, usual)
    return values


def _number(text: str, default: float, least: float, most: float) -> float:
    try:
        value = float(text or default)
    except ValueError:
        return default
    return min(most, max(least, value)) if value == value else default


def _text(value: float | str) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
