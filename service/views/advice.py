"""What a person can do about an error code, in one sentence."""

ADVICE = {
    "unreadable_image": "Copy it again from the card, as JPEG, PNG or WebP.",
    "image_too_large": "Save it with fewer pixels, or cut out the animal, and upload that.",
    "unusable_crop": "Cut the flank out of a photo with more pixels, or give a larger box.",
    "bad_box": "Give the box as left, top, right, bottom, in pixels or as shares from 0 to 1.",
    "embed_failed": "Upload the photo once more; the log of the worker says why it failed.",
    "worker_died": "Upload a smaller version; this one stopped the worker several times.",
    "not_found": "It may have been typed wrongly, or belong to another catalogue.",
    "nothing_chosen": "Go back and choose one.",
    "bad_number": "Go back and write a number such as 3.",
    "bad_time": "Write the time like 2019-03-01T19:49:36.",
    "conflict": "Look at the newest decision, then decide again.",
    "invalid_request": "Go back, correct the field, and send the form again.",
    "bad_input": "Go back, correct the field, and send the form again.",
    "too_large": "Send fewer files at once.",
    "too_many_files": "Send fewer files at once.",
    "no_photo_accepted": "Choose at least one JPEG, PNG or WebP photo.",
    "cross_origin": "Open the page from this service itself and try again.",
    "forbidden": "Ask an admin for another role, or go back.",
    "weak_password": "Go back and choose a longer one.",
    "wrong_login": "Go back and type it again.",
    "too_many_attempts": "Wait, then try again.",
    "unknown_model": "The network's weights are missing from this installation; see the README.",
    "checksum_mismatch": "The weights are not the released ones: install them again.",
    "embedding_mismatch": "Start a worker with the present model, which embeds the photos again.",
    "internal_error": "Try once more; if it happens again, the service's log says what failed.",
}


def advice(code: str | None) -> str:
    """What to do about an error code; empty for codes that speak for themselves."""
    return ADVICE.get(code or "", "")
