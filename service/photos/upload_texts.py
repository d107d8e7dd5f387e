"""What the modules of the upload write: the page hands it to them as JSON."""

from service.photos.view import STATE_WORDS, state_word
from service.web.advice import advice
from service.web.languages import ENGLISH, language
from service.web.languages import gettext as _


def upload_texts() -> dict[str, object]:
    """The texts of static/upload.js, file-row.js and send.js; `{name}` is filled in there."""
    codes = ("unreadable_image", "image_too_large", "too_large", "unusable_crop", "bad_time")
    return {
        "advice": {
            **{code: advice(code) for code in codes},
            "no_photo_accepted": advice("unreadable_image"),  # a file is sent by itself
            "connection": _("Check that the service runs, and send it again."),
        },
        "reasons": {} if language() == ENGLISH else _reasons(),
        "states": {state: state_word(state) for state in STATE_WORDS},
        "known": _("%(state)s (was known already)") % {"state": "{state}"},
        "waits": _("waits"),
        "sending": _("Sending %(file)s") % {"file": "{file}"},
        "encounter": _("Encounter %(number)s") % {"number": "{number}"},
        "answered": _("the service answered %(status)s") % {"status": "{status}"},
        "unreachable": _("the service cannot be reached"),
        "progress": _("%(sent)s of %(all)s sent, %(embedded)s of %(kept)s embedded")
        % {name: "{" + name + "}" for name in ("sent", "all", "embedded", "kept")},
        "problems": _("cannot be used: %(number)s") % {"number": "{number}"},
        "finished": _("Finished."),
        "go": _("Go to the waiting encounters"),
    }


def _reasons() -> dict[str, str]:
    """What is wrong, by error code: the sentence of the service itself is English."""
    unreadable = _("not a JPEG, PNG or WebP photo, or damaged")
    return {
        "unreadable_image": unreadable,
        "no_photo_accepted": unreadable,
        "image_too_large": _("the photo has too many pixels or bytes"),
        "too_large": _("the photo has too many pixels or bytes"),
        "unusable_crop": _("The crop is too small to say anything about identity."),
        "bad_time": _(
            "The time is not ISO 8601, such as 2019-03-01T19:49:36 or 2019-03-01T19:49:36+06:00."
        ),
        "internal_error": _("an error of the service itself; its log says which"),
    }
