import base64
import io
import struct
import subprocess
import sys
import time
import zlib

import numpy as np
import pytest
from PIL import Image

from posecore.errors import DataError
from posecore.imaging import KEPT_PIXELS, MAX_BYTES, UPLOAD_FORMATS, open_dataset_picture, open_upload


def file_of(image: Image.Image, kind: str = "PNG", **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def scene() -> Image.Image:
    pixels = np.zeros((40, 60, 3), np.uint8)
    pixels[:10, :20] = (200, 30, 30)
    pixels[30:, 40:] = (30, 200, 30)
    return Image.fromarray(pixels)


# What undoes each EXIF orientation: the picture is stored turned the other way.
STORED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.mark.parametrize("orientation", STORED)
def test_an_upload_is_turned_upright_whatever_its_exif_orientation(orientation, tmp_path):
    stored = scene() if STORED[orientation] is None else scene().transpose(STORED[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = file_of(stored, exif=exif)
    assert np.array_equal(np.asarray(open_upload(data)), np.asarray(scene()))
    path = tmp_path / "a.png"
    path.write_bytes(data)
    # A data set's picture stays as stored: its keypoints were annotated so.
    assert np.array_equal(np.asarray(open_dataset_picture(path, *stored.size)), np.asarray(stored))


def test_every_kind_of_pixel_becomes_rgb():
    grey16 = Image.fromarray(np.full((8, 8), 0x8000, np.uint16))
    clear = Image.new("RGBA", (8, 8), (255, 0, 0, 0))
    palette = Image.new("P", (8, 8), 1)
    palette.putpalette([0, 0, 0, 10, 20, 30])
    cases = {
        "grey": (file_of(Image.new("L", (8, 8), 77)), (77, 77, 77)),
        "16 bit": (file_of(grey16), (128, 128, 128)),
        "16 bit, dark": (file_of(Image.fromarray(np.full((8, 8), 0x01FF, np.uint16))), (1, 1, 1)),
        "alpha": (file_of(clear), (255, 255, 255)),
        "half transparent": (file_of(Image.new("RGBA", (8, 8), (255, 0, 0, 51))), (255, 204, 204)),
        "RGB with a clear colour": (
            file_of(Image.new("RGB", (8, 8), "red"), transparency=(255, 0, 0)),
            (255,) * 3,
        ),
        "palette": (file_of(palette), (10, 20, 30)),
        "palette with a clear colour": (file_of(palette, transparency=1), (255, 255, 255)),
        "grey and alpha": (file_of(Image.new("LA", (8, 8), (9, 0))), (255, 255, 255)),
        "1 bit": (file_of(Image.new("1", (8, 8), 1)), (255, 255, 255)),
    }
    for name, (data, colour) in cases.items():
        image = open_upload(data)
        assert image.mode == "RGB", name
        assert image.getpixel((4, 4)) == colour, name
    cmyk = open_upload(file_of(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG"))
    red, green, blue = cmyk.getpixel((4, 4))
    assert red > 200
    assert max(green, blue) < 60


def test_of_an_animation_the_first_frame_is_taken():
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    image = open_upload(file_of(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True))
    assert image.getpixel((4, 4)) == (255, 0, 0)
    assert image.info["several"] is True
    assert open_upload(file_of(frames[0])).info["several"] is False


def test_a_phone_s_picture_of_several_is_taken_as_its_first():
    first, second = Image.new("RGB", (8, 8), "red"), Image.new("RGB", (8, 8), "blue")
    image = open_upload(file_of(first, "MPO", save_all=True, append_images=[second]))
    red, _, blue = image.getpixel((4, 4))
    assert (red > 240, blue < 15) == (True, True)
    assert image.info["several"] is False  # one picture and what belongs to it, not an animation


PAGES = {"GIF": {}, "TIFF": {"compression": "tiff_deflate"}, "AVIF": {"quality": 95}}


@pytest.mark.parametrize("kind", PAGES)
def test_of_several_pages_or_frames_the_first_is_read(kind):
    pages = [scene().resize((120, 80), Image.Resampling.NEAREST), Image.new("RGB", (120, 80), "blue")]
    for rest in ([], pages[1:]):
        image = open_upload(file_of(pages[0], kind, save_all=True, append_images=rest, **PAGES[kind]))
        assert (image.mode, image.size, image.info["several"]) == ("RGB", (120, 80), bool(rest))
        assert np.abs(np.asarray(image).astype(int) - np.asarray(pages[0])).mean() < 4


def test_a_bmp_is_read_and_a_tiff_of_floats_is_not_black():
    assert np.array_equal(np.asarray(open_upload(file_of(scene(), "BMP"))), np.asarray(scene()))
    shares = Image.fromarray(np.full((8, 8), 0.5, np.float32))
    bright = Image.fromarray(np.full((8, 8), 200.0, np.float32))
    found = [open_upload(file_of(image, "TIFF")).getpixel((4, 4)) for image in (shares, bright)]
    assert found == [(127,) * 3, (200,) * 3]


@pytest.mark.parametrize("kind", ["TIFF", "AVIF"])
def test_tiff_and_avif_are_turned_upright(kind):
    large = scene().resize((120, 80), Image.Resampling.NEAREST)
    exif = Image.Exif()
    exif[0x0112] = 6
    image = open_upload(file_of(large.transpose(STORED[6]), kind, exif=exif))
    assert image.size == (120, 80)
    assert np.abs(np.asarray(image).astype(int) - np.asarray(large)).mean() < 8


def test_every_kind_of_picture_that_is_taken_can_be_told_by_its_bytes():
    for kind in UPLOAD_FORMATS:
        assert open_upload(file_of(scene(), kind)).size == scene().size, kind


@pytest.mark.parametrize("size", [(1, 1), (20_000, 10), (10, 20_000)])
def test_tiny_and_long_pictures_are_pictures(size):
    assert open_upload(file_of(Image.new("RGB", size, "red"))).size == size


def test_a_phone_s_heic_is_read_and_turned_upright():
    large = scene().resize((120, 80), Image.Resampling.NEAREST)
    exif = Image.Exif()
    exif[0x0112] = 6
    data = file_of(large.transpose(STORED[6]), "HEIF", quality=95, exif=exif.tobytes())
    image = open_upload(data)
    assert (image.size, image.mode) == ((120, 80), "RGB")
    assert np.abs(np.asarray(image).astype(int) - np.asarray(large)).mean() < 4
    assert (
        open_upload(file_of(Image.new("RGBA", (64, 64), (255, 0, 0, 0)), "HEIF")).getpixel((9, 9))
        > (240,) * 3
    )


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_large_picture_is_halved_and_says_so(kind):
    side = int(KEPT_PIXELS**0.5) + 3  # odd, so that the last pixel stands alone
    pixels = np.zeros((side, side, 3), np.uint8)
    pixels[:, side // 2 :] = 255
    image = open_upload(file_of(Image.fromarray(pixels), kind, **({"quality": 95} if kind == "JPEG" else {})))
    assert image.size == ((side + 1) // 2,) * 2
    assert image.info["reduced"] == 2
    assert image.getpixel((side // 4 - 9, 9))[0] < 30 and image.getpixel((side // 4 + 9, 9))[0] > 225
    assert open_upload(file_of(scene())).info["reduced"] == 1


def heic(width: int = 0, height: int = 0) -> bytes:
    """A small HEIC file; given a size, its header promises that one."""
    data = file_of(Image.new("RGB", (64, 64), "red"), "HEIF")
    at = data.index(b"ispe") + 8
    return data if not width else data[:at] + struct.pack(">II", width, height) + data[at + 8 :]


def animated_webp_bomb() -> bytes:
    """An animation of 8 × 8 pixels whose header promises 16,383 × 16,383."""
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    data = bytearray(file_of(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True))
    at = data.index(b"VP8X") + 12
    data[at : at + 6] = (16_382).to_bytes(3, "little") * 2
    return bytes(data)


LARGE_AVIF = (
    b"c-muNU{FXasVqn=%S>Yc0uY^>nP!-"
    b"qnV9D5Xy^nKdYzkElE?r7iWw<6MNl?FL1uCZ0~+8f$SlbPvlxL`E;A=T8N_h`@fjhajKT~I+~q*FMrLMS8eFXukdw*;<t3IG7&_<"
    b"Y<b&<X$}A`<0Mg!>1<Cn9S|qc$AQfVrT>}I&2oz*iWP(JPIXF0g6i;HAp>v}=4@gKjIX|Z;FFB_IXfiJY8%Vi$W<f5@Pe6yUFfui"
    b">09{p|o03=}#K6TZ|GlpM=ifz4QoI~SPsIe-lMf$S^Zx(;kLeE>7^2Rf(mXyTvN5?JcK^O99U0kM7T$S&afO-"
    b">TSAM?nqA+&PHSIsb&VR&iSsw^I?T=5A<BJa)yw7Gg=K%w^Q6@O*W*zVattt-"
    b"8nCS3n1kG<k4D^HssE>+)O=jU%KBlbnjJ}s*$a;(wi*?dN^G8NJH12dK$vp%tVzo|Pha6a#<p+YvS%q<-"
    b"WrPpKL7K?PCn_<4~Nm<9u4l%;2sU`(cm5p?$O{L4er4c+(FcL_P?QGCe=gr832CVCt?"
)
"""A black AVIF of 16,000 × 16,000 pixels, packed; Pillow needs 20 s to write it."""


def avif_bomb() -> bytes:
    """An AVIF whose header promises 64 × 64 pixels, and which holds 256 million."""
    data = zlib.decompress(base64.b85decode(LARGE_AVIF))
    at = data.index(b"ispe") + 8
    return data[:at] + struct.pack(">II", 64, 64) + data[at + 8 :]


def tiff_bomb(side: int) -> bytes:
    """A TIFF of 64 × 64 pixels in one tile of `side` × `side`."""
    body = zlib.compress(b"\0" * 1000)
    size = [(256, 64), (257, 64), (258, 8), (259, 8), (262, 1), (277, 1)]
    entries = [*size, (322, side), (323, side), (324, 134), (325, len(body))]
    rows = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + rows + struct.pack("<I", 0) + body


def bomb(width: int, height: int) -> bytes:
    """A PNG whose header promises far more than its few bytes hold."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b""))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"these are words, not a picture", "not a JPEG, PNG, WebP, HEIC"),
        (b"", "not a JPEG, PNG, WebP, HEIC"),
        (file_of(scene(), "PDF"), "not a JPEG, PNG, WebP, HEIC"),
        (file_of(scene(), "EPS"), "not a JPEG, PNG, WebP, HEIC"),
        (file_of(scene(), "PPM"), "not a JPEG, PNG, WebP, HEIC"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "not a JPEG, PNG, WebP, HEIC"),
        (file_of(scene(), "JPEG")[:200], "damaged"),
        (file_of(scene())[:-40], "damaged"),
        (heic()[:-9], "damaged"),
        (heic()[:300], "damaged"),
        (file_of(scene(), "WEBP", lossless=True)[:-9], "damaged"),
        (bomb(9000, 9000), "9000 × 9000 pixels; at most 25 million"),
        (bomb(12000, 10000), "12000 × 10000 pixels; at most 25 million"),
        (bomb(60000, 60000), "too many pixels; at most 25 million"),
        (bomb(25000, 100), "25000"),
        (file_of(Image.new("L", (7200, 7200)), "JPEG"), "7200 × 7200 pixels; at most 50 million"),
        (file_of(Image.new("L", (5200, 5200)), "JPEG", progressive=True), "5200 pixels; at most 25 million"),
        (heic(9000, 9000), "at most 25 million"),
        (heic(60000, 60000), "too many pixels; at most 25 million"),
        (heic(16, 16), "damaged"),
        (animated_webp_bomb(), "too many pixels; at most 25 million"),
        (avif_bomb(), "damaged"),
        (file_of(scene(), "AVIF")[:-9], "damaged"),
        (tiff_bomb(40_000), "damaged"),
        (file_of(scene(), "TIFF", compression="tiff_deflate")[:90], "damaged"),
        (file_of(scene(), "GIF")[:-9], "damaged"),
        (file_of(scene(), "BMP")[:-9], "damaged"),
        (b"\0" * (MAX_BYTES + 1), "at most 20 MB"),
    ],
    ids=[
        "text",
        "empty",
        "pdf",
        "eps",
        "ppm",
        "svg",
        "cut jpeg",
        "cut png",
        "cut heic",
        "headless heic",
        "cut webp",
        "81 MP",
        "120 MP",
        "bomb",
        "too long",
        "large jpeg",
        "progressive jpeg",
        "large heic",
        "heic bomb",
        "heic larger than it says",
        "webp bomb",
        "avif larger than it says",
        "cut avif",
        "tiff of a huge tile",
        "cut tiff",
        "cut gif",
        "cut bmp",
        "too heavy",
    ],
)
def test_what_cannot_be_taken_is_refused_in_one_sentence_at_once(data, words):
    began = time.monotonic()
    with pytest.raises(DataError, match=words) as error:
        open_upload(data)
    assert "\n" not in str(error.value)
    assert time.monotonic() - began < 3


REFUSE = """
import resource, sys
from posecore.errors import DataError
from posecore.imaging import open_upload
rest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    open_upload(sys.stdin.buffer.read())
except DataError:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - rest)
"""


@pytest.mark.parametrize(
    "data",
    [bomb(13000, 13000), heic(13000, 13000), animated_webp_bomb(), avif_bomb(), tiff_bomb(40_000)],
    ids=["png", "heic", "webp", "avif", "tiff"],
)
def test_a_bomb_takes_hardly_any_memory(data):
    done = subprocess.run([sys.executable, "-c", REFUSE], input=data, capture_output=True, check=True)
    assert int(done.stdout) < 200 * 1024  # KiB


def test_a_data_set_picture_must_be_there_whole_and_of_the_annotated_size(tmp_path):
    path = tmp_path / "a.jpg"
    with pytest.raises(DataError, match=r"a\.jpg: no such file"):
        open_dataset_picture(path, 60, 40)
    path.write_text("words")
    with pytest.raises(DataError, match="not a readable picture"):
        open_dataset_picture(path, 60, 40)
    path.write_bytes(file_of(scene(), "JPEG"))
    with pytest.raises(DataError, match="60 x 40 pixels, annotated as 40 x 60"):
        open_dataset_picture(path, 40, 60)
    path.write_bytes(file_of(scene(), "JPEG")[:-300])
    with pytest.raises(DataError, match="not a readable picture"):
        open_dataset_picture(path, 60, 40)
