"""The time that a camera printed on a photo, read from its pixels; nothing that is unsure is given.

RapidOCR reads the letters; it is installed by the extra `banner` and needs no network.
"""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from itertools import pairwise
from typing import Any

import cv2
import numpy as np

from reid.errors import MissingExtra
from reid.photo.banner_text import NOTHING, BannerTime, parse
from reid.photo.printed import printed_bars
from reid.threads import cores
from reid.types import Image

FROM_PIXELS = "read from pixels"  # source of a time, wherever it is shown
EDGE = 0.1  # of the height, at each edge without a bar, where print may stand over the picture
SURE = 0.9  # least score of every word of date and time
PRINT = 60.0  # grey levels from the bar's own
LEAST_HEIGHT = 7  # pixels of a letter
WORDS_APART = 0.45  # of the height of a line: a gap between words
WIDER = 1.8  # than the usual gap between letters, where a font sets them far apart
PHRASES_APART = 1.6
MARGIN = 0.2
MOST_WORDS = 40  # of a strip; what holds more is no banner

Span = tuple[int, int, int, int]
"""Left, top, right, bottom of letters, in pixels of a strip."""


@dataclass(frozen=True, slots=True)
class PrintedWord:
    """Letters that were read. score: how sure the reader is, in [0, 1]."""

    text: str
    score: float


@dataclass(frozen=True, slots=True)
class BannerReading:
    """What was read of date and time. text: the words around them; "" where nothing is sure."""

    text: str = ""
    time: BannerTime = NOTHING


UNREAD = BannerReading()


def can_read() -> bool:
    """Whether the extra is installed."""
    return find_spec("rapidocr") is not None and find_spec("onnxruntime") is not None


def read_banner(image: Image) -> BannerReading:
    """Date and time printed on a whole, upright photo, (H, W, 3) uint8 RGB.

    Read are the printed bars, and the upper and lower tenth where there is no bar. Raises
    MissingExtra without the reader.
    """
    reader = _reader()
    height = image.shape[0]
    bars = printed_bars(image)
    for bar in bars:
        strip = _rows(image, bar.y0, bar.y1)
        if (reading := _read_lines(reader, strip, _lines_of_bar(strip))).text:
            return reading
    tenth = round(EDGE * height)
    edges = [(0, tenth), (height - tenth, height)]
    for top, bottom in edges:
        if not any(bar.y0 < bottom and bar.y1 > top for bar in bars):
            strip = _rows(image, top, bottom)
            if (reading := _read_lines(reader, strip, reader.lines(strip))).text:
                return reading
    return UNREAD


class LetterReader:
    """RapidOCR with the models of its wheel."""

    def __init__(self) -> None:
        """Raises MissingExtra."""
        try:
            from rapidocr import RapidOCR
        except ImportError as error:
            needs = "RapidOCR and onnxruntime"
            raise MissingExtra(feature="reading banners", needs=needs, extra="banner") from error
        threads = int(os.environ.get("OMP_NUM_THREADS", "0")) or cores()
        self._engine = RapidOCR(
            params={
                "Global.log_level": "error",
                "Global.text_score": 0.0,  # what is unsure is refused here, and not left out there
                "Det.limit_type": "max",
                "Det.limit_side_len": 1280,
                "Global.width_height_ratio": -1,
                "EngineConfig.onnxruntime.intra_op_num_threads": threads,
            }
        )

    def word(self, picture: Image) -> PrintedWord:
        """One line of letters."""
        result = self._engine(_bgr(picture), use_det=False, use_cls=False, use_rec=True)
        texts, scores = result.txts or ("",), result.scores or (0.0,)
        return PrintedWord(str(texts[0]), float(scores[0]))

    def lines(self, strip: Image) -> list[list[Span]]:
        """Words that stand over a picture, line by line."""
        result = self._engine(_bgr(strip), use_det=True, use_cls=False, use_rec=False)
        corners = () if result.boxes is None else result.boxes
        words = [_around(np.asarray(four)) for four in corners]
        return _in_lines(words)


def _around(corners: Any) -> Span:  # noqa: ANN401  (4, 2) of a library without types
    (x0, y0), (x1, y1) = np.floor(corners.min(0)), np.ceil(corners.max(0))
    return (int(x0), int(y0), int(x1), int(y1))


@lru_cache(maxsize=1)
def _reader() -> LetterReader:
    return LetterReader()


def _rows(image: Image, top: float, bottom: float) -> Image:
    return np.ascontiguousarray(image[int(top) : int(bottom)])


def _bgr(picture: Image) -> Image:
    return np.ascontiguousarray(picture[:, :, ::-1])


def _read_lines(
    reader: LetterReader, strip: Image, lines: Sequence[Sequence[Span]]
) -> BannerReading:
    """Every line is read by its words and once more by its phrases; both must say the same."""
    if sum(map(len, lines)) > MOST_WORDS:
        return UNREAD
    phrases = [
        (phrase, reader.word(_cut(strip, phrase))) for line in lines for phrase in _phrases(line)
    ]
    useful = [(words, whole) for words, whole in phrases if _may_tell(whole.text)]
    if not any(":" in whole.text for _, whole in useful):
        return UNREAD
    text, scores, condensed = "", [], ""
    for words, whole in useful:
        for span in words:
            word = reader.word(_cut(strip, [span]))
            text += word.text + " "
            scores += [min(word.score, whole.score)] * (len(word.text) + 1)
        condensed += _condensed(whole.text) + " "
    time = parse(text)
    for start, end in time.spans:
        if min(scores[start:end]) < SURE or _condensed(text[start:end]) not in condensed:
            return UNREAD
    return BannerReading(text.strip(), time) if time.moments else UNREAD


def _may_tell(text: str) -> bool:
    """Whether a phrase may hold a part of a date or of a time."""
    return sum(letter.isdigit() for letter in text) >= 3 or text.strip(" .").upper() in ("AM", "PM")


def _condensed(text: str) -> str:
    return text.replace(" ", "")


def _cut(strip: Image, words: Sequence[Span]) -> Image:
    """The part of a strip around words, with a margin."""
    x0, y0 = min(w[0] for w in words), min(w[1] for w in words)
    x1, y1 = max(w[2] for w in words), max(w[3] for w in words)
    margin = max(2, round(MARGIN * (y1 - y0)))
    part = strip[max(0, y0 - margin) : y1 + margin, max(0, x0 - margin) : x1 + margin]
    return np.ascontiguousarray(part)


def _phrases(line: Sequence[Span]) -> list[list[Span]]:
    """Words of a line that stand close together."""
    phrases = [[line[0]]]
    height = max(word[3] - word[1] for word in line)
    for one, other in pairwise(line):
        if other[0] - one[2] > PHRASES_APART * height:
            phrases.append([])
        phrases[-1].append(other)
    return phrases


def _lines_of_bar(strip: Image) -> list[list[Span]]:
    """Words on a plain bar, line by line."""
    grey = cv2.cvtColor(strip, cv2.COLOR_RGB2GRAY).astype(np.float32)
    level = float(np.median(grey))
    ink = np.abs(grey - level) >= PRINT
    lines = []
    for top, bottom in _runs(ink.any(1), 1):
        if bottom - top < LEAST_HEIGHT:
            continue
        columns = ink[top:bottom].any(0)
        gap = max(WORDS_APART * (bottom - top), WIDER * _usual_gap(columns))
        words = _runs(columns, round(gap))
        lines.append([(left, top, right, bottom) for left, right in words])
    return [line for line in lines if line]


def _usual_gap(columns: Any) -> float:  # noqa: ANN401  (N,) bool
    """Columns between letters, median."""
    steps = np.diff(np.flatnonzero(columns))
    gaps = steps[steps > 1]
    return float(np.median(gaps)) if len(gaps) else 0.0


def _runs(marked: Any, gap: int) -> list[tuple[int, int]]:  # noqa: ANN401  (N,) bool
    """Runs of marked places; a gap of fewer than `gap` places belongs to the run."""
    places = np.flatnonzero(marked)
    if not len(places):
        return []
    ends = np.flatnonzero(np.diff(places) > gap)
    starts = [places[0], *places[ends + 1]]
    return [(int(a), int(b) + 1) for a, b in zip(starts, [*places[ends], places[-1]], strict=True)]


def _in_lines(words: Iterable[Span]) -> list[list[Span]]:
    """Words from left to right, those of one height in one line."""
    lines: list[list[Span]] = []
    for word in sorted(words, key=lambda word: word[1] + word[3]):
        middle = (word[1] + word[3]) / 2
        if lines and lines[-1][0][1] <= middle <= lines[-1][0][3]:
            lines[-1].append(word)
        else:
            lines.append([word])
    return [sorted(line) for line in lines]
