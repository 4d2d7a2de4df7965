"""What stays of a photo, and what does not. No database."""

import datetime as dt
import io
import random

import pytest
from PIL import Image, ImageFile

from relief.field import images
from tests.api.pictures import SECRET, orientation, picture, pixels, png_bomb

ZONE = dt.timezone(dt.timedelta(hours=8))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_time_and_place_are_read_and_everything_private_is_gone(kind):
    data = picture(kind, secrets=True, turn=6)
    found = images.look(data, zone=ZONE)
    assert found.kind == kind.lower()
    assert (found.width, found.height) == (64, 48)
    assert found.taken_at == dt.datetime(2026, 7, 15, 5, 12, 33, tzinfo=ZONE)
    assert found.point == pytest.approx((128.9012, 43.1234))
    assert SECRET in data
    assert SECRET not in found.clean
    assert b"2026:07:15" not in found.clean
    assert pixels(found.clean) == pixels(data)
    assert orientation(found.clean) == 6


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_without_anything_private_stays_byte_for_byte(kind):
    data = picture(kind)
    found = images.look(data, zone=ZONE)
    assert found.clean == data
    assert (found.taken_at, found.point) == (None, None)


def test_the_thumbnail_is_small_and_stands_upright():
    found = images.look(picture(size=(1200, 900), turn=6), zone=ZONE)
    with Image.open(io.BytesIO(found.thumbnail)) as small:
        assert (small.format, small.size) == ("JPEG", (240, 320))


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xd8\xff",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"GIF89a" + bytes(50),
        b"%PDF-1.7",
        picture()[:-200],
        picture("PNG")[:-30],
        picture("WEBP")[:-30],
        png_bomb(),
        png_bomb(4000),
    ],
    ids=["nothing", "start", "svg", "gif", "pdf", "jpeg", "png", "webp", "bomb", "short_rows"],
)
def test_what_is_no_whole_picture_is_refused(data, monkeypatch):
    # As it is in a process that has made a PDF.
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    with pytest.raises(images.NotAnImage):
        images.look(data, zone=ZONE)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_broken_pictures_are_refused_or_read_but_nothing_else_happens():
    chance = random.Random(5)
    for kind in ("JPEG", "PNG", "WEBP"):
        whole = picture(kind, secrets=True)
        for _ in range(60):
            data = bytearray(whole)
            for _ in range(chance.randint(1, 12)):
                data[chance.randrange(len(data))] = chance.randrange(256)
            try:
                found = images.look(bytes(data), zone=ZONE)
            except images.NotAnImage:
                continue
            assert found.kind in images.KINDS.values()
