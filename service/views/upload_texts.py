"""What the modules of the upload write: the page hands it to them as JSON."""

from service.languages import gettext as _
from service.views.advice import advice
from service.views.records import STATE_WORDS, state_word


def upload_texts() -> dict[str, object]:
    """The texts of static/upload.js, file-row.js and send.js; `{name}` is filled in there."""
    codes = ("unreadable_image", "no_photo_accepted", "image_too_large", "too_large")
    return {
        "advice": {
            **{code: advice(code) for code in (*codes, "unusable_crop")},
            "connection": _("Check that the service runs, and send it again."),
        },
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
