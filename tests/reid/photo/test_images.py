"""Strangers' bytes become upright RGB, or an error the caller can act on."""

import struct
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from reid.errors import ImageTooLarge, InputError, UnreadableImage
from reid.photo.images import (
    MEDIA_TYPES,
    STRIP,
    Probe,
    decode,
    decode_photo,
    encode_jpeg,
    probe,
)

ORANGE = (200, 120, 40)


def photo(size=(40, 20), *, orientation=1, fmt="JPEG", mode="RGB", color=ORANGE, **save):
    image = Image.new(mode, size, color)
    exif = image.getexif()
    exif[0x0112] = orientation
    return saved(image, fmt, exif=exif, **save)


def saved(image, fmt="PNG", **save):
    buffer = BytesIO()
    image.save(buffer, fmt, **save)
    return buffer.getvalue()


def png_header(width, height):
    """A PNG that claims a size and holds no pixel."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"")


def chunk(kind, body):
    checksum = zlib.crc32(kind + body)
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", checksum)


def marked(orientation):
    """A photo whose upright top left corner is white, stored turned as the EXIF code says."""
    upright = np.zeros((24, 48, 3), np.uint8)
    upright[:8, :8] = 255
    turns = {
        1: lambda a: a,
        2: np.fliplr,
        3: lambda a: np.rot90(a, 2),
        4: np.flipud,
        5: lambda a: a.transpose(1, 0, 2),
        6: lambda a: np.rot90(a, 1),
        7: lambda a: np.rot90(a, 2).transpose(1, 0, 2),
        8: lambda a: np.rot90(a, -1),
    }
    image = Image.fromarray(np.ascontiguousarray(turns[orientation](upright)))
    exif = image.getexif()
    exif[0x0112] = orientation
    return saved(image, "JPEG", exif=exif, quality=95)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_exif_orientation_is_turned_upright(orientation):
    image = decode(marked(orientation), max_pixels=10_000)
    assert image.shape == (24, 48, 3)
    assert image[2:6, 2:6].min() > 200
    assert image[12:, 12:].max() < 50


@pytest.mark.parametrize("fmt", ["JPEG", "PNG", "WEBP", "MPO"])
def test_all_formats_are_read_and_turned_alike(fmt):
    more = {"save_all": True, "append_images": [Image.new("RGB", (40, 20))]} if fmt == "MPO" else {}
    data = photo(fmt=fmt, orientation=6, **more)
    assert decode(data, max_pixels=1000).shape == (40, 20, 3)
    assert probe(data, max_pixels=1000) == Probe(fmt, 20, 40)
    assert fmt in MEDIA_TYPES


def test_an_orientation_that_does_not_exist_is_ignored():
    assert decode(photo(orientation=77), max_pixels=1000).shape == (20, 40, 3)


@pytest.mark.parametrize("reader", [decode, probe])
@pytest.mark.parametrize(
    "data",
    [photo(size=(401, 400)), png_header(101, 100), png_header(60_000, 60_000)],
    ids=["a little too large", "header only", "a bomb"],
)
def test_too_many_pixels_are_refused_before_decoding(reader, data):
    with pytest.raises(ImageTooLarge, match="pixels"):
        reader(data, max_pixels=10_000)


@pytest.mark.parametrize(
    "data",
    [b"", b"GIF89a", b"%!PS-Adobe", b"<svg/>", b"a leopard", photo()[:200]],
    ids=["empty", "gif", "eps", "svg", "text", "truncated"],
)
def test_damage_is_the_callers_error(data):
    with pytest.raises(UnreadableImage):
        decode(data, max_pixels=10_000)


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("missing", [1, 2])
def test_a_photo_that_lacks_only_its_end_is_read_whole(missing, progressive):
    picture = Image.effect_noise((200, 100), 80).convert("RGB")
    data = saved(picture, "JPEG", progressive=progressive)
    assert np.array_equal(decode(data[:-missing], max_pixels=10**6), decode(data, max_pixels=10**6))


@pytest.mark.parametrize("share", [0.6, 0.9, 0.99])
def test_a_photo_of_one_colour_below_that_lacks_pixels_is_not_whole(share):
    picture = Image.effect_noise((200, 100), 80).convert("RGB")
    picture.paste((90, 90, 90), (0, 60, 200, 100))
    data = saved(picture, "JPEG")
    photo = decode_photo(data[: int(len(data) * share)], max_pixels=10**6)
    assert photo.damage is not None
    assert photo.readable.y1 < 100


def test_a_photo_of_which_not_a_row_is_left_is_unreadable():
    data = saved(Image.effect_noise((200, 100), 80).convert("RGB"), "JPEG")
    with pytest.raises(UnreadableImage):
        decode(data[:700], max_pixels=10**6)


def test_sixteen_bits_are_scaled_and_not_clipped():
    ramp = np.linspace(0, 65535, 256).astype(np.uint16).repeat(4).reshape(32, 32)
    image = decode(saved(Image.fromarray(ramp)), max_pixels=10_000)
    assert np.array_equal(image[..., 0].ravel()[::4], np.arange(256))


def test_cmyk_becomes_rgb():
    image = decode(photo(fmt="JPEG", mode="CMYK", color=(0, 255, 255, 0)), max_pixels=1000)
    red, green, blue = image[10, 20]
    assert red > 200
    assert max(green, blue) < 60


def test_the_first_frame_of_an_animation_is_taken():
    first, second = Image.new("RGB", (40, 20), ORANGE), Image.new("RGB", (40, 20), (0, 0, 255))
    data = saved(first, "WEBP", save_all=True, append_images=[second], lossless=True)
    assert tuple(decode(data, max_pixels=1000)[10, 20]) == ORANGE


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_transparent_pixels_turn_grey_whatever_colour_hides_there(mode):
    image = Image.new("RGBA", (40, 20), (255, 0, 0, 0)).convert(mode)
    assert_grey(decode(saved(image), max_pixels=1000))


def test_a_transparent_palette_colour_turns_grey():
    image = Image.new("P", (40, 20), 0)
    image.putpalette([255, 0, 0])
    assert_grey(decode(saved(image, transparency=0), max_pixels=1000))


def assert_grey(image):
    assert np.abs(image.astype(int) - 128).max() <= 1


def test_a_palette_is_looked_up():
    image = Image.new("RGB", (40, 20), ORANGE).quantize(4)
    assert tuple(decode(saved(image), max_pixels=1000)[0, 0]) == ORANGE


@pytest.mark.parametrize("mode", ["1", "L"])
def test_grey_and_bilevel_become_rgb(mode):
    assert decode(saved(Image.new(mode, (40, 20), 1)), max_pixels=1000).shape == (20, 40, 3)


def test_damaged_exif_is_no_reason_to_refuse():
    data = photo(orientation=6)
    at = data.index(b"Exif\0\0") + 6
    broken = data[: at + 8] + b"\xff" * 12 + data[at + 20 :]
    assert decode(broken, max_pixels=1000).shape == (20, 40, 3)


def test_the_array_belongs_to_the_caller():
    image = decode(photo(), max_pixels=1000)
    image[:] = 0
    assert image.flags.c_contiguous


def test_threads_may_decode_at_once():
    with ThreadPoolExecutor(4) as pool:
        shapes = {i.shape for i in pool.map(lambda d: decode(d, max_pixels=1000), [photo()] * 64)}
    assert shapes == {(20, 40, 3)}


def test_a_thumbnail_is_small_and_carries_no_metadata():
    data = encode_jpeg(np.full((100, 400, 3), 90, np.uint8), longest=80)
    assert probe(data, max_pixels=10_000) == Probe("JPEG", 80, 20)
    assert b"Exif" not in data


def test_a_thumbnail_is_never_enlarged():
    data = encode_jpeg(np.zeros((10, 20, 3), np.uint8), longest=80)
    assert probe(data, max_pixels=10_000) == Probe("JPEG", 20, 10)


SAMPLES = [photo(fmt=fmt, orientation=6) for fmt in ("JPEG", "PNG", "WEBP")]


@given(st.sampled_from(SAMPLES), st.binary(max_size=64), st.integers(0, 600))
def test_no_bytes_crash_the_decoder(data, noise, at):
    for reader in (decode, probe):
        try:
            result = reader(data[:at] + noise + data[at + len(noise) :], max_pixels=10_000)
        except InputError:
            continue
        if isinstance(result, np.ndarray):
            assert (result.ndim, result.dtype) == (3, np.uint8)


def jpeg_claiming(width, height, data):
    """A JPEG whose header states another size than its pixels have."""
    at = next(i for i in range(len(data)) if data[i : i + 2] in (b"\xff\xc0", b"\xff\xc2"))
    return data[: at + 5] + struct.pack(">HH", height, width) + data[at + 9 :]


def test_a_jpeg_whose_bytes_cannot_hold_its_pixels_is_refused_before_it_is_decoded(painted):
    lie = jpeg_claiming(12000, 10000, painted(1, 1))
    started = time.process_time()
    with pytest.raises(UnreadableImage, match="cannot hold"):
        decode_photo(lie, max_pixels=60_000_000)
    assert time.process_time() - started < 0.2


def test_a_flat_jpeg_of_many_pixels_is_no_lie():
    buffer = BytesIO()
    Image.new("RGB", (4000, 3000), (90, 80, 70)).save(buffer, "JPEG", quality=50)
    assert decode_photo(buffer.getvalue(), max_pixels=60_000_000).size == (4000, 3000)


def test_a_progressive_jpeg_is_not_decoded_far_beyond_the_limit_to_be_reduced():
    grey = Image.new("L", (600, 400), 90)
    for progressive in (False, True):
        buffer = BytesIO()
        grey.save(buffer, "JPEG", progressive=progressive)
        if progressive:
            with pytest.raises(ImageTooLarge):
                decode_photo(buffer.getvalue(), max_pixels=70_000)
        else:
            assert decode_photo(buffer.getvalue(), max_pixels=70_000).reduction == 2


def test_a_jpeg_of_hundreds_of_scans_is_refused():
    buffer = BytesIO()
    Image.new("L", (64, 64), 90).save(buffer, "JPEG", progressive=True)
    data = buffer.getvalue()
    begins = data.rindex(b"\xff\xda")
    many = data[:begins] + data[begins:-2] * 300 + data[-2:]
    with pytest.raises(UnreadableImage, match="scans"):
        decode_photo(many, max_pixels=60_000_000)


@pytest.mark.parametrize("mode", ["P", "LA", "RGBA", "CMYK"])
def test_a_picture_of_several_strips_has_the_same_pixels_as_in_one(mode):
    noise = np.random.default_rng(3).integers(0, 255, (40, 50, 3), np.uint8)
    tile = Image.fromarray(noise).convert(mode)
    wide = tile.resize((2500, 2000), Image.Resampling.NEAREST)
    assert wide.width * wide.height > STRIP
    data = saved(wide, "JPEG" if mode == "CMYK" else "PNG")
    once = Image.open(BytesIO(data)).convert("RGB")
    assert np.array_equal(decode(data, max_pixels=10**7), np.asarray(once))
