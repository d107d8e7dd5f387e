"""What is wrong with a photo, its box or its crop."""

from reid.errors import BadBox, ImageTooLarge, UnreadableImage, UnusableCrop


class DamagedPhoto(UnreadableImage, message="the photo is damaged: {why}"): ...


class MorePixelsThanDecoded(
    ImageTooLarge, message="the photo claims more pixels than we ever decode"
): ...


class TooManyPixels(
    ImageTooLarge,
    message="the photo has {width} x {height} = {pixels:.1f} million pixels, the limit is "
    "{limit:.1f} million",
): ...


class BoxIsNotFourNumbers(
    BadBox,
    message="a box is four numbers left, top, right, bottom such as 0.1,0.2,0.9,0.8; got {box}",
): ...


class BoxIsNotFinite(BadBox, message="a box needs finite numbers, got {box}"): ...


class BoxOutsidePhoto(
    BadBox,
    message="the box {x0:g}, {y0:g}, {x1:g}, {y1:g} is empty or lies outside the photo of {width} "
    "x {height} pixels",
): ...


class BoxBeyondOne(
    BadBox,
    message="the box {x0:g}, {y0:g}, {x1:g}, {y1:g} reaches over the photo as shares from 0 to 1, "
    "and is too small in pixels",
): ...


class CropTooSmall(
    UnusableCrop, message="the crop is {width} x {height} pixels; both sides need at least {least}"
): ...
