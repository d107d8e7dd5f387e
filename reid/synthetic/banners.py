"""Frames with a printed banner, in the manners of several makers of camera traps."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import cv2
import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from reid.synthetic.scenery import draw_scenery
from reid.types import Image

SIZES = ((1440, 1920), (1536, 2048), (1080, 1920), (960, 1280), (1200, 1600), (480, 640))
FROM, DAYS = datetime(2009, 1, 1), 6000  # noqa: DTZ001  a wall clock
AHEAD = 60  # days of a camera's season
Printer = Callable[[datetime, np.random.Generator], tuple[str, ...]]
"""Gives the pieces of a banner, from left to right."""


@dataclass(frozen=True, slots=True)
class BannerStyle:
    """How one camera prints. letters: "pixel", "round", "plotter" or "bold". tall: of a bar, as a
    share of the height; 0 prints over the picture. above: at the upper edge.
    """

    name: str
    pieces: Printer
    letters: str
    tall: float
    above: bool = False
    paper: tuple[int, int, int] = (0, 0, 0)
    ink: tuple[int, int, int] = (255, 255, 255)


@dataclass(frozen=True, slots=True)
class PaintedBanner:
    """A frame as a JPEG, of one camera, and the moment that is printed on it."""

    camera: str
    data: bytes
    moment: datetime


def painted_banners(count: int, seed: int) -> list[PaintedBanner]:
    """So many frames, the cameras in turns; each camera has one season and one size."""
    frames = []
    for number in range(count):
        style = STYLES[number % len(STYLES)]
        of_camera = np.random.default_rng((seed, 1, number % len(STYLES)))
        size = SIZES[of_camera.integers(len(SIZES))]
        start = FROM + timedelta(days=int(of_camera.integers(DAYS)))
        rng = np.random.default_rng((seed, 2, number))
        moment = start + timedelta(seconds=int(rng.integers(AHEAD * 86400)))
        image = painted(style, moment, size, rng)
        shown = moment if _has_seconds(style) else moment.replace(second=0)
        frames.append(PaintedBanner(style.name, _jpeg(image, rng), shown))
    return frames


def painted(
    style: BannerStyle, moment: datetime, size: tuple[int, int], rng: np.random.Generator
) -> Image:
    """(H, W, 3) uint8 RGB, a scenery by day or in the light of a flash under its banner."""
    height, width = size
    ground = cv2.resize(draw_scenery(rng, size=(height // 4, width // 4)), (width, height))
    grey = ground if ground.ndim == 3 else np.repeat(ground[..., None], 3, 2)
    tint = rng.uniform(0.8, 1.1, 3) if 6 <= moment.hour < 18 else np.full(3, rng.uniform(0.3, 0.9))
    image = np.clip(grey * tint + rng.normal(0, 3, (height, width, 1)), 0, 255).astype(np.uint8)
    pieces = style.pieces(moment, rng)
    tall = round((style.tall or 0.035) * height)
    top = 0 if style.above else height - tall
    canvas = Pillow.fromarray(image)
    if style.tall:
        ImageDraw.Draw(canvas).rectangle((0, top, width, top + tall), fill=style.paper)
    image = np.asarray(canvas, np.uint8).copy()
    _print(image, style, pieces, top, tall)
    return image


def _print(image: Image, style: BannerStyle, pieces: tuple[str, ...], top: int, tall: int) -> None:
    """The pieces over the width of the frame, with as much between them."""
    masks = [_letters(piece, style.letters, round(tall * 0.62)) for piece in pieces]
    width = image.shape[1]
    room = width - 2 * tall - sum(mask.shape[1] for mask in masks)
    step = max(tall // 2, room // max(1, len(masks) - 1))
    x = tall
    for mask in masks:
        mask = mask[:tall, : max(0, width - x)]
        y = top + (tall - mask.shape[0]) // 2
        part = image[y : y + mask.shape[0], x : x + mask.shape[1]]
        if not style.tall:  # letters over the picture have a dark edge
            dark = cv2.dilate(mask, np.ones((5, 5), np.uint8))[..., None] / 255.0
            part[:] = (part * (1 - 0.85 * dark)).astype(np.uint8)
        share = mask[..., None] / 255.0
        part[:] = np.round(part * (1 - share) + share * np.array(style.ink)).astype(np.uint8)
        x += mask.shape[1] + step


def _letters(text: str, kind: str, tall: int) -> Image:
    """(H, W) uint8 share of ink of a text, or of a moon where it says so."""
    if text.startswith("moon"):
        return _moon(int(text[4:]), tall)
    if kind == "pixel":
        return _by_font(text, ImageFont.load_default_imagefont(), tall, cv2.INTER_NEAREST)
    if kind == "round":
        return _by_font(text, ImageFont.load_default(size=tall), tall, cv2.INTER_AREA)
    face = cv2.FONT_HERSHEY_DUPLEX if kind == "bold" else cv2.FONT_HERSHEY_SIMPLEX
    thick = max(1, round(tall / (12 if kind == "plotter" else 9)))
    scale = cv2.getFontScaleFromHeight(face, round(tall * 0.78), thick)
    (width, height), below = cv2.getTextSize(text, face, scale, thick)
    mask = np.zeros((height + below + 2, width + 4), np.uint8)
    cv2.putText(mask, text, (2, height + 1), face, scale, 255, thick, cv2.LINE_AA)
    return mask


def _by_font(
    text: str, font: ImageFont.ImageFont | ImageFont.FreeTypeFont, tall: int, smooth: int
) -> Image:
    left, top, right, bottom = (round(side) for side in font.getbbox(text))
    canvas = Pillow.new("L", (right - left + 4, bottom - top + 4))
    ImageDraw.Draw(canvas).text((2 - left, 2 - top), text, fill=255, font=font)
    mask = np.asarray(canvas, np.uint8)
    scale = tall / mask.shape[0]
    if smooth == cv2.INTER_NEAREST:
        scale = max(1, round(scale))
    size = (max(1, round(mask.shape[1] * scale)), max(1, round(mask.shape[0] * scale)))
    return np.asarray(cv2.resize(mask, size, interpolation=smooth), np.uint8)


def _moon(phase: int, tall: int) -> Image:
    """A moon of eight phases."""
    mask = np.zeros((tall, tall), np.uint8)
    middle, radius = (tall // 2, tall // 2), round(tall * 0.4)
    cv2.circle(mask, middle, radius, 255, -1, cv2.LINE_AA)
    shift = round((phase - 4) / 4 * 2 * radius)
    if phase != 4:
        cv2.circle(mask, (middle[0] + shift, middle[1]), radius, 0, -1, cv2.LINE_AA)
        cv2.circle(mask, middle, radius, 255, max(1, tall // 20), cv2.LINE_AA)
    return mask


def _jpeg(image: Image, rng: np.random.Generator) -> bytes:
    out = io.BytesIO()
    Pillow.fromarray(image).save(out, "JPEG", quality=int(rng.integers(45, 95)))
    return out.getvalue()


def _has_seconds(style: BannerStyle) -> bool:
    sample = style.pieces(datetime(2017, 11, 23, 13, 41, 59), np.random.default_rng(0))  # noqa: DTZ001
    return any("59" in piece for piece in sample)


def _warm(rng: np.random.Generator, *, both: bool = False) -> str:
    celsius = int(rng.integers(-25, 40))
    return f"{round(celsius * 1.8 + 32)}°F {celsius}°C" if both else f"{celsius}°C"


def _moon_of(rng: np.random.Generator) -> str:
    return f"moon{rng.integers(8)}"


def _half(moment: datetime, *, seconds: bool = False, padded: bool = False) -> str:
    """A time of a clock with twelve hours."""
    hour = moment.hour % 12 or 12
    text = f"{hour:02}" if padded else f"{hour}"
    return text + moment.strftime(":%M:%S %p" if seconds else ":%M %p")


def _reconyx(moment: datetime, rng: np.random.Generator) -> tuple[str, ...]:
    shot = f"M {rng.integers(1, 11)}/10"
    first = f"{moment:%Y-%m-%d} {_half(moment, seconds=True)}  {shot}"
    return (first, _moon_of(rng), _warm(rng))


def _reconyx_24(moment: datetime, rng: np.random.Generator) -> tuple[str, ...]:
    return (f"{moment:%Y-%m-%d %H:%M:%S}  M 1/3", _moon_of(rng), _warm(rng))


def _bushnell(moment: datetime, rng: np.random.Generator) -> tuple[str, ...]:
    return ("Bushnell", _warm(rng, both=True), _moon_of(rng), f"{moment:%m-%d-%Y %H:%M:%S}")


def _browning(moment: datetime, rng: np.random.Generator) -> tuple[str, ...]:
    clock = _half(moment, padded=True).replace(" ", "")
    return (f"{moment:%m/%d/%Y} {clock}", _warm(rng, both=True), _moon_of(rng), "BROWNING CAM03")


def _cuddeback(moment: datetime, rng: np.random.Generator) -> tuple[str, ...]:
    day = f"{moment.month}/{moment.day}/{moment.year}"
    return ("CUDDEBACK", f"{day} {_half(moment)}", _warm(rng), _moon_of(rng), "H20 2")


def _moultrie(moment: datetime, rng: np.random.Generator) -> tuple[str, ...]:
    clock = _half(moment, padded=True).lower()
    return (_moon_of(rng), _warm(rng), f"{moment:%d %b %Y} {clock}".upper(), "MOULTRIECAM")


def _acorn(moment: datetime, rng: np.random.Generator) -> tuple[str, ...]:
    return ("Ltl Acorn", _moon_of(rng), _warm(rng, both=True), f"{moment:%d/%m/%Y %H:%M:%S}")


def _generic(moment: datetime, rng: np.random.Generator) -> tuple[str, ...]:
    del rng
    return (f"{moment:%d.%m.%Y %H:%M}",)


def _over_picture(moment: datetime, rng: np.random.Generator) -> tuple[str, ...]:
    return (f"{moment:%Y/%m/%d %H:%M:%S}", _warm(rng))


def _half_missing(moment: datetime, rng: np.random.Generator) -> tuple[str, ...]:
    """A clock with twelve hours that does not say which half of the day it is."""
    return (f"{moment:%Y-%m-%d} {moment.hour % 12 or 12:02}:{moment:%M:%S}", _warm(rng))


STYLES = (
    BannerStyle("Reconyx", _reconyx, "pixel", 0.03, above=True),
    BannerStyle("Reconyx, 24 hours", _reconyx_24, "pixel", 0.035, above=True),
    BannerStyle("Bushnell", _bushnell, "bold", 0.065),
    BannerStyle("Browning", _browning, "round", 0.05),
    BannerStyle("Cuddeback", _cuddeback, "round", 0.06, ink=(255, 230, 120)),
    BannerStyle("Moultrie, month by name", _moultrie, "bold", 0.06),
    BannerStyle("Acorn, day first", _acorn, "plotter", 0.06),
    BannerStyle(
        "white bar, no seconds", _generic, "round", 0.05, paper=(255, 255, 255), ink=(0, 0, 0)
    ),
    BannerStyle("over the picture", _over_picture, "bold", 0.0),
    BannerStyle("12 hours, half not printed", _half_missing, "plotter", 0.05),
)
"""The last one can never be read: nobody can tell morning from evening."""
