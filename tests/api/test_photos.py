"""Photos: piece by piece, by several senders, whole or not at all, and who may look at them."""

from pathlib import Path

import pytest
from django.test import Client

from relief.field.models import Photo
from tests import world as named
from tests.api.phones import Phone, sha
from tests.api.pictures import SECRET, picture, png_bomb
from tests.api.test_items import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def emeka(phone) -> Phone:
    return phone("emeka")


def showing(sender: Phone, flood, *pictures: bytes) -> dict:
    """A report that shows these, received."""
    item = sender.report(flood, village="Willow", photos=[sha(one) for one in pictures])
    assert sender.put(item).status_code == 201
    return item


def test_a_report_is_complete_once_its_photos_are(emeka, flood):
    one, two = picture(), picture("PNG")
    item = showing(emeka, flood, one, two)
    receipt = emeka.put(item).json()
    assert (receipt["missing_photos"], receipt["complete"]) == ([sha(one), sha(two)], False)
    assert emeka.send_photo(one).json()["complete"] is True
    assert emeka.put(item).json()["missing_photos"] == [sha(two)]
    assert emeka.send_photo(two).json()["complete"] is True
    assert emeka.send_photo(two).json()["complete"] is True
    assert emeka.put(item).json()["complete"] is True


def test_a_photo_goes_on_where_it_stopped(emeka, flood, settings):
    data = picture(size=(300, 200))
    showing(emeka, flood, data)
    total, half = len(data), len(data) // 2
    assert emeka.http.get(emeka.photo_address(sha(data))).json()["stored_bytes"] == 0
    assert emeka.send_photo(data, part=(0, half)).json() == {
        "stored_bytes": half,
        "total_bytes": total,
        "complete": False,
    }
    # What was sent before, what leaves a gap, and what overlaps.
    assert emeka.send_photo(data, part=(0, half)).json()["stored_bytes"] == half
    assert emeka.send_photo(data, part=(half + 5, total)).json()["stored_bytes"] == half
    assert emeka.send_photo(data, part=(half - 9, half + 9)).json()["stored_bytes"] == half + 9
    assert emeka.http.get(emeka.photo_address(sha(data))).json()["stored_bytes"] == half + 9
    # A process was killed after it wrote and before it committed, or its disk was restored.
    part = next(Path(settings.FILES).rglob("*.part"))
    part.write_bytes(data[: half + 200])
    assert emeka.send_photo(data, part=(half + 9, half + 30)).json()["stored_bytes"] == half + 30
    part.write_bytes(data[:10])
    assert emeka.send_photo(data, part=(half + 30, total)).json()["stored_bytes"] == 10
    assert emeka.send_photo(data, part=(10, total)).json()["complete"] is True


def test_two_phones_send_the_same_photo_together(phone, emeka, flood):
    data = picture(size=(200, 100))
    asha = phone("asha")
    showing(emeka, flood, data)
    other = asha.report(flood, "Southbank", photos=[sha(data)])
    assert asha.put(other).status_code == 201
    third = len(data) // 3
    emeka.send_photo(data, part=(0, third))
    assert asha.send_photo(data, part=(third, 2 * third)).json()["stored_bytes"] == 2 * third
    assert emeka.send_photo(data).json()["complete"] is True
    assert asha.put(other).json()["complete"] is True
    assert Photo.objects.count() == 1


def test_bytes_that_do_not_fit_the_hash_start_again(emeka, flood):
    data = picture()
    showing(emeka, flood, data)
    wrong = data[:-5] + bytes(5)
    refused(emeka.send_photo(wrong, sha256=sha(data)), "photo.damaged", 422)
    assert emeka.http.get(emeka.photo_address(sha(data))).json()["stored_bytes"] == 0
    emeka.send_photo(data, part=(0, 10), total=999_999)
    assert emeka.send_photo(data).json()["complete"] is True


def test_what_is_no_picture_is_refused(emeka, flood, settings):
    script, bomb = b"<script>alert(1)</script>", png_bomb()
    showing(emeka, flood, script, bomb)
    refused(emeka.send_photo(script), "photo.not_an_image", 415)
    refused(emeka.send_photo(bomb), "photo.not_an_image", 415)
    settings.PHOTO_MOST_BYTES = 2000
    large = picture(size=(400, 400))
    showing(emeka, flood, large)
    refused(emeka.send_photo(large, part=(0, 10)), "photo.too_large", 413)
    refused(emeka.send_photo(large), "request.too_large", 413)
    assert not [one for one in Path(settings.FILES).rglob("*") if one.is_file()]


def test_only_photos_that_an_item_shows_are_taken(phone, emeka, flood, world):
    data = picture()
    refused(emeka.send_photo(data), "photo.not_shown", 404)
    refused(emeka.http.get(emeka.photo_address(sha(data))), "photo.not_shown", 404)
    showing(emeka, flood, data)
    refused(phone("farah").send_photo(data), "photo.not_shown", 404)
    refused(emeka.send_photo(data, book=world.drill.id), "item.unknown_place", 404)


def test_a_range_or_name_that_does_not_fit_reaches_no_file(emeka):
    for said in ("bytes 0-5/10", "bytes 5-2/10", "bytes 0-9/5", "0-9/10", "bytes */10", "x" * 99):
        answer = emeka.http.put(
            emeka.photo_address("a" * 64),
            b"0123456789",
            content_type="image/jpeg",
            headers={"Content-Range": said},
        )
        refused(answer, "photo.bad_range", 400)
    for name in ("..%2f..%2fetc", "A" * 64, "a" * 63, "a" * 65, "%00" * 64):
        answer = emeka.http.put(emeka.photo_address(name), b"x", content_type="image/jpeg")
        assert answer.status_code in (404, 422)
        assert answer["Content-Type"] == "application/problem+json"


def test_people_of_the_area_see_the_photo_without_its_secrets(emeka, flood, world):
    data = picture(size=(900, 600), secrets=True)
    showing(emeka, flood, data)
    emeka.send_photo(data)
    photo = Photo.objects.get()
    assert (round(photo.point.x, 4), round(photo.point.y, 4)) == (128.9012, 43.1234)
    assert photo.taken_at.isoformat() == "2026-07-14T21:12:33+00:00"
    seen = {}
    for name in ("asha", "emeka", "farah", "bela", "jonas", "iris"):
        browser = Client()
        named.sign_in_as(world, name, browser)
        seen[name] = browser.get(f"/photos/{sha(data)}")
    assert {name: answer.status_code for name, answer in seen.items()} == {
        "asha": 200,
        "emeka": 200,
        "farah": 404,
        "bela": 404,
        "jonas": 404,
        "iris": 404,
    }
    whole = seen["asha"].content
    assert SECRET not in whole
    assert len(whole) < len(data)
    assert seen["asha"]["Content-Type"] == "image/jpeg"
    assert seen["asha"]["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in seen["asha"]["Content-Security-Policy"]
    browser = Client()
    named.sign_in_as(world, "asha", browser)
    small = browser.get(f"/photos/{sha(data)}?size=small").content
    assert small.startswith(b"\xff\xd8")
    assert len(small) < len(whole)
    for odd in ("a" * 64, "..", "%2e%2e%2fsettings.py"):
        assert browser.get(f"/photos/{odd}").status_code == 404
