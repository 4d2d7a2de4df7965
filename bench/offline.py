"""`./run bench offline`: reports saved without a network reach the county exactly once, and soon.

A real browser keeps 200 reports with three photos of about 150 KB each through restarts, deaths of
its processes, a clock that jumps by three days and an update of the app; then a line that loses
30 % of the county's answers, after they were committed, and two tabs that both send. After that 200
texts go over a line of 400 kbit/s with 400 ms per round trip. At last saving and shrinking photos
on a processor slowed down four times.

Prints JSON lines; each figure with its `limit` and the ratio to it (below 1 is within). Browser,
web process and database share the processors of this machine.

    ./run bench offline
    ./run bench offline --reports 40
"""

# ruff: noqa: E402 (Django must be set up before the rooms are imported)

import argparse
import datetime as dt
import hashlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "relief.config.settings")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright keeps a loop in this thread

import django

django.setup()

from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Page, Playwright, sync_playwright

from bench import boards_place as place
from bench.boards_aims import aim, exactly
from bench.boards_web import Web
from bench.offline_line import Line, open_line
from bench.offline_phone import Phone
from gis.models import Area, Level
from relief.access.acts import Role
from relief.access.models import Duty, User
from relief.field import devices
from relief.field.models import Item, Photo
from relief.journal.models import Book
from relief.norms.loading import load_norms

THREE_DAYS = dt.timedelta(hours=72)
PHOTOS, KILLS = 3, 3
LOST_SHARE = 0.3
VALLEY_BYTES_PER_S, VALLEY_RTT_S = 50_000, 0.4  # 400 kbit/s
SLOWER = 4
PATIENCE = 3600.0

# Photos as a phone takes them: too busy to pack well, no two the same.
SAVE_ALL = """
const canvas = document.createElement("canvas");
Object.assign(canvas, { width: 640, height: 480 });
const pen = canvas.getContext("2d");
const base = await createImageBitmap(await noise(330, 248));
let spent = 0;
for (let n = 0; n < given.reports; n += 1) {
  const shots = [];
  for (let m = 0; m < given.photos; m += 1) {
    pen.drawImage(base, 0, 0, 640, 480);
    pen.fillText(`${n} ${m} ${Math.random()}`, 20, 40);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.88));
    shots.push({ blob, sha256: await photos.sha256(await blob.arrayBuffer()) });
  }
  const body = report({ area: given.area, village: given.village });
  if (n === given.reports - 1) body.figures.deaths = 1;
  const begun = performance.now();
  const { author, book } = given;
  await outbox.save({ kind: "report", body, photos: shots, author, book });
  spent += performance.now() - begun;
}
const { usage } = await navigator.storage.estimate();
return { spent, usage };
"""
SAVE_TIMES = """
const shots = [];
for (let n = 0; n < given.photos; n += 1) {
  const blob = await noise(330, 248);
  shots.push({ blob, sha256: await photos.sha256(await blob.arrayBuffer()) });
}
const times = [];
for (let n = 0; n < given.times; n += 1) {
  const fresh = await Promise.all(shots.map(async ({ blob }) => {
    const again = new Blob([blob, new Uint8Array([n])], { type: "image/jpeg" });
    return { blob: again, sha256: await photos.sha256(await again.arrayBuffer()) };
  }));
  const { area, village, author, book } = given;
  const body = report({ area, village });
  const begun = performance.now();
  await outbox.save({ kind: "report", body, photos: fresh, author, book });
  times.push(performance.now() - begun);
}
return times;
"""
# A sky, hills and a wall of bricks: what 12 million pixels of a village look like to a packer.
SHRINK_TIMES = """
const canvas = document.createElement("canvas");
Object.assign(canvas, { width: 4000, height: 3000 });
const pen = canvas.getContext("2d");
const sky = pen.createLinearGradient(0, 0, 0, 3000);
sky.addColorStop(0, "#9bc"); sky.addColorStop(1, "#564");
pen.fillStyle = sky;
pen.fillRect(0, 0, 4000, 3000);
for (let y = 1400; y < 3000; y += 40) for (let x = 0; x < 4000; x += 90) {
  const [red, green] = [120 + (x * 7 + y * 3) % 60, 70 + (x + y * 5) % 40];
  pen.fillStyle = `rgb(${red} ${green} ${50 + (x * 3) % 30})`;
  pen.fillRect(x + (y % 80), y, 84, 34);
}
const file = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.92));
const times = [];
let shot = null;
for (let n = 0; n < given; n += 1) {
  const begun = performance.now();
  shot = await photos.shrink(file);
  times.push(performance.now() - begun);
}
return { times, file: file.size, bytes: shot.blob.size, width: shot.width };
"""


def tell(what: str, **more: Any) -> None:
    print(json.dumps({"bench": "offline", "what": what, **more}, ensure_ascii=False), flush=True)


class Officer:
    """A township officer (乡镇灾害信息员) of a made-up county in a book of its own."""

    def __init__(self) -> None:
        county = place.county(townships=1, villages=1)
        load_norms(area=county)
        self.book: Book = place.new_book()
        below = Area.objects.filter(path__startswith=f"{county.path}/").order_by("code")
        self.township = below.filter(level=Level.TOWNSHIP)[0]
        self.village = below.filter(parent=self.township)[0]
        self.user = User.objects.get_or_create(
            username="bench-officer", defaults={"password": "!"}
        )[0]
        self.duty = Duty.objects.create(
            user=self.user,
            role=Role.TOWNSHIP_OFFICER,
            area=self.township,
            book=self.book,
            valid_from=timezone.now(),
        )

    def given(self, **more: Any) -> dict[str, Any]:
        return {
            "area": self.township.code,
            "village": self.village.code,
            "author": self.user.pk,
            "book": self.book.pk,
            **more,
        }

    def enrol(self, phone: Phone) -> None:
        _device, code = devices.allow_by_command(
            username=self.user.username, label="bench", now=timezone.now()
        )
        phone.run("await pin.enrol({ code: given })", code)


@contextmanager
def officer_on_duty() -> Iterator[Officer]:
    officer = Officer()
    try:
        yield officer
    finally:
        officer.duty.delete()


@contextmanager
def phone_on(play: Playwright, line: Line, officer: Officer) -> Iterator[Phone]:
    with tempfile.TemporaryDirectory(prefix="relief-phone-") as folder:
        phone = Phone(play, folder=Path(folder), base=f"http://127.0.0.1:{line.port}")
        phone.boot()
        phone.keeps_the_app()
        officer.enrol(phone)
        # The app begins to send by itself when it opens with somebody enrolled.
        phone.page.reload()
        yield phone
        phone.quit()


def endurance(phone: Phone, line: Line, officer: Officer, *, reports: int, files: Path) -> None:
    phone.context.set_offline(True)
    saved = phone.run(SAVE_ALL, officer.given(reports=reports, photos=PHOTOS))
    tell(
        "saved offline",
        reports=reports,
        photos=reports * PHOTOS,
        seconds=round(saved["spent"] / 1000, 2),
        stored_mb=round(saved["usage"] / 1e6, 1),
    )
    line.api_cut = True
    phone.kill()
    phone.boot(online=False)
    tell("after death offline", waiting=exactly(phone.counts()["waiting"], reports))
    phone.context.set_offline(False)
    line.renewed = (phone.version, "renewed")
    with_form = phone.renew("renewed")
    tell(
        "after an update", waiting=exactly(phone.counts()["waiting"], reports), with_form=with_form
    )
    phone.quit()
    phone.boot()
    phone.context.clock.install(time=timezone.now() + THREE_DAYS)
    phone.open(phone.page)
    line.api_cut, line.lost_share = False, LOST_SHARE
    begun = time.monotonic()
    deaths = 1 + send_all(phone, reports=reports)
    rows = phone.run("return (await outbox.items({ limit: 5000 })).rows")
    judge(rows, officer, files=files, reports=reports)
    tell(
        "on a line that loses answers",
        seconds=round(time.monotonic() - begun, 1),
        requests=sum(line.seen.values()),
        lost=line.lost,
        restarts=deaths + 1,
        deaths=deaths,
    )


def send_all(phone: Phone, *, reports: int) -> int:
    """Two tabs send; the browser is killed three times on the way. Returns how often it was."""
    kills = [reports * (n + 1) // (KILLS + 1) for n in range(KILLS)]
    tabs = [phone.page, phone.open(phone.context.new_page())]
    limit = time.monotonic() + PATIENCE
    while (left := phone.counts())["waiting"]:
        if time.monotonic() > limit:
            raise RuntimeError(f"still waiting after {PATIENCE} s: {left}")
        for tab in tabs:
            press(phone, tab)
        if kills and left["received"] >= kills[0]:
            kills.pop(0)
            phone.run("sync.now()", page=tabs[0])  # not waited for: it dies on the way
            phone.kill()
            phone.boot()
            tabs = [phone.page, phone.open(phone.context.new_page())]
    return KILLS - len(kills)


def press(phone: Phone, tab: Page) -> None:
    """“Send all now” in this tab."""
    phone.run("await sync.now(); await new Promise((done) => setTimeout(done, 5))", page=tab)


def judge(rows: list[dict], officer: Officer, *, files: Path, reports: int) -> None:
    items = {str(item.id): item for item in Item.objects.filter(book=officer.book)}
    same = sum(row["receipt"] == items[row["id"]].receipt for row in rows if row["id"] in items)
    names = {name for row in rows for name in row["photos"]}
    whole = set(
        Photo.objects.filter(book=officer.book, whole_at__isnull=False).values_list(
            "sha256", flat=True
        )
    )
    stored = [path for path in files.rglob("*") if path.name in names]
    equal = {hashlib.sha256(path.read_bytes()).hexdigest() for path in stored} & whole & names
    tell("reports at the county", rows=exactly(len(items), reports))
    tell("receipts", receipts=exactly(len({item.receipt for item in items.values()}), reports))
    tell("the same receipts on the phone", receipts=exactly(same, reports))
    tell("photos equal byte by byte", photos=exactly(len(equal), reports * PHOTOS))
    complete = sum(row["complete"] for row in rows)
    tell("known to be whole on the phone", items=exactly(complete, reports))


def valley(phone: Phone, line: Line, officer: Officer, *, reports: int) -> None:
    """Texts over a poor line, from the moment it is there."""
    before = Item.objects.filter(book=officer.book).count()
    phone.context.set_offline(True)
    phone.run(SAVE_ALL, officer.given(reports=reports, photos=0))
    phone.run(
        "for (const row of (await outbox.items({ limit: 5000 })).rows) await outbox.release(row.id)"
    )
    line.bytes_per_s, line.rtt_s = VALLEY_BYTES_PER_S, VALLEY_RTT_S
    begun = time.monotonic()
    # Nobody presses a button: the phone notices the network by itself.
    phone.context.set_offline(False)
    first = 0.0
    came = 0
    while came < reports and time.monotonic() - begun < 10 * 60:
        came = Item.objects.filter(book=officer.book).count() - before
        if not first and Item.objects.filter(book=officer.book, body__figures__deaths=1).exists():
            first = time.monotonic() - begun
        phone.page.wait_for_timeout(50)
    while phone.counts()["waiting"]:
        phone.page.wait_for_timeout(50)
    spent = time.monotonic() - begun
    line.bytes_per_s = line.rtt_s = 0.0
    tell("first death at the county", seconds=aim(first, 10))
    tell(f"{reports} texts received", seconds=aim(spent, 60 * reports / 200), came=came)


def slowed(phone: Phone, officer: Officer, *, times: int) -> None:
    phone.context.set_offline(True)
    session = phone.context.new_cdp_session(phone.page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    for photos, limit in ((PHOTOS, 300), (0, 100)):
        found = sorted(phone.run(SAVE_TIMES, officer.given(photos=photos, times=times)))
        tell(
            f"save with {photos} photos",
            median_ms=aim(found[times // 2], limit),
            worst_ms=found[-1],
        )
    shrunk = phone.run(SHRINK_TIMES, times // 3)
    found = sorted(shrunk["times"])
    tell(
        "photo of 12 megapixels",
        median_ms=aim(found[len(found) // 2], 1500),
        bytes=aim(shrunk["bytes"], 150 * 1024),
        width=shrunk["width"],
        file_bytes=shrunk["file"],
    )


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--reports", type=int, default=200)
    parser.add_argument("--times", type=int, default=15, help="saves measured, slowed down")
    chosen = parser.parse_args(words)
    call_command("migrate", verbosity=0, interactive=False)
    with tempfile.TemporaryDirectory(prefix="relief-files-") as folder:
        os.environ["FILES"] = folder
        web = Web()
        web.start()
        try:
            web.until_up()
            with sync_playwright() as play:
                for part in ("endurance", "valley", "slowed"):
                    with (
                        open_line(county_port=web.port) as line,
                        officer_on_duty() as officer,
                        phone_on(play, line, officer) as phone,
                    ):
                        if part == "endurance":
                            files = Path(folder)
                            endurance(phone, line, officer, reports=chosen.reports, files=files)
                        elif part == "valley":
                            valley(phone, line, officer, reports=chosen.reports)
                        else:
                            slowed(phone, officer, times=chosen.times)
        finally:
            web.end()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
