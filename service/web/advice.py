"""What a person can do about an error code, in one sentence."""

from reid.errors import ReidError
from service.web.languages import N_
from service.web.languages import gettext as _
from service.web.sentences import in_full

ADVICE = {
    "unreadable_image": N_("Copy it again from the card, as JPEG, PNG, WebP, HEIC or AVIF."),
    "image_too_large": N_("Save it with fewer pixels, or cut out the animal, and upload that."),
    "damaged": N_("Copy the photo again from the card; draw the box in the part that is right."),
    "unusable_crop": N_("Cut the flank out of a photo with more pixels, or give a larger box."),
    "bad_box": N_("Give the box as left, top, right, bottom, in pixels or as shares from 0 to 1."),
    "embed_failed": N_("Upload the photo once more; the log of the worker says why it failed."),
    "worker_died": N_("Upload a smaller version; this one stopped the worker several times."),
    "not_found": N_("It may have been typed wrongly, or belong to another catalogue."),
    "nothing_chosen": N_("Go back and choose one."),
    "unknown_parameter": N_("Go to the list and choose one of its filters."),
    "bad_number": N_("Go back and write a number such as 3."),
    "bad_time": N_("Write the time like 2019-03-01T19:49:36."),
    "bad_clock": N_("Go back, say what is known of the clock, and look at the preview."),
    "conflict": N_("Reload the page, look at what is recorded now, then try again."),
    "invalid_request": N_("Go back, correct the field, and send the form again."),
    "bad_input": N_("Go back, correct the field, and send the form again."),
    "too_large": N_("Send fewer files at once."),
    "too_many_files": N_("Send fewer files at once."),
    "no_photo_accepted": N_("Choose at least one JPEG, PNG, WebP, HEIC or AVIF photo."),
    "cross_origin": N_("Open the page from this service itself and try again."),
    "forbidden": N_("Ask an admin for another role, or go back."),
    "weak_password": N_("Go back and choose a longer one."),
    "wrong_login": N_("Go back and type it again."),
    "too_many_attempts": N_("Wait, then try again."),
    "too_many_requests": N_("Nothing was changed. Wait, then reload this page."),
    "unknown_model": N_(
        "The network's weights are missing from this installation; see the README."
    ),
    "checksum_mismatch": N_("The weights are not the released ones: install them again."),
    "embedding_mismatch": N_(
        "Start a worker with the present model, which analyses the photos again."
    ),
    "internal_error": N_("Try once more; if it happens again, the service's log says what failed."),
}


def advice(code: str | None) -> str:
    """What to do about an error code; empty for codes that speak for themselves."""
    return _(ADVICE.get(code or "", ""))


def trouble(error: ReidError) -> str:
    """Why the machine has no answer, and what to do about it."""
    return f"{in_full(error)} {advice(error.code)}"
