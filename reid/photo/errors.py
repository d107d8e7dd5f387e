"""What is wrong with a photo, its box or its crop."""

from reid.errors import BadBox, ImageTooLarge, UnreadableImage, UnusableCrop
from reid.sentences import Sentence


class DamagedPhoto(UnreadableImage, message="the photo is damaged: {why}"): ...


class DamagedAtUnknownPlace(
    UnreadableImage, message="the photo is damaged, and nobody can tell up to where it is right"
): ...


class OtherFormat(
    UnreadableImage, code="other_format", message="this kind of file is not read"
): ...


class BitmapNotRead(
    OtherFormat, message="this is a BMP picture: save it as PNG, or upload the camera's JPEG"
): ...


class GifNotRead(
    OtherFormat, message="this is a GIF picture: upload the camera's JPEG, or a PNG of one frame"
): ...


class PdfNotRead(
    OtherFormat, message="this is a PDF document: upload the photos in it as JPEG or PNG"
): ...


class TiffNotRead(
    OtherFormat, message="this is a TIFF picture: save it as PNG or as JPEG of high quality"
): ...


class RawNotRead(
    OtherFormat, message="this is a raw photo: upload the JPEG beside it, or develop it to JPEG"
): ...


class VideoNotRead(
    OtherFormat, message="this is a video: save single frames as JPEG, and upload these"
): ...


class ZipNotRead(
    OtherFormat, message="this is a packed archive: unpack it, and upload the photos in it"
): ...


class HeicReaderMissing(
    OtherFormat,
    message="this is a HEIC photo, and the package pi-heif that reads it is not installed: install "
    "it, or save the photo as JPEG",
): ...


class FileOfASystem(
    OtherFormat,
    message="this is a hidden file of an operating system or a network drive and no photo: leave "
    "it out",
): ...


class MorePixelsThanDecoded(
    ImageTooLarge, message="the photo claims more pixels than we ever decode"
): ...


class PixelsWithoutBytes(
    UnreadableImage,
    message="the header claims {width} x {height} pixels, which {bytes} bytes cannot hold",
): ...


class TooManyScans(
    UnreadableImage, message="the photo comes in more than {most} scans: no camera writes that"
): ...


class TooManyPixels(
    ImageTooLarge,
    message="the photo has {width} x {height} = {pixels:.1f} million pixels, the limit is "
    "{limit:.1f} million",
): ...


class LostPart(
    Sentence,
    code="damaged",
    message="the file is damaged: {percent} % of the photo could not be read and is left out",
):
    """percent: of its pixels."""


class LostSomewhere(
    Sentence,
    code="damaged",
    message="the file is damaged: nobody can tell which part of the photo is wrong",
): ...


class BoxInDamagedPart(
    UnusableCrop,
    code="damaged",
    message="the box lies in the damaged part of the photo, which could not be read",
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
