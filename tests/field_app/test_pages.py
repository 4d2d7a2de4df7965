"""The field app as a township officer uses it: few taps, no network, both languages, any light."""

import json
import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import expect

from relief.deliveries.models import Stop
from relief.field.models import Alert, Item
from relief.reports.models import Report, ReportKind
from relief.web import field_files
from tests.gis.browser import until

HAS_PACK = """(async () => {
  for (const name of await caches.keys()) {
    const kept = await (await caches.open(name)).keys();
    if (kept.some((one) => one.url.endsWith("pack/store"))) return true;
  }
  return false;
})()"""
pytestmark = pytest.mark.django_db(transaction=True)

FIRST_LOAD_BYTES, FIRST_LOAD_REQUESTS = 120_000, 15
HORIZON = "document.documentElement.scrollWidth <= innerWidth"
# What is pressed, smaller than a thumb. A tick is pressed by its whole line.
PRESSED = "button, a[href], input:not([type=file]), select, summary"
SMALL = f"""[...document.querySelectorAll('{PRESSED}')]
  .map((one) => one.type === 'checkbox' ? one.closest('label') : one)
  .filter((one) => one.checkVisibility())
  .map((one) => [one.outerHTML.slice(0, 90), one.getBoundingClientRect()])
  .filter(([, box]) => box.width < 47.5 || (box.height < 47.5))
  .map(([html, box]) => html + ' ' + box.width + '×' + box.height)"""

LISTED = """[...document.querySelectorAll('[data-list] [data-item]')]
  .map((one) => one.dataset.item)"""

# The form as it is kept, should the browser be gone the next moment.
KEPT_DEATHS = """(async () => {
  const app = document.querySelector("script[type=module]").src;
  const found = await (await import(new URL("outbox.js", app))).draft("report");
  return found && found.body.form.figures.deaths;
})()"""

SAVED_BY_PERSON_99 = """async () => {
  const app = document.querySelector("script[type=module]").src;
  const [outbox, model] = await Promise.all(
    ["outbox", "model"].map((name) => import(new URL(`${name}.js`, app))));
  await outbox.save({ kind: "task", body: { task: 1, done: false }, author: 99, book: 1 });
  await model.count();
}"""


def test_the_first_load_is_small_and_stays_at_home(phone):
    phone.open("")
    until(
        phone.page,
        "navigator.serviceWorker.getRegistration().then((one) => Boolean(one && one.active))",
    )
    asked = [url for url in phone.asked if not url.startswith("data:")]
    assert len(asked) <= FIRST_LOAD_REQUESTS, asked
    assert all(url.startswith(phone.base) for url in [*asked, *phone.by_worker])
    shell = field_files.current()
    whole = sum(len(one.packed or one.plain) for one in shell.files.values())
    assert whole <= FIRST_LOAD_BYTES
    assert phone.errors == []

    # From here on no network is needed to open it.
    phone.context.set_offline(True)
    phone.page.reload()
    phone.page.wait_for_selector("[data-act=enrol]")


def test_a_report_a_zero_report_a_follow_up_and_a_receipt_take_few_taps(on_the_road):
    emeka, page = on_the_road, on_the_road.page
    chain = Report.objects.get(area__name_en="Northbank").chain

    # All of it without a network, once what this duty needs has been fetched along.
    until(page, HAS_PACK)
    emeka.context.set_offline(True)
    thumb = emeka.thumb()
    thumb.tap("[data-act=report]")
    expect(page.locator("select").first).to_have_value("222426100201")  # Willow, by position
    thumb.tap(".chip[data-value=houses]")
    thumb.tap('[data-key=dwelling_hh_collapsed] .chip[data-value="2–5"]')
    thumb.tap('[data-key=affected_population] .chip[data-value="10–50"]')
    thumb.tap(".chip[data-value=TENT]")
    thumb.tap("[data-act=camera]")
    thumb.tap(".finder__shutter")
    page.locator(".photo img").wait_for()
    thumb.tap("[data-act=save]")
    emeka.keeps(1)
    assert thumb.taps <= 8
    emeka.arrived("#/")

    thumb = emeka.thumb()
    thumb.tap("[data-act=zero]")
    thumb.tap("[data-act=zero-save]")
    emeka.keeps(2)
    assert thumb.taps <= 2

    thumb = emeka.thumb()
    thumb.tap("#tabs a[href='#/mine']")
    thumb.tap(f"[data-chain='{chain}'] [data-act=follow]")
    thumb.tap("input[data-key=injured]")
    page.keyboard.type("3")
    thumb.tap("[data-act=save]")
    emeka.keeps(3)
    emeka.arrived("#/")
    assert thumb.taps <= 4

    thumb = emeka.thumb()
    thumb.tap("#tabs a[href='#/goods']")
    thumb.tap("[data-act=receive]")
    thumb.tap("[data-act=save]")
    emeka.keeps(4)
    emeka.arrived("#/")
    assert thumb.taps <= 5
    assert not Item.objects.exists()
    emeka.open("#/mine")
    until(page, f"({LISTED}).length === 4 && new Set({LISTED}).size === 4")

    emeka.context.set_offline(False)
    emeka.send_all()
    assert Item.objects.count() == 4
    first = Report.objects.get(village__name_en="Willow")
    assert first.kind == ReportKind.INITIAL
    # At least two and at least ten; what nobody knows is not said to be none.
    assert first.figures["dwelling_hh_collapsed"] == 2
    assert first.figures["affected_population"] == 10
    assert "deaths" not in first.figures
    assert "2–5" in first.narrative and "10–50" in first.narrative
    assert (first.scene["what"], first.scene["wanted"]) == (["houses"], ["TENT"])
    assert first.accuracy_m == 12 and len(first.item.photos) == 1
    kinds = Report.objects.filter(chain=chain).order_by("seq").values_list("kind", flat=True)
    assert list(kinds) == [ReportKind.INITIAL, ReportKind.ZERO, ReportKind.FOLLOW_UP]
    newest = Report.objects.filter(chain=chain).latest("seq")
    assert newest.figures["injured"] == 3 and newest.figures["affected_population"] == 400
    assert Stop.objects.filter(area__name_en="Northbank", received_at__isnull=False).exists()
    assert emeka.errors == []


def test_the_app_asks_once_about_deaths_contradictions_and_falling_figures(emeka):
    page = emeka.page
    emeka.open("#/report")
    page.fill("input[data-key=deaths]", "2")
    page.click("[data-act=save]")
    assert "2" in page.locator("dialog h2").inner_text()
    page.click("[data-answer=no]")
    assert Item.objects.count() == 0
    until(page, f"{KEPT_DEATHS}.then((kept) => kept === 2)")

    # The browser is gone and comes back: the form is as it was, behind the PIN.
    page.reload()
    emeka.unlock()
    assert page.locator("input[data-key=deaths]").input_value() == "2"
    with emeka.in_one_moment():
        page.click("[data-act=save]")
        page.click("[data-answer=yes]")
        page.click("[data-act=undo]")
        emeka.keeps(0)
    emeka.open("#/report")
    assert page.locator("input[data-key=deaths]").input_value() == "2"
    page.click("[data-act=save]")
    page.click("[data-answer=yes]")
    emeka.arrived("#/")

    # Figures that contradict each other, and one that falls.
    chain = Report.objects.get(area__name_en="Northbank").chain
    emeka.open(f"#/follow/{chain}")
    page.fill("input[data-key=deaths]", "500")
    page.click("[data-act=save]")
    expect(page.locator(".figure .note--danger")).to_have_count(1)
    page.fill("input[data-key=deaths]", "")
    page.fill("input[data-key=affected_population]", "300")
    page.click("[data-act=save]")  # asks why
    assert page.evaluate("location.hash") == f"#/follow/{chain}"
    page.click(".chip[data-value=new_check]")
    page.click("[data-act=save]")
    emeka.arrived("#/")
    emeka.send_all()
    assert Item.objects.count() == 2
    assert Alert.objects.get().deaths == 2
    newest = Report.objects.filter(chain=chain).latest("seq")
    assert newest.figures["affected_population"] == 300
    assert (newest.change_reason, newest.change_note) == ("new_check", "")

    # What somebody else saved here, and must sign in to send, is told on every page.
    page.evaluate(SAVED_BY_PERSON_99)
    emeka.open("#/settings")
    until(page, "document.getElementById('notes').innerText.includes('99 保存的 1 条还没上报')")


def test_every_page_reads_well_in_both_languages_and_any_light(on_the_road):
    """axe finds nothing, nothing scrolls sideways at 320 pixels, a thumb hits everything."""
    emeka, page = on_the_road, on_the_road.page
    emeka.open("#/report")
    page.fill("input[data-key=deaths]", "1")
    page.click("[data-act=save]")
    page.click("[data-answer=yes]")
    chain = Report.objects.get(area__name_en="Northbank").chain
    stop = Stop.objects.filter(area__name_en="Northbank").first()
    pages = [
        "", "#/report", "#/mine", f"#/follow/{chain}", f"#/verified/{chain}", "#/houses",
        "#/house/new", "#/scan", "#/goods", f"#/goods/{stop.id}", "#/tasks", "#/settings",
    ]  # fmt: skip
    page.set_viewport_size({"width": 320, "height": 640})
    emeka.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 1})
    page.evaluate(Axe().axe_script)
    found = []
    for language, theme in (("zh", "light"), ("en", "light"), ("zh", "sun"), ("zh", "night")):
        emeka.look(language=language, theme=theme)
        for address in pages:
            emeka.open(address or "#/")
            # Themes change colours and nothing else.
            rules = {"runOnly": ["color-contrast"]} if theme != "light" else {}
            broken = page.evaluate(
                "(options) => axe.run(document, {resultTypes: ['violations'], ...options})", rules
            )["violations"]
            found += [
                (language, theme, address, one["id"], one["nodes"][0]["html"]) for one in broken
            ]
            if theme == "light":
                if not page.evaluate(HORIZON):
                    found.append((language, address, "scrolls sideways"))
                found += [(language, address, one) for one in page.evaluate(SMALL)]
    assert found == []
    assert emeka.errors == []


def test_both_languages_have_every_sentence_with_the_same_values():
    folder = Path(settings.BASE_DIR) / "static/field"
    zh, en = {}, {}
    for part in ("", "store.", "drill."):
        for known, language in ((zh, "zh"), (en, "en")):
            more = json.loads((folder / f"words/{part}{language}.json").read_text())
            assert known.keys() & more.keys() == set()
            known |= more
    assert zh.keys() == en.keys()
    values = {key: set(re.findall(r"\{(\w+)\}", text)) for key, text in zh.items()}
    assert {key: set(re.findall(r"\{(\w+)\}", text)) for key, text in en.items()} == values
    assert [text for text in en.values() if re.search(r"[\u4e00-\u9fff]", text)] == []
    used = set()
    for source in folder.rglob("*.js"):
        used |= set(re.findall(r'say\(\s*"([a-z0-9_.]+)"', source.read_text()))
    assert used - zh.keys() == set()


def test_inside_another_app_there_is_only_the_way_out():
    shown = Client().get("/f/", headers={"user-agent": "Mozilla/5.0 MicroMessenger/8.0"})
    assert "请在浏览器打开" in shown.text
    assert 'type="module"' not in shown.text
