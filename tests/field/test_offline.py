"""Saved without a network, kept through everything, at the county exactly once."""

import datetime as dt
import hashlib
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone
from playwright.sync_api import Page

from bench.offline_line import open_line
from bench.offline_phone import Phone
from relief.field import devices
from relief.field.models import Device, Item, Photo
from tests import world as named
from tests.gis.browser import playing
from tests.live.sockets import running

pytestmark = pytest.mark.django_db(transaction=True)
REPORTS, PHOTOS = 20, 2
THREE_DAYS = dt.timedelta(hours=72)

# Four chains of three versions each, then single reports, and people dead in the last of all.
SAVE_ALL = """
const chains = {};
for (let n = 0; n < given.reports; n += 1) {
  const shots = [];
  for (let m = 0; m < given.photos; m += 1) {
    shots.push(await photos.shrink(await picture(n * given.photos + m)));
  }
  const chain = n < 12 ? n % 4 : null;
  const before = chains[chain];
  const body = before
    ? report({ kind: "follow_up", chain: before.body.chain, base: before.id })
    : report({});
  if (n === given.reports - 1) body.figures.deaths = 1;
  const { author, book } = given;
  const item = await outbox.save({ kind: "report", body, photos: shots, author, book });
  if (chain !== null) chains[chain] = item;
}
return (await outbox.items({ limit: 500 })).rows;
"""


@pytest.fixture
def county(transactional_db, settings, tmp_path):
    """The named world behind a web process, at the far end of a line."""
    settings.FILES = tmp_path / "files"
    world = named.build()
    with running() as web, open_line(county_port=web.port) as line:
        yield world, line


@pytest.fixture
def phone(county, tmp_path):
    _world, line = county
    with playing() as play:
        phone = Phone(play, folder=tmp_path / "profile", base=f"http://127.0.0.1:{line.port}")
        phone.boot()
        yield phone
        phone.quit()
        # Beside Playwright's loop the test had a connection of its own.
        connection.close()


def test_what_was_saved_offline_reaches_the_county_exactly_once(county, phone, settings):
    world, line = county
    emeka = enrol(phone, "emeka")
    phone.keeps_the_app()

    # In the valley: no network, and twenty reports with two photos each.
    phone.context.set_offline(True)
    given = {"reports": REPORTS, "photos": PHOTOS, "author": emeka, "book": world.real.id}
    saved = {row["id"]: row for row in phone.run(SAVE_ALL, given)}
    assert len(saved) == REPORTS

    # The browser dies and starts again without a network; then the app is renewed.
    line.api_cut = True
    phone.kill()
    phone.boot(online=False)
    assert phone.counts()["waiting"] == REPORTS
    phone.context.set_offline(False)
    line.renewed = (phone.version, "renewed")
    assert phone.renew("renewed") == "dirty"
    assert phone.page.evaluate("caches.keys()") == ["relief-field-renewed"]
    assert phone.counts()["waiting"] == REPORTS

    # The clock jumps by three days, and the line comes back so poor that answers are lost.
    phone.context.clock.install(time=timezone.now() + THREE_DAYS)
    phone.open(phone.page)
    line.api_cut, line.lost_share = False, 0.3
    phone.run("await sync.now()")
    while not Item.objects.exists():
        phone.run("await sync.now()")

    # The enrolment runs out; somebody else enrols meanwhile. Nothing is sent as hers.
    Device.objects.update(
        enrolled_at=timezone.now() - dt.timedelta(days=2),
        expires_at=timezone.now() - dt.timedelta(days=1),
    )
    before = phone.counts()
    line.lost_share = 0.0
    farah = enrol(phone, "farah")
    for _try in range(3):
        phone.run("await sync.now()")
    assert phone.run("return (await pin.people()).map((one) => [one.id, one.needs])") == [
        [emeka, "auth.expired"],
        [farah, None],
    ]
    assert phone.counts()["by_author"] == {str(emeka): before["waiting"]}
    assert set(Item.objects.values_list("author_id", flat=True)) == {emeka}

    # Enrolled anew: two tabs press “send all now” until nothing waits.
    assert enrol(phone, "emeka") == emeka
    line.lost_share = 0.3
    send_until_nothing_waits(phone, phone.page, phone.open(phone.context.new_page()))
    assert line.lost > 0
    assert_exactly_once(phone, saved=saved, files=settings.FILES)
    assert phone.errors == []


def enrol(phone: Phone, name: str) -> int:
    """Enrol the phone for this person; returns who that is."""
    _device, code = devices.allow_by_command(username=name, label="", now=timezone.now())
    return phone.run("return (await pin.enrol({ code: given })).id", code)


def send_until_nothing_waits(phone: Phone, *tabs: Page) -> None:
    """Press “send all now” in every tab until the outbox is empty."""
    for _turn in range(100):
        for tab in tabs:
            phone.run(
                "await sync.now(); await new Promise((done) => setTimeout(done, 20))", page=tab
            )
        if phone.counts()["waiting"] == 0:
            return
    raise AssertionError(f"still waiting: {phone.counts()}")


def assert_exactly_once(phone: Phone, *, saved: dict, files: Path) -> None:
    rows = {row["id"]: row for row in phone.run("return (await outbox.items({ limit: 500 })).rows")}
    items = {str(item.id): item for item in Item.objects.all()}
    assert rows.keys() == items.keys() == saved.keys()
    assert {key: row["receipt"] for key, row in rows.items()} == {
        key: item.receipt for key, item in items.items()
    }
    assert len({item.receipt for item in items.values()}) == REPORTS
    assert all(row["complete"] and row["state"] == "sent" for row in rows.values())
    # Dead people went first, and versions of one chain in their order.
    order = sorted(items, key=lambda key: items[key].receipt)
    urgent = max(saved, key=lambda key: saved[key]["device_seq"])
    assert order[0] == urgent
    for row in saved.values():
        base = row["body"]["base"]
        assert base is None or order.index(base) < order.index(row["id"])
    # The jump of the clock is told; what the phone wrote as the time of the save stands.
    for key, item in items.items():
        assert item.made_at == dt.datetime.fromisoformat(saved[key]["made_at"])
        assert abs(item.offset_seconds + THREE_DAYS.total_seconds()) < 120
        assert item.clock_off
    photos = {photo.sha256 for photo in Photo.objects.filter(whole_at__isnull=False)}
    assert photos == {name for row in saved.values() for name in row["photos"]}
    assert len(photos) == REPORTS * PHOTOS
    stored = [path for path in files.rglob("*") if path.name in photos]
    assert {hashlib.sha256(path.read_bytes()).hexdigest() for path in stored} == photos
