"""Texts of the rows of chosen photos on the upload page; `{name}` is filled in by the browser."""

from typing import Any

from reid.types import Flank
from service.web.languages import gettext as _
from service.web.words import flank_word


def upload_row_texts() -> dict[str, Any]:
    """Texts of static/photos/chosen-photo.js, clock-errors.js, upload-boxes.js and upload.js."""
    return {
        "row": {
            "of": {
                "station": _("Station of %(file)s") % {"file": "{file}"},
                "camera": _("Camera of %(file)s") % {"file": "{file}"},
                "flank": _("Flank of %(file)s") % {"file": "{file}"},
                "boxes": _("Boxes of %(file)s") % {"file": "{file}"},
                "remove": _("Leave out %(file)s") % {"file": "{file}"},
            },
            "station": _("Station"),
            "camera": _("Camera"),
            "noTime": _("its time is read after sending"),
            "takes": _("as for all: %(flank)s") % {"flank": "{flank}"},
            "fileTime": _("%(time)s by the file") % {"time": "{time}"},
            "stated": _("%(time)s by the table") % {"time": "{time}"},
            "corrected": _("%(time)s corrected") % {"time": "{time}"},
            "boxes": {
                "none": _("Draw boxes"),
                "drawn": _("Boxes: %(number)s") % {"number": "{number}"},
                "table": _("Box: %(box)s") % {"box": "{box}"},
                **{f"flank_{flank.value}": flank_word(flank.value) for flank in Flank},
            },
        },
        "sendAgain": _("Send it again"),
        "chosen": _("Photos: %(photos)s, stations: %(stations)s.")
        % {"photos": "{photos}", "stations": "{stations}"},
        "without": _("Without a station: %(number)s.") % {"number": "{number}"},
        "table": {
            "read": _("Lines read: %(number)s") % {"number": "{number}"},
            "ignored": _("not read: %(columns)s") % {"columns": "{columns}"},
        },
        "drawing": {"box": _("Box %(number)s") % {"number": "{number}"}},
        "boxes": {
            "confirm": _("Look at the proposed box"),
            "draw": _("Draw a box"),
            "look": _("Photos whose boxes need a look: %(number)s") % {"number": "{number}"},
        },
        "clock": _clock_texts(),
        "stay": _("Keep this page open until everything is sent."),
        "close": _("Everything is sent: you may close this page."),
        "left": _("About %(number)s minutes left.") % {"number": "{number}"},
        "soon": _("Less than a minute left."),
    }


def _clock_texts() -> dict[str, str]:
    return {
        "label": _("Clock error of %(camera)s") % {"camera": "{camera}"},
        "anyCamera": _("camera as in the files"),
        "bad": _("Write ± days h:min, such as +0 1:30."),
        "shown": _("Photos: %(number)s, %(times)s") % {"number": "{number}", "times": "{times}"},
        "done": _("Clock of %(camera)s corrected, photos: %(number)s.")
        % {"camera": "{camera}", "number": "{number}"},
        "failed": _("The clock of %(camera)s was not corrected: %(why)s")
        % {"camera": "{camera}", "why": "{why}"},
    }
