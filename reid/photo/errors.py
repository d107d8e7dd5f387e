"""What is wrong with a photo, its box or its crop."""

from reid.errors import BadBox, ImageTooLarge, UnreadableImage, UnusableCrop


class DamagedPhoto(UnreadableImage):
    """The file says that it is a photo, and its bytes cannot be decoded."""

    message = "the photo is damaged: {why}"


class MorePixelsThanDecoded(ImageTooLarge):
    """The file claims a size that no camera has."""

    message = "the photo claims more pixels than we ever decode"


class TooManyPixels(ImageTooLarge):
    """The photo has more pixels than the settings allow."""

    message = (
        "the photo has {width} x {height} = {pixels:.1f} million pixels, the limit is {limit:.1f} "
        "million"
    )


class BoxIsNotFourNumbers(BadBox):
    """The text of a box cannot be read."""

    message = "a box is four numbers left, top, right, bottom such as 0.1,0.2,0.9,0.8; got {box}"


class BoxIsNotFinite(BadBox):
    """A corner of a box is infinite or no number."""

    message = "a box needs finite numbers, got {box}"


class BoxOutsidePhoto(BadBox):
    """No pixel of the photo lies in the box."""

    message = (
        "the box {x0:g}, {y0:g}, {x1:g}, {y1:g} is empty or lies outside the photo of {width} x "
        "{height} pixels"
    )


class CropTooSmall(UnusableCrop):
    """A side of the crop has too few pixels."""

    message = "the crop is {width} x {height} pixels; both sides need at least {least}"
