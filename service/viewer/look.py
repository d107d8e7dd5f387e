"""How a reviewer looks at photos side by side; all of it stands in the address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from urllib.parse import urlencode

from service.photos.pictures import APPEARANCES
from service.viewer.drawing import MAX_ZOOM, Sight

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
    a: int = 0
    b: int = 0
    overlay: bool = False
    fade: int = 50
    lock: bool = True
    agree: bool = True
    differ: bool = True
    every: bool = False
    seen: str = ""
    zoom: float = 1.0
    x: float = 0.5
    y: float = 0.5
    brightness: int = 100
    contrast: int = 100

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


def _changed(look: Look | PairLook) -> dict[str, str]:
    """Query parameters of what is not as usual."""
    return {
        field.name: _text(getattr(look, field.name))
        for field in fields(look)
        if field.name not in {"path", "keep"} and getattr(look, field.name) != field.default
    }


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


def parse_pair(
    query: Mapping[str, str], *, path: str = "/compare", keep: Sequence[tuple[str, str]] = ()
) -> PairLook:
    """The same for two encounters; `path` and `keep` are those of the page that shows them."""
    appearance = query.get("seen", "")
    return PairLook(
        path=path,
        keep=tuple(keep),
        a=int(_number(query, "a", 0, 0, 2**31 - 1)),
        b=int(_number(query, "b", 0, 0, 2**31 - 1)),
        overlay=_flag(query, "overlay", default=False),
        fade=int(_number(query, "fade", 50, 0, 100)),
        lock=_flag(query, "lock", default=True),
        agree=_flag(query, "agree", default=True),
        differ=_flag(query, "differ", default=True),
        every=_flag(query, "every", default=False),
        seen=appearance if appearance in APPEARANCES else "",
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


def _text(value: float | str) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
