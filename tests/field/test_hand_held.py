"""A keeper's hand-held terminal: goods picked, checked, sent off and received by scanner or hand,
with a network or without; what does not belong is said in words."""

import datetime as dt
import json
import time
import uuid
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db.models import F
from django.test import Client
from django.utils import timezone

from relief.access.acts import Role
from relief.access.models import Duty
from relief.catalog import tags
from relief.catalog.models import ItemCode
from relief.deliveries.by_phone import order_by_phone
from relief.deliveries.models import Difference, Fleet, Load, Stop, Trip, TripState
from relief.field import devices
from relief.field.models import Item
from relief.journal.models import Book
from relief.ledger.models import Movement, MovementKind
from relief.stock.models import Bin, Holding
from tests import world as named
from tests.field_app.phone import PIN, Phone, switch_on
from tests.field_app.test_pages import HORIZON, SMALL
from tests.flow import scenes
from tests.gis.browser import playing, until
from tests.live.sockets import running
from tests.patience import PATIENCE

pytestmark = pytest.mark.django_db(transaction=True)
QUAY = (128.02, 43.05)
THREE_LINES = {"QUILT": 20, "TENT-12S": 8, "RICE": 4}
KEY_SECONDS = 0.008
# Between two pages there is none for a moment.
TOLD = "(document.querySelector('.scan__told')?.innerText || '')"
# A code drawn in the page and read by what reads the camera's frames.
READS_A_CODE = """async (text) => {
  const files = document.querySelector("script[type=module]").src.replace("field/app.js", "");
  const { qrcode } = await import(`${files}vendor/qrcode-generator/qrcode.mjs`);
  const { readFrame } = await import(`${files}field/scanner.js`);
  const code = qrcode(0, "M");
  code.addData(text, "Byte");
  code.make();
  const side = code.getModuleCount() + 8;
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: side * 6, height: side * 6 });
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, side * 6, side * 6);
  pen.fillStyle = "#000";
  for (let y = 0; y < side - 8; y += 1) {
    for (let x = 0; x < side - 8; x += 1) {
      if (code.isDark(y, x)) pen.fillRect((x + 4) * 6, (y + 4) * 6, 6, 6);
    }
  }
  return readFrame(pen.getImageData(0, 0, canvas.width, canvas.height));
}"""


@dataclass
class Gun:
    """A scanner that is a keyboard: keys eight milliseconds apart, then Enter."""

    phone: Phone
    scans: int = 0

    def __post_init__(self) -> None:
        self.link = self.phone.context.new_cdp_session(self.phone.page)

    def scan(self, text: str, *, told: str = "", at: str = "") -> None:
        """Scan, and wait until the page says this, or until the page of that address is open."""
        now = timezone.now().timestamp()
        for number, key in enumerate([*text, "Enter"]):
            event = {"key": key, "timestamp": now + number * KEY_SECONDS}
            typed = {"text": "\r", "code": key} if key == "Enter" else {"text": key}
            self.link.send("Input.dispatchKeyEvent", {"type": "keyDown", **event, **typed})
            self.link.send("Input.dispatchKeyEvent", {"type": "keyUp", **event})
        self.scans += 1
        if at:
            self.phone.arrived(at)
        else:
            until(self.phone.page, f"({TOLD}).includes({json.dumps(told)})")


@pytest.fixture
def store(transactional_db, settings, tmp_path):
    """Quay with a bin for each lot, two telephone orders of three lines, and who serves it."""
    settings.FILES = tmp_path / "files"
    scene = scenes.reported(named.build())
    for number, holding in enumerate(Holding.objects.filter(depot=scene.world.quay).order_by("id")):
        holding.bin = Bin.objects.create(depot=holding.depot, code=f"A-{number + 1:02d}")
        holding.save(update_fields=["bin"])
    with running() as web, playing() as play:
        yield scene, lambda: switch_on(play, base=f"http://127.0.0.1:{web.port}", at=QUAY, slower=1)


def order(scene: scenes.Scene, *, place: str = "Northbank", by: str = "bela") -> Trip:
    """Chidi orders three items by telephone; Bela writes it down."""
    _order, trip = order_by_phone(
        actor=scene.actor(by),
        incident_id=scene.incident.id,
        area_id=scene.world.area(place).id,
        depot_id=scene.world.quay.id,
        lines=THREE_LINES,
        commander_id=scene.world.users["chidi"].id,
        said_at=scene.now,
        fleet_id=Fleet.objects.get().id,
        request_key=uuid.uuid4(),
        now=scene.now,
    )
    return trip


def enrol(phone: Phone, name: str, *, until_there: str) -> None:
    _device, code = devices.allow_by_command(username=name, label="", now=timezone.now())
    page = phone.page
    page.goto(f"{phone.base}/f/#enrol={code}")
    page.click("[data-act=enrol]")
    page.fill("input.pin", PIN)
    page.click("[data-act=pin]")
    page.click("[data-act=start]")
    page.wait_for_selector(until_there)


def tag(kind: str, row) -> str:
    return tags.write(kind=kind, id=row.id)


def holdings(trip: Trip) -> list[tuple[Load, Holding]]:
    """What is to be picked, in the order of the list."""
    loads = Load.objects.filter(stop__trip=trip).select_related("line__source").order_by("id")
    return [(one, Holding.objects.get(lot_id=one.line.source.commodity[4:])) for one in loads]


def kept_offline(phone: Phone) -> None:
    """Until the pages of stores and the scanner are on the phone."""
    packs = "['store', 'scanner'].map((one) => caches.match(`/f/pack/${one}`))"
    until(phone.page, f"Promise.all({packs}).then((all) => all.every(Boolean))")


def sent(phone: Phone, count: int) -> None:
    """Until the county has so many items."""
    limit = time.monotonic() + PATIENCE
    while (found := Item.objects.count()) < count:
        assert time.monotonic() < limit, f"expected {count} items, got {found}"
        phone.page.wait_for_timeout(50)


def test_an_order_of_three_lines_leaves_and_arrives_by_scanner_and_by_hand_without_a_network(store):
    scene, switch = store
    first, second = order(scene), order(scene, place="Southbank")
    phone: Phone = switch()
    enrol(phone, "asha", until_there="[data-act=report]")
    enrol(phone, "bela", until_there="[data-trip]")
    page, gun = phone.page, Gun(phone)

    # By scanner: bin and lot of each line, the slip, each lot on the vehicle, and the slip again.
    gun.scan(tag("trip", first), told="先扫货位")
    for _load, holding in holdings(first):
        gun.scan(tag("bin", holding.bin), told=f"货位 {holding.bin.code}:")
        gun.scan(tag("lot", holding.lot), told=f"批次 {holding.lot.batch}")
    assert gun.scans <= 1 + 3 * len(THREE_LINES)
    gun.scan(tag("trip", first), told="第二人")
    gun.scan(f"https://relief.example/q/{tag('trip', first)}", told="单据正确")
    for _load, holding in holdings(first):
        gun.scan(tag("lot", holding.lot), told="已点")
    gun.scan(tag("trip", first), at=f"#/slip/{first.id}")
    sent(phone, 1)
    until(page, "document.querySelector('#page').innerText.includes('县收件号')")
    first.refresh_from_db()
    assert (first.state, first.slip_number) == (TripState.ON_THE_ROAD, "CK-0001")
    slip = page.locator(".paper").inner_text()
    assert "先行出库,手续待补" in slip and "CK-0001" in slip and tag("trip", first) in slip

    # By hand and without a network: one press a line, one more on the vehicle, a colleague's PIN.
    kept_offline(phone)
    phone.context.set_offline(True)
    phone.open("#/store")
    until(page, "document.querySelector('.mode').innerText.includes('离线作业')")
    page.reload()
    phone.unlock()
    assert page.evaluate(READS_A_CODE, tag("lot", holding.lot)) == [tag("lot", holding.lot)]
    thumb = phone.thumb()
    thumb.tap(f"[data-trip='{second.id}'] [data-act=do-pick]")
    for load, _holding in holdings(second):
        page.wait_for_selector(f".pick[data-load='{load.id}']")
        thumb.tap("[data-act=picked]")
    thumb.tap("[data-act=to-load]")
    for _line in THREE_LINES:
        page.wait_for_selector("[data-act=same]")
        thumb.tap("[data-act=same]")
    assert thumb.taps <= 2 + 2 * len(THREE_LINES)
    page.click(f".chip[data-value='{scene.world.users['asha'].id}']")
    page.fill("dialog input.pin", PIN)
    page.click("[data-answer=yes]")
    page.fill("[data-key=plate]", "吉H00001")
    page.click("[data-act=issue]")
    page.wait_for_selector(".paper")
    assert "CK-0002" in page.locator(".paper").inner_text()
    assert Item.objects.count() == 1
    phone.context.set_offline(False)
    sent(phone, 2)
    until(page, "document.querySelector('#page').innerText.includes('县收件号')")
    second.refresh_from_db()
    assert (second.slip_number, second.plate) == ("CK-0002", "吉H00001")
    assert second.checked_by == scene.world.users["asha"].id
    loaded = Load.objects.filter(stop__trip=second).values_list("line__item__code", "loaded")
    assert dict(loaded) == THREE_LINES
    moved = Movement.objects.filter(document=second.number, kind=MovementKind.DISPATCH)
    assert (moved.count(), Item.objects.filter(kind="issue").count()) == (1, 2)
    assert not Difference.objects.exists()
    assert [one for one in phone.errors if "DISCONNECTED" not in one] == []
    phone.context.close()

    # The township receives the first by scanner: the slip, each lot, the slip again.
    there: Phone = switch()
    enrol(there, "emeka", until_there="[data-act=report]")
    there.open("#/goods")
    there.page.wait_for_selector(".scan__told")
    gun = Gun(there)
    gun.scan(tag("trip", first), told="再扫单据签收")
    for _load, holding in holdings(first):
        gun.scan(tag("lot", holding.lot), told="已点")
    assert gun.scans <= 3 * len(THREE_LINES)
    stop = Stop.objects.get(trip=first)
    gun.scan(tag("stop", stop), at="#/")
    there.send_all()
    stop.refresh_from_db()
    assert stop.received_at is not None
    assert not stop.loads.exclude(good=F("loaded")).exists()
    assert there.errors == []
    there.context.close()


def test_what_does_not_belong_is_refused_in_words_and_an_unknown_code_is_bound(store):
    scene, switch = store
    world = scene.world
    Duty.objects.create(
        user=world.users["bela"],
        role=Role.KEEPER,
        area=world.county,
        book=world.drill,
        valid_from=world.now,
    )
    named.drill(world)
    drilled = named.stock(world, "QUILT", 10, book=world.drill)
    yesterday = named.TODAY - dt.timedelta(days=1)
    old = named.stock(world, "QUILT", 5, batch="Q-OLD", expires_on=yesterday)
    other = Holding.objects.get(lot__batch="Q-2023")
    trip = order(scene)
    tent = Holding.objects.get(lot__item__code="TENT-12S").lot
    phone: Phone = switch()
    enrol(phone, "bela", until_there="[data-trip]")
    page, gun = phone.page, Gun(phone)

    # Papers of the drill in the real event, and of the real event in the drill.
    page.click("[data-act=fetch]")
    until(page, f"({TOLD}).includes('已是最新')")
    gun.scan(tag("lot", drilled.lot), told="演练单据")
    gun.scan("YL-CK-0007", told="演练单据")
    look_at(phone, book=world.drill)
    gun.scan(tag("trip", trip), told="实战单据")
    look_at(phone, book=world.real)

    # A lot that has expired, one of another item, and one that should wait.
    phone.open(f"#/pick/{trip.id}")
    page.wait_for_selector(".pick")
    gun.scan(tag("lot", old.lot), told="不能出库")
    gun.scan(tag("lot", Holding.objects.get(lot__batch="W-1").lot), told="不在这张单上")
    gun.scan(tag("lot", other.lot), told="2027-06-01")
    assert page.locator(".pick--ask").count() == 1
    page.click(".chip[data-value=blocked]")
    until(page, f"({TOLD}).includes('堆压')")

    # A maker's code nobody has met: bound where it was met, by the initials of the pinyin.
    gun.scan("6901234567892", told="没见过这个码")
    page.fill("dialog input[type=search]", "12dzp")
    page.click("dialog [data-item=TENT-12S]")
    until(page, f"({TOLD}).includes('批次 {tent.batch}')")
    sent(phone, 1)
    assert ItemCode.objects.get(code="6901234567892").item.code == "TENT-12S"
    gun.scan("6901234567892", told="已确认")
    assert phone.errors == []
    phone.context.close()


def look_at(phone: Phone, *, book: Book) -> None:
    """Change the book, as in the settings, and go back to the day's work."""
    phone.open("#/settings")
    chip = f".chip[data-value='{book.id}']"
    # The page is drawn anew once the other book has come.
    phone.page.evaluate(f"document.querySelector({json.dumps(chip)}).dataset.before = ''")
    phone.page.click(chip)
    until(phone.page, "!document.querySelector('[data-before]')")
    phone.arrived("#/settings")
    phone.open("#/store")
    drill = json.dumps(book.is_drill)
    until(phone.page, f"document.body.classList.contains('is-drill') === {drill}")


def test_every_page_of_a_keeper_reads_well_in_both_languages_and_any_light(store):
    scene, switch = store
    trip = order(scene)
    phone: Phone = switch()
    enrol(phone, "bela", until_there="[data-trip]")
    page, gun = phone.page, Gun(phone)
    page.set_viewport_size({"width": 320, "height": 640})
    axe = Axe().axe_script

    def found(addresses: list[str]) -> list[tuple]:
        wrong: list[tuple] = []
        page.evaluate(axe)
        for language, theme in (("zh", "light"), ("en", "light"), ("zh", "sun"), ("zh", "night")):
            phone.look(language=language, theme=theme)
            for address in addresses:
                phone.open(address)
                # Themes change colours and nothing else.
                rules = {"runOnly": ["color-contrast"]} if theme != "light" else {}
                broken = page.evaluate(
                    "(how) => axe.run(document, {resultTypes: ['violations'], ...how})", rules
                )["violations"]
                wrong += [
                    (language, theme, address, one["id"], one["nodes"][0]["html"]) for one in broken
                ]
                if theme == "light":
                    if not page.evaluate(HORIZON):
                        wrong.append((language, address, "scrolls sideways"))
                    wrong += [(language, address, one) for one in page.evaluate(SMALL)]
        return wrong

    wrong = found(["#/store", "#/find", "#/find/item/QUILT", f"#/pick/{trip.id}", "#/mine"])
    phone.open(f"#/pick/{trip.id}")
    page.wait_for_selector(".pick")
    for _load, holding in holdings(trip):
        gun.scan(tag("lot", holding.lot), told=holding.lot.batch)
    wrong += found([f"#/load/{trip.id}"])
    phone.open(f"#/load/{trip.id}")
    for _line in THREE_LINES:
        page.locator("[data-act=same]").first.click()
    page.click("[data-act=issue]")
    page.wait_for_selector(".paper")
    wrong += found([f"#/slip/{trip.id}"])
    assert wrong == []
    assert phone.errors == []
    phone.context.close()


def test_only_the_field_app_may_compile_its_scanner(client: Client):
    """WebAssembly in the app's own page, and no `eval` anywhere."""
    policies = {
        path: client.get(path).headers["Content-Security-Policy"] for path in ("/f/", "/sign-in/")
    }
    assert "'wasm-unsafe-eval'" in policies["/f/"]
    assert "wasm" not in policies["/sign-in/"]
    assert all("'unsafe-eval'" not in one for one in policies.values())
