import io
import os
import struct
import zlib

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from engine.errors import InvalidImage
from engine.images import decode_image, list_images, load_image, load_thumbnail

RAMP = np.arange(24, dtype=np.uint8).reshape(4, 6) * 10


def save(path, array_or_image, **options):
    image = array_or_image if isinstance(array_or_image, Image.Image) else Image.fromarray(array_or_image)
    image.save(path, **options)
    return path


def test_colours_arrive_as_rgb(tmp_path):
    pixels = np.random.default_rng(1).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    loaded = load_image(save(tmp_path / "a.png", pixels))
    np.testing.assert_array_equal(loaded.pixels, pixels)
    assert loaded.notes == ("Only 7 × 5 pixels: expect little of any answer.",)
    assert not loaded.pixels.flags.writeable


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientations_show_the_same_upright_picture(tmp_path, orientation):
    upright = np.zeros((20, 30, 3), np.uint8)
    upright[:10, :15] = (250, 10, 10)  # top left is red, all else black
    # Store the picture as a camera would: the inverse of what the viewer must do.
    inverse = {
        1: lambda a: a,
        2: np.fliplr,
        3: lambda a: np.rot90(a, 2),
        4: np.flipud,
        5: lambda a: a.transpose(1, 0, 2),
        6: lambda a: np.rot90(a, 1),
        7: lambda a: np.rot90(a, 2).transpose(1, 0, 2),
        8: lambda a: np.rot90(a, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = save(tmp_path / "o.png", np.ascontiguousarray(inverse(upright)), exif=exif)
    loaded = load_image(path)
    np.testing.assert_array_equal(loaded.pixels, upright)
    assert bool(loaded.notes) == (orientation != 1)


def test_sixteen_bit_grey_is_divided_not_cut(tmp_path):
    deep = (RAMP.astype(np.uint16) * 257).repeat(4, 0).repeat(4, 1)
    for name in ("d.png", "d.tif"):
        loaded = load_image(save(tmp_path / name, deep))
        np.testing.assert_array_equal(loaded.pixels[:, :, 1], RAMP.repeat(4, 0).repeat(4, 1))
        assert "16 to 8 bits" in loaded.notes[0]


def test_float_image_is_stretched_and_says_so(tmp_path):
    values = np.linspace(-1, 1, 256, dtype=np.float32).reshape(16, 16)
    values[0, 1] = np.nan
    loaded = load_image(save(tmp_path / "f.tif", Image.fromarray(values)))
    assert loaded.pixels.min() == 0
    assert loaded.pixels.max() == 255
    assert "Stretched from -1..1" in loaded.notes[0]


def test_grey_palette_and_two_colour_files_become_rgb(tmp_path):
    grey = RAMP.repeat(4, 0).repeat(4, 1)
    np.testing.assert_array_equal(load_image(save(tmp_path / "g.png", grey)).pixels[:, :, 2], grey)
    palette = Image.fromarray(np.stack([grey] * 3, 2)).quantize(24)
    np.testing.assert_allclose(load_image(save(tmp_path / "p.png", palette)).pixels[:, :, 0], grey, atol=1)
    two = Image.fromarray((grey > 100).astype(np.uint8) * 255).convert("1")
    assert set(np.unique(load_image(save(tmp_path / "b.png", two)).pixels)) == {0, 255}


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_transparency_is_composited_on_white(tmp_path, mode):
    layer = np.zeros((16, 16, 4), np.uint8)
    layer[:, :8, 3] = 255  # black and opaque on the left, clear on the right
    layer[:, 12:, 3] = 128
    loaded = load_image(save(tmp_path / "t.png", Image.fromarray(layer).convert(mode)))
    assert (loaded.pixels[:, :8] == 0).all()
    assert (loaded.pixels[:, 8:12] == 255).all()
    np.testing.assert_allclose(loaded.pixels[:, 12:], 127, atol=1)
    assert loaded.notes == ("Transparent parts are shown on white.",)


def test_palette_transparency_is_composited_on_white(tmp_path):
    image = Image.new("P", (16, 16), 0)
    image.putpalette([200, 0, 0] * 256)
    assert (load_image(save(tmp_path / "t.gif", image, transparency=0)).pixels == 255).all()


def test_cmyk_jpeg_keeps_its_colours(tmp_path):
    red = Image.new("RGB", (32, 32), (220, 20, 20))
    loaded = load_image(save(tmp_path / "c.jpg", red.convert("CMYK"), quality=98))
    np.testing.assert_allclose(loaded.pixels.mean((0, 1)), (220, 20, 20), atol=6)
    assert "CMYK" in loaded.notes[0]


@pytest.mark.parametrize(("name", "options"), [("a.gif", {"duration": 50}), ("a.tif", {})])
def test_first_frame_is_taken_and_said_so(tmp_path, name, options):
    frames = [Image.new("RGB", (16, 16), colour) for colour in ("red", "lime", "blue")]
    path = save(tmp_path / name, frames[0], save_all=True, append_images=frames[1:], **options)
    loaded = load_image(path)
    assert tuple(loaded.pixels[0, 0]) == (255, 0, 0)
    assert loaded.notes[0] == "First of 3 frames or pages."


@pytest.mark.parametrize("suffix", ["webp", "avif"])
def test_modern_formats_are_read(tmp_path, suffix):
    loaded = load_image(save(tmp_path / f"m.{suffix}", Image.new("RGB", (32, 32), (10, 200, 30)), quality=95))
    np.testing.assert_allclose(loaded.pixels.mean((0, 1)), (10, 200, 30), atol=6)


@pytest.mark.parametrize("size", [(1, 1), (1, 10_000), (10_000, 1)])
def test_extreme_sizes_are_read_with_a_remark(tmp_path, size):
    loaded = load_image(save(tmp_path / "s.png", Image.new("RGB", size, "red")))
    assert loaded.pixels.shape == (size[1], size[0], 3)
    assert f"Only {size[0]} × {size[1]} pixels" in loaded.notes[0]


def test_bomb_is_refused_before_it_is_decoded(tmp_path):
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    rows = zlib.compressobj(9)
    body = b"".join(rows.compress(bytes(90_001)) for _ in range(2_000)) + rows.flush()  # far from all of it
    path = tmp_path / "bomb.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b""))
    with pytest.raises(InvalidImage, match="30000 × 30000 pixels; at most 150 million"):
        load_image(path)
    with pytest.raises(InvalidImage, match="30000 × 30000"):
        load_thumbnail(path, 64)


def jpeg_bytes() -> bytes:
    buffer = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    Image.fromarray(noise).save(buffer, "JPEG")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"hello, this is text", "not an image"),
        (b"\x89PNG\r\n\x1a\n", "not an image|damaged"),
        (jpeg_bytes()[:-700], "cut short"),
        (jpeg_bytes()[:200], "cut short|damaged|not an image"),
    ],
)
def test_bad_bytes_are_named_and_refused(tmp_path, content, message):
    path = tmp_path / "it's “bad” ünï.jpg"
    path.write_bytes(content)
    with pytest.raises(InvalidImage, match=message) as caught:
        load_image(path)
    assert path.name in caught.value.message
    assert caught.value.hint


def test_vanished_file_folder_and_unreadable_file(tmp_path):
    with pytest.raises(InvalidImage, match="is not there"):
        load_image(tmp_path / "gone.png")
    with pytest.raises(InvalidImage, match="is a folder"):
        load_image(tmp_path)
    os.mkfifo(tmp_path / "pipe.jpg")
    for read in (load_image, lambda path: load_thumbnail(path, 32)):
        with pytest.raises(InvalidImage, match="a device or a pipe"):
            read(tmp_path / "pipe.jpg")
    if os.geteuid() != 0:  # root may read everything
        locked = save(tmp_path / "locked.png", RAMP)
        locked.chmod(0)
        with pytest.raises(InvalidImage, match="may not be read"):
            load_image(locked)


def encoded(kind: str) -> bytes:
    buffer = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 256, (24, 24, 3), dtype=np.uint8)
    frames = [Image.fromarray(noise), Image.fromarray(noise[::-1])]
    many = {"save_all": True, "append_images": frames[1:]} if kind in ("GIF", "TIFF") else {}
    frames[0].save(buffer, kind, **many)
    return buffer.getvalue()


ENCODED = {kind: encoded(kind) for kind in ("JPEG", "PNG", "GIF", "TIFF", "WEBP", "AVIF", "BMP")}


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(sorted(ENCODED)), st.integers(0, 10_000), st.binary(min_size=1, max_size=4))
@pytest.mark.filterwarnings("ignore")  # what Pillow remarks on broken files
def test_damage_anywhere_is_either_read_or_refused_but_never_crashes(kind, position, bytes_in):
    data = bytearray(ENCODED[kind])
    position %= len(data)
    data[position : position + len(bytes_in)] = bytes_in
    try:
        loaded = decode_image(bytes(data))
    except InvalidImage:
        return
    assert loaded.pixels.dtype == np.uint8
    assert loaded.pixels.shape[2] == 3


def test_folder_listing_is_ordered_and_knows_images(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / ".hidden").mkdir()
    for name in ("b10.png", "b9.png", "A.JPG", "notes.txt", "sub/c.webp", ".hidden/d.png", ".e.png"):
        (tmp_path / name).touch()
    assert [p.relative_to(tmp_path).as_posix() for p in list_images(tmp_path)] == [
        "A.JPG",
        "b9.png",
        "b10.png",
        "sub/c.webp",
    ]


def test_thumbnail_fits_and_keeps_the_aspect(tmp_path):
    path = save(tmp_path / "wide.jpg", Image.new("RGB", (800, 200), "teal"))
    assert load_thumbnail(path, 64).shape == (16, 64, 3)


def test_sixteen_bit_colour_files_are_brought_to_eight(tmp_path):
    pixels = np.random.default_rng(5).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    for name in ("c.png", "c.tif"):
        cv2.imwrite(str(tmp_path / name), pixels[:, :, ::-1].astype(np.uint16) * 257)
        np.testing.assert_allclose(load_image(tmp_path / name).pixels, pixels, atol=1)
