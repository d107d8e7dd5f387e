"""Whether a network knows from where an animal is seen: photos that a person judged by eye."""

import csv
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from reid.errors import ReidError
from reid.evaluation.data.photos import MAX_PIXELS
from reid.photo import crop, images
from reid.types import Crop, Flank

TABLE = Path(__file__).parents[1] / "data" / "labelled_views.csv"
VIEWS = ("front", "oblique-front", "side", "oblique-rear", "rear")
"""In the order of `LookOutput.view`."""


class NoLabelledViews(
    ReidError,
    message="no photo of {folder!r} is labelled with a view; give names of data sets, not paths: "
    "{known}",
): ...


class LabelledView(NamedTuple):
    """folder: the data set; path: of the photo in it. flank: UNKNOWN where none of them is seen."""

    folder: str
    path: str
    view: str
    flank: Flank


class EstimatedView(NamedTuple):
    """view: one of VIEWS. right: probability that the right flank is seen."""

    view: str
    right: float


@dataclass(frozen=True, slots=True)
class ViewCheck:
    """What was estimated of the labelled photos of one or more data sets.

    table: how often a label was estimated as what. Views as right: of all photos. Signs as right:
    of the photos labelled oblique and estimated as turned at all, whether front or rear is nearer;
    turned: how many these are, of oblique. Sides as right: of the photos with a flank.
    """

    table: Counter[tuple[str, str]]
    photos: int
    views: int
    oblique: int
    turned: int
    signs: int
    flanks: int
    sides: int

    def as_text(self) -> str:
        """The counts, and the table with a row for each label."""
        lines = [
            f"the right one of five views {self.views}/{self.photos}",
            f"front or rear of oblique ones {self.signs}/{self.oblique}, "
            f"of those estimated as turned {self.signs}/{self.turned}",
            f"side {self.sides}/{self.flanks}",
            f"{'label':14}" + "".join(f"{view:>14}" for view in VIEWS),
        ]
        for label in VIEWS:
            counts = "".join(f"{self.table[label, view]:14}" for view in VIEWS)
            lines.append(f"{label:14}{counts}")
        return "\n".join(lines)


def labelled_views(folders: Sequence[str]) -> list[LabelledView]:
    """The labelled photos of these data sets. Raises NoLabelledViews for a set without one."""
    with TABLE.open(newline="", encoding="utf-8") as file:
        every = [
            LabelledView(row["folder"], row["path"], row["view"], Flank(row["flank"] or "unknown"))
            for row in csv.DictReader(file)
        ]
    known = sorted({label.folder for label in every})
    for folder in folders:
        if folder not in known:
            raise NoLabelledViews(folder=folder, known=", ".join(known))
    return [label for label in every if label.folder in folders]


def check_views(
    labels: Sequence[LabelledView], data: Path, estimate: Callable[[Crop], EstimatedView]
) -> ViewCheck:
    """data: the folder in which the data sets lie."""
    estimates = [estimate(_whole(data / label.folder / label.path)) for label in labels]
    pairs = list(zip(labels, estimates, strict=True))
    oblique = [(_nearer(a.view), _nearer(b.view)) for a, b in pairs if a.view.startswith("oblique")]
    sided = [(a, b) for a, b in pairs if a.flank is not Flank.UNKNOWN]
    return ViewCheck(
        table=Counter((label.view, estimated.view) for label, estimated in pairs),
        photos=len(pairs),
        views=sum(label.view == estimated.view for label, estimated in pairs),
        oblique=len(oblique),
        turned=sum(bool(nearer) for _, nearer in oblique),
        signs=sum(label == nearer for label, nearer in oblique),
        flanks=len(sided),
        sides=sum((a.flank is Flank.RIGHT) == (b.right > 0.5) for a, b in sided),
    )


def _nearer(view: str) -> str:
    """The end of the animal that is nearer: front, rear, or nothing seen from the side."""
    return view.rpartition("-")[2] if view != "side" else ""


def _whole(path: Path) -> Crop:
    image = images.decode(path.read_bytes(), max_pixels=MAX_PIXELS)
    return crop.cut(image, Flank.UNKNOWN)
