"""Why an export is refused."""

from reid.errors import BadSettings, InputError


class NoSuchForm(BadSettings, message="no form {form} can be exported: name some of {forms}"): ...


class MediaHoldPositions(
    BadSettings,
    message="photo files hold positions and times in their EXIF: export them with exact positions, "
    "or without --media",
): ...


class NoSuchDesign(
    BadSettings, message="Camtrap DP knows no sampling design {design}: name one of {designs}"
): ...


class TooManyDraws(
    InputError,
    message="{draws} draws are too many for a page; at most {limit}: use leopard-reid export",
): ...
