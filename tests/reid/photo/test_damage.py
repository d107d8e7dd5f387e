"""A damaged photo is used up to its damage, and says so; what nobody can notice is not claimed."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from reid.errors import ImageTooLarge, UnreadableImage
from reid.photo.errors import (
    BitmapNotRead,
    DamagedPhoto,
    FileOfASystem,
    GifNotRead,
    LostPart,
    LostSomewhere,
    RawNotRead,
    TiffNotRead,
    VideoNotRead,
    ZipNotRead,
)
from reid.photo.images import decode_photo, probe
from reid.types import Box

CASES = Path(__file__).parents[2] / "data/field-cases"
MOST = 10**8


def case(name):
    return (CASES / f"{name}.jpg").read_bytes()


def picture(width=480, height=320, seed=1):
    small = np.random.default_rng(seed).integers(0, 255, (height // 8, width // 8, 3), np.uint8)
    return Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)


def saved(image, fmt="JPEG", **save):
    buffer = BytesIO()
    image.save(buffer, fmt, **save)
    return buffer.getvalue()


def scan_begins(data):
    at = data.index(b"\xff\xda")
    return at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")


def test_a_photo_without_its_last_bytes_is_whole():
    photo = decode_photo(case("no_eoi"), max_pixels=MOST)
    assert photo.damage is None
    assert photo.readable == Box(0, 0, 600, 304)


def test_a_photo_with_zeros_in_its_middle_is_used_up_to_them_and_says_so():
    photo = decode_photo(case("zeros_mid"), max_pixels=MOST)
    assert photo.readable == Box(0, 0, 600, 160)
    assert photo.damage.facts == {"percent": 47}
    assert (photo.image[160:] == 128).all()
    assert photo.image[:160].std() > 10


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("save", [{}, {"restart_marker_blocks": 7}, {"optimize": True}], ids=str)
def test_rows_before_the_end_of_a_cut_jpeg_are_those_of_the_whole(share, save):
    data = saved(picture(), quality=85, **save)
    begins = scan_begins(data)
    cut = data[: begins + int((len(data) - begins) * share)]
    photo, whole = (decode_photo(d, max_pixels=MOST) for d in (cut, data))
    rows = int(photo.readable.y1)
    assert isinstance(photo.damage, LostPart)
    assert abs(rows / 320 - share) < 0.1
    assert np.array_equal(photo.image[: rows - 1], whole.image[: rows - 1])


@pytest.mark.parametrize("at", [0.2, 0.5, 0.8])
def test_rows_before_a_lost_block_are_those_of_the_whole(at):
    data = saved(picture(), quality=85)
    begins = scan_begins(data)
    place = begins + int((len(data) - begins) * at)
    holed = data[:place] + bytes(512) + data[place + 512 :]
    photo, whole = (decode_photo(d, max_pixels=MOST) for d in (holed, data))
    rows = int(photo.readable.y1)
    assert 0 < rows < 320
    assert np.array_equal(photo.image[: rows - 1], whole.image[: rows - 1])


@pytest.mark.parametrize("seed", range(12))
def test_wrong_bytes_that_are_noticed_cost_the_rows_from_about_there(seed):
    data = saved(picture(), quality=85)
    rng = np.random.default_rng(seed)
    begins = scan_begins(data)
    place = int(rng.integers(begins, len(data) - 64))
    wrong = data[:place] + rng.integers(0, 255, 32, np.uint8).tobytes() + data[place + 32 :]
    photo, whole = (decode_photo(d, max_pixels=MOST) for d in (wrong, data))
    if photo.damage is None or isinstance(photo.damage, LostSomewhere):
        return  # nothing is said of the place
    rows = int(photo.readable.y1)
    off = np.abs(photo.image[:rows].astype(int) - whole.image[:rows]).max((1, 2)) > 24
    assert off.sum() <= 48  # a code that cannot be stands a few blocks behind the wrong byte


def test_a_turned_photo_is_readable_on_the_side_that_was_above():
    image = picture()
    exif = image.getexif()
    exif[0x0112] = 6
    data = saved(image, exif=exif)
    photo = decode_photo(data[: len(data) // 2], max_pixels=MOST)
    assert photo.image.shape[:2] == (480, 320)
    assert (photo.readable.y0, photo.readable.y1) == (0, 480)
    assert photo.readable.x1 == 320 and 0 < photo.readable.x0 < 320
    lost = int(photo.readable.x0)
    assert (photo.image[:, :lost] == 128).all()


def test_a_progressive_photo_cut_short_is_refused_as_no_row_of_it_is_whole():
    data = saved(picture(), progressive=True)
    with pytest.raises(UnreadableImage):
        decode_photo(data[: len(data) // 2], max_pixels=MOST)


def test_a_jpeg_whose_header_says_more_rows_is_used_as_far_as_there_are_any():
    data = saved(picture(), quality=85)
    at = data.index(b"\xff\xc0") + 5
    taller = data[:at] + (640).to_bytes(2, "big") + data[at + 2 :]
    photo = decode_photo(taller, max_pixels=MOST)
    assert photo.readable == Box(0, 0, 480, 320)
    assert photo.damage.facts == {"percent": 50}


def test_a_jpeg_whose_header_says_fewer_rows_is_damaged_somewhere():
    data = saved(picture(), quality=85)
    at = data.index(b"\xff\xc0") + 5
    photo = decode_photo(data[:at] + (160).to_bytes(2, "big") + data[at + 2 :], max_pixels=MOST)
    assert isinstance(photo.damage, LostSomewhere)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_png_cut_short_is_used_up_to_the_cut(share):
    data = saved(picture(), "PNG")
    photo, whole = (
        decode_photo(d, max_pixels=MOST) for d in (data[: int(len(data) * share)], data)
    )
    rows = int(photo.readable.y1)
    assert isinstance(photo.damage, LostPart)
    assert abs(rows / 320 - share) < 0.1
    assert np.array_equal(photo.image[:rows], whole.image[:rows])
    assert whole.damage is None


def test_a_webp_cut_short_is_refused_with_a_sentence():
    data = saved(picture(), "WEBP")
    with pytest.raises(DamagedPhoto, match="damaged"):
        decode_photo(data[: len(data) // 2], max_pixels=MOST)


def test_heic_is_read_upright():
    pytest.importorskip("pi_heif")
    data = (CASES / "upright.heic").read_bytes()
    photo = decode_photo(data, max_pixels=MOST)
    header = probe(data, max_pixels=MOST)
    assert header.format == "HEIF"
    assert (header.width, header.height) == (photo.image.shape[1], photo.image.shape[0])
    assert photo.image.shape[0] > photo.image.shape[1]
    assert photo.image[:40, :40].mean() > 200 > 60 > photo.image[-40:, -40:].mean()


def test_avif_is_read_upright():
    image = picture()
    exif = image.getexif()
    exif[0x0112] = 6
    data = saved(image, "AVIF", exif=exif)
    assert decode_photo(data, max_pixels=MOST).image.shape == (480, 320, 3)


@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_of_more_pixels_comes_at_a_half_or_a_quarter_of_its_sides(progressive):
    data = saved(picture(), quality=90, progressive=progressive)
    whole = decode_photo(data, max_pixels=MOST)
    limits = ((480 * 320 - 1, 2), (480 * 320 // 4 - 1, 4))
    for limit, reduction in limits[:1] if progressive else limits:
        photo = decode_photo(data, max_pixels=limit)
        assert photo.reduction == reduction
        assert photo.readable == whole.readable
        assert photo.image.shape == (320 // reduction, 480 // reduction, 3)
    assert (probe(data, max_pixels=limit).width, probe(data, max_pixels=limit).height) == (480, 320)


def test_a_photo_of_more_than_sixteen_times_the_pixels_is_refused():
    with pytest.raises(ImageTooLarge):
        decode_photo(saved(picture()), max_pixels=480 * 320 // 16 - 1)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (saved(picture(), "BMP"), BitmapNotRead),
        (saved(picture(), "GIF"), GifNotRead),
        (saved(picture(), "TIFF"), TiffNotRead),
        (b"II*\x00\x10\x00\x00\x00CR\x02\x00" + bytes(99), RawNotRead),
        (b"\x00\x00\x00\x18ftypmp42" + bytes(99), VideoNotRead),
        (b"\x00\x00\x00\x14ftypqt  " + bytes(99), VideoNotRead),
        (b"RIFF\x00\x00\x00\x00AVI LIST" + bytes(99), VideoNotRead),
        (b"PK\x03\x04" + bytes(99), ZipNotRead),
        ((CASES / "AppleDouble_._IMG_0001.JPG").read_bytes(), FileOfASystem),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_files_of_other_kinds_are_refused_by_their_name(data, error):
    with pytest.raises(error):
        decode_photo(data, max_pixels=MOST)
