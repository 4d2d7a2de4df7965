"""Every address of the pages with an object of the scene to ask it for."""

import datetime as dt
import uuid
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from relief.access.models import ScreenPass
from relief.allocation.models import PlanRun
from relief.calls.models import CallOff, Requisition
from relief.deliveries.models import CheckTask, Stop, TripState
from relief.drills.models import Drill, Yearly
from relief.field.models import Alert
from relief.households.models import AffectedVillage, DamagedHouse
from relief.incidents.models import RoadClosure
from relief.messaging.models import Message
from relief.preparedness.models import ResponsePlan
from relief.reports.models import Report
from relief.response.models import ResponseTask
from relief.stock.models import Lot
from tests.flow.scenes import Scene
from tests.response.phones import keep
from tests.web import store_rows


def names() -> set[str]:
    """Every address there is, as `space:name`."""
    found: set[str] = set()

    def walk(patterns: list, space: str) -> None:
        for entry in patterns:
            if isinstance(entry, URLResolver):
                walk(entry.url_patterns, f"{entry.namespace}:" if entry.namespace else space)
            elif isinstance(entry, URLPattern):
                found.add(f"{space}{entry.name}")

    walk(get_resolver().url_patterns, "")
    return found


def keywords(scene: Scene) -> dict[str, dict[str, Any]]:
    """What each address that names an object is asked for: always one of Northbank or Harbour."""
    incident, northbank = scene.incident.id, scene.world.area("Northbank")
    report = Report.objects.get(area=northbank)
    affected = AffectedVillage.objects.get(area=scene.world.area("Willow"))
    task = ResponseTask.objects.filter(area=northbank, done_at=None).order_by("id").first()
    stop = Stop.objects.filter(area=northbank).order_by("-trip__state", "id").first()
    trips = scene.incident.trips.exclude(state=TripState.CANCELLED)
    trip = trips.filter(stops__area=northbank).order_by("id").first()
    order = scene.incident.orders.filter(area=northbank).order_by("id").first()
    lot = Lot.objects.filter(book=scene.world.real).order_by("id").first()
    check = CheckTask.objects.order_by("id").first()
    place = {"id": incident, "code": northbank.code}
    loose = keep(scene.world, "Northbank")
    line = scene.plan.lines.order_by("position").first()
    board = {"view": "township", "code": northbank.code}
    return {
        **{
            f"web:{name}": {"id": incident}
            for name in (
                *("incident", "activate", "end_response", "villages", "situation"),
                *("incident_plan", "plan_draft", "needs", "closure_new", "what_if"),
                *("rollup", "contacts", "damage_map", "houses", "house_new", "rapid"),
            )
        },
        "web:task_done": {"id": task.id},
        "web:report_new": place,
        **{
            f"web:{name}": {"id": report.id}
            for name in ("report", "report_verify", "report_return")
        },
        "web:item_return": {"id": loose.id},
        "web:report_adopt": {"id": report.id},
        "web:rollup_cell": {**place, "figure": "deaths"},
        "web:rapid_file": {"id": incident, "form": "csv"},
        "web:house": {"id": house(scene).id},
        "web:alert_seen": {"id": alert(scene).id},
        "web:affected": {"id": affected.id},
        "web:closure_reopen": {"id": RoadClosure.objects.get().id},
        **{
            f"web:{name}": {"code": scene.world.county.code}
            for name in ("readiness_run", "readiness_state")
        },
        "web:shelter": {"id": scene.world.school.id},
        "web:household_tiles": {"z": 9, "x": 438, "y": 187},
        "web:stop_line": {"id": stop.id},
        **{
            f"web:{name}": {"id": scene.plan.id}
            for name in ("plan", "plan_propose", "plan_approve", "plan_refuse")
        },
        **{
            f"web:{name}": {"id": run(scene).id}
            for name in ("plan_run", "plan_run_state", "plan_run_cancel")
        },
        "web:plan_sheets": {"id": trip.plan_id},
        "web:plan_sheet": {"id": trip.plan_id, "fleet": trip.fleet_id, "vehicle": trip.vehicle},
        "web:plan_line": {"id": scene.plan.id, "position": line.position},
        "web:plan_need": {"id": scene.plan.id, "need": line.need_id},
        "web:need": {**place, "item": line.need.item.code},
        "web:order": {"id": order.id},
        "web:order_paper": {"id": order.id},
        **{
            f"web:{name}": {"id": trip.id}
            for name in ("trip", "trip_dispatch", "trip_pick", "trip_unpick", "trip_check")
        },
        "web:stop_receive": {"trip": stop.trip_id, "id": stop.id},
        "web:check_settle": {"id": check.id},
        **{
            f"web:{name}": {"id": call(scene).id}
            for name in ("call", "call_confirm", "call_refuse", "call_lower", "call_take_back")
        },
        "web:call_supplier": {"id": call(scene).agreement_id},
        "web:call_carrier": {"id": trip.fleet.agreement_id},
        "web:call_vehicle": {"id": trip.id},
        "web:supply_test": {"id": call(scene).agreement_id},
        "web:transport_test": {"id": trip.fleet.agreement_id},
        **{
            f"web:{name}": {"id": taken(scene).id}
            for name in ("requisition_return", "requisition_pay")
        },
        **store_rows.keywords(scene),
        "web:season_sign": {"code": scene.world.county.code, "season": "flood"},
        "web:yearly_file": {"code": scene.world.county.code, "year": scene.now.year},
        **{f"web:{name}": {"id": lot.id} for name in ("lot", "lot_state", "lot_card")},
        **{f"web:{name}": {"item": lot.item.code} for name in ("item_card", "item_card_file")},
        **{
            f"web:paper_{name}": {"id": trip.id}
            for name in ("slip", "slip_pdf", "picks", "picks_pdf")
        },
        **{f"web:{name}": {"id": call(scene).id} for name in ("paper_call", "paper_call_pdf")},
        **{f"web:{name}": {"id": screen(scene).id} for name in ("screen_link", "screen_revoke")},
        **{
            f"web:{name}": {"id": drill(scene).id}
            for name in ("drill", "drill_begin", "drill_clock", "drill_end")
        },
        **{
            f"web:{name}": {"id": drill(scene).injects.get().id}
            for name in (
                *("drill_inject", "drill_inject_words", "drill_inject_file"),
                *("inject_receive", "inject_file"),
            )
        },
        **{
            f"web:{name}": {"id": drill(scene).id}
            for name in ("drill_note", "drill_contact", "drill_inject_new")
        },
        "web:drill_msel": {"id": drill(scene).id, "form": "csv"},
        "web:drill_seat": {"id": drill(scene).seats.get().id},
        "web:drill_step": {"id": drill(scene).id, "step": "people"},
        "web:drill_script": {
            "id": drill(scene).id,
            "inject": drill(scene).injects.get().id,
        },
        **{
            f"web:drill_{name}": {"id": drill(scene).id} for name in ("script_new", "file", "stock")
        },
        **{
            f"web:{name}": {"id": drill(scene).id}
            for name in (
                *("drill_report", "drill_report_pdf", "drill_archive", "drill_comments"),
                "improvement_new",
            )
        },
        "web:finding_drop": {"id": drill(scene).findings.get().id},
        "web:improvement_done": {"id": drill(scene).improvements.get().id},
        "web:cap_alert": {"id": incident, "number": 1},
        **{
            f"web:response_plan{name}": {"id": response_plan(scene).id}
            for name in ("", "_text", "_revise")
        },
        **{f"web:drills_year{name}": {"year": scene.now.year} for name in ("", "_plan", "_file")},
        "web:drill_entry_undo": {"id": entry(scene).id},
        "web:message": {"id": message(scene).id},
        "web:screen_open": {"word": "AAAA-BBBB-CCCC"},
        "web:device_revoke": {"id": uuid.UUID(int=7)},
        "web:passkey_remove": {"id": 7},
        "web:photo": {"sha256": "a" * 64},
        **{
            f"web:{name}": {"key": "items"}
            for name in ("table_new", "table_template", "table_export")
        },
        **{
            f"web:table_{name}": {"token": "a" * 32}
            for name in ("check", "marked", "import", "discard")
        },
        "web:tag": {"text": "K000-0001-0"},
        "web:field_file": {"version": "none", "name": "nothing.js"},
        "field_api:item": {"item_id": uuid.UUID(int=7)},
        "field_api:photo": {"sha256": "a" * 64},
        "field_api:inject_file": {"inject_id": 1},
        "field_api:nowhere": {"rest": "nothing"},
        "boards:board": board,
        "boards:snapshot": board,
        "boards:past": board,
        "boards:film": board,
        "web:drill_now": {"id": scene.world.drill.id},
        **{f"web:{name}": {"id": drill(scene).id} for name in ("drill_replay", "drill_bookmark")},
        "web:drill_bookmark_remove": {"id": 1},
        **{
            f"web:drill_replay_{name}": {**board, "id": drill(scene).id}
            for name in ("board", "snapshot", "past", "film")
        },
        "live:events": board,
    }


def run(scene: Scene) -> PlanRun:
    """The one plan run of the scene, waiting for a worker."""
    found, _made = PlanRun.objects.get_or_create(
        incident=scene.incident,
        defaults={
            "book": scene.world.real,
            "area": scene.incident.area,
            "reason": "large",
            "request_key": uuid.uuid4(),
            "requested_by": scene.world.users["asha"].id,
            "requested_at": scene.now,
        },
    )
    return found


def screen(scene: Scene) -> ScreenPass:
    """The one pass of the scene: for a screen that shows Northbank's board."""
    found, _made = ScreenPass.objects.get_or_create(
        view="township",
        defaults={
            "book": scene.world.real,
            "area": scene.world.area("Northbank"),
            "name": "hall",
            "made_at": scene.now,
            "made_by": scene.world.users["asha"],
            "valid_to": scene.now + dt.timedelta(days=3650),
            "request_key": uuid.uuid4(),
        },
    )
    return found


def drill(scene: Scene) -> Drill:
    """The one drill of the scene: of Harbour, not begun, with a seat and an inject."""
    book = scene.world.drill
    found, made = Drill.objects.get_or_create(
        book=book,
        defaults={
            "area": scene.world.county,
            "kind": "tabletop",
            "scenario": {"minutes": 60},
            "seed": 1,
            "begins_at": scene.now,
            "prepared_by": scene.world.users["asha"].id,
            "prepared_at": scene.now,
            "request_key": uuid.uuid4(),
        },
    )
    if made:
        seat = found.seats.create(book=book, key="duty", role="duty_officer", area=found.area)
        found.injects.create(book=book, number=1, trigger="manual", seat=seat, way="phone")
        noted = {"noted_by": scene.world.users["asha"].id, "noted_at": scene.now}
        problem = found.findings.create(kind="problem", request_key=uuid.uuid4(), **noted)
        found.improvements.create(
            finding=problem,
            area=found.area,
            problem="首批物资来迟",
            action="practise",
            owner="desk",
            due_on=dt.date(2026, 12, 31),
            request_key=uuid.uuid4(),
            **noted,
        )
    return found


def response_plan(scene: Scene) -> ResponsePlan:
    """The one response plan of the scene: Harbour's."""
    found, _made = ResponsePlan.objects.get_or_create(
        area=scene.world.county,
        defaults={
            "title": "预案",
            "title_en": "Harbour plan",
            "number": "3",
            "version": "1",
            "approved_on": dt.date(2022, 3, 1),
            "effective_from": dt.date(2022, 3, 1),
            "next_review_on": dt.date(2027, 3, 1),
        },
    )
    return found


def entry(scene: Scene) -> Yearly:
    """The one entry of the register: a drill that Willow plans."""
    found, _made = Yearly.objects.get_or_create(
        area=scene.world.area("Willow"),
        year=scene.now.year,
        defaults={"kind": "operations", "due_on": dt.date(scene.now.year, 12, 31)},
    )
    return found


def message(scene: Scene) -> Message:
    """The one message of the scene: of Harbour, to be sent."""
    found, _made = Message.objects.get_or_create(
        book=scene.world.real,
        defaults={
            "area": scene.world.county,
            "key": uuid.UUID(int=7),
            "occasion": "response",
            "phone": "13800000001",
            "text": "up",
            "made_at": scene.now,
        },
    )
    return found


def house(scene: Scene) -> DamagedHouse:
    """The one damaged house of the scene, in Willow."""
    found, _made = DamagedHouse.objects.get_or_create(
        incident=scene.incident,
        defaults={
            "book": scene.world.real,
            "area": scene.world.area("Willow"),
            "chain": uuid.uuid4(),
            "rooms_total": 3,
            "rooms_severe": 1,
            "dwelling": True,
            "grade": "severe",
            "recorded_at": scene.now,
            "recorded_by": scene.world.users["gu"].id,
            "request_key": uuid.uuid4(),
        },
    )
    return found


def alert(scene: Scene) -> Alert:
    """The one alert of the scene, of Northbank."""
    found, _made = Alert.objects.get_or_create(
        area=scene.world.area("Northbank"),
        defaults={"book": scene.world.real, "missing": 1, "raised_at": scene.now},
    )
    return found


def call(scene: Scene) -> CallOff:
    """The one call of the scene: on Harbour's supermarket, for goods of Northbank."""
    order = scene.incident.orders.filter(
        origin__startswith="agreement:", area=scene.world.area("Northbank")
    ).first()
    found, made = CallOff.objects.get_or_create(
        order=order,
        defaults={
            "book": scene.world.real,
            "area": scene.world.county,
            "incident": scene.incident,
            "agreement_id": int(order.origin.partition(":")[2]),
            "number": "DY-0001",
            "called_at": scene.now,
            "called_by": scene.world.users["asha"].id,
            "due_at": scene.now,
        },
    )
    if made:
        for line in order.lines.all():
            found.lines.create(
                book=scene.world.real, line=line, quantity=line.quantity, price_fen=3_000
            )
    return found


def taken(scene: Scene) -> Requisition:
    """The one requisition of the scene."""
    found, _made = Requisition.objects.get_or_create(
        incident=scene.incident,
        defaults={
            "book": scene.world.real,
            "area": scene.world.county,
            "number": "ZY-0001",
            "owner": "Quarry",
            "thing": "excavator",
            "taken_at": scene.now,
            "taken_by": scene.world.users["asha"].id,
            "request_key": uuid.uuid4(),
        },
    )
    return found


def address(name: str, of: dict[str, dict[str, Any]]) -> str:
    return reverse(name, kwargs=of.get(name))
