"""Which act each address needs, and the guard that asks for it before any view runs.

An address that is not in `ADDRESSES` is refused to everybody, and a test names it.
"""

from collections.abc import Mapping
from typing import Any

from django.db.models import Model

from gis.models import Area, contains
from relief.access import gate
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.access.models import ScreenPass
from relief.allocation.models import Order, Plan, PlanRun
from relief.calls.models import CallOff, Requisition
from relief.deliveries.models import CheckTask, Difference, Stop, TransportAgreement, Trip
from relief.field.models import Alert, Item
from relief.households.models import AffectedVillage, DamagedHouse
from relief.incidents.models import Incident, RoadClosure
from relief.messaging.models import Message
from relief.preparedness.models import ResponsePlan, Shelter
from relief.reports.models import Report
from relief.response.models import ResponseTask
from relief.stock.models import Depot, Holding, Lot, SupplyAgreement
from relief.warehouse.models import Arrival, BlankSlip, Count, Purchase, ReturnNote, Scrap
from relief.web.rule import BY_ALL, PUBLIC, SIGNED_IN, Rule, reads, writes


class NoAct(LookupError):
    """An address was asked for that `ADDRESSES` does not name."""


BOARDS = (
    Act.READ_COMMAND_BOARD,
    Act.READ_TOWNSHIP_BOARD,
    Act.READ_VILLAGE_BOARD,
    Act.READ_WAREHOUSE_BOARD,
)

ADDRESSES: dict[str, Rule] = {
    "web:sign_in": PUBLIC,
    "web:passkey_sign_in": PUBLIC,
    "web:passkey_sign_in_ask": PUBLIC,
    "web:demo_sign_in": PUBLIC,
    "web:language": PUBLIC,
    "web:livez": PUBLIC,
    "web:readyz": PUBLIC,
    # Asks for its own token.
    "metrics": PUBLIC,
    # So do these: what an enrolled phone sends bears its token.
    **{
        f"field_api:{name}": PUBLIC
        for name in (
            *("enrol", "device", "now", "reference", "items", "items_batch", "photo", "nowhere"),
            *("drill", "inject_file"),
        )
    },
    # The one address for acts that only phones have.
    "field_api:item": Rule(
        write=(Act.REPORT_VILLAGE, Act.HAND_OUT, Act.OBSERVE_DRILL), public=True
    ),
    "web:sign_out": BY_ALL,
    "web:book": SIGNED_IN,
    "web:home": BY_ALL,
    "web:incidents": reads(Act.READ_INCIDENTS),
    "web:incident_new": writes(Act.OPEN_INCIDENT),
    "web:incident": reads(Act.READ_INCIDENTS, about=Incident),
    "web:activate": writes(Act.ACTIVATE_RESPONSE, about=Incident),
    "web:end_response": writes(Act.ACTIVATE_RESPONSE, about=Incident),
    "web:task_done": writes(Act.FINISH_TASK, about=ResponseTask),
    "web:report_new": writes(Act.FILE_REPORT, about=Incident, place="code"),
    "web:report": reads(Act.READ_REPORTS, about=Report),
    "web:report_verify": writes(Act.VERIFY_REPORT, about=Report),
    "web:report_return": writes(Act.VERIFY_REPORT, about=Report),
    "web:villages": reads(Act.READ_HOUSEHOLDS, about=Incident),
    # The desk looks at everything that came in; to decide is another act.
    "web:desk": reads(Act.READ_REPORTS),
    "web:desk_gather": writes(Act.VERIFY_REPORT),
    "web:item_return": writes(Act.VERIFY_REPORT, about=Item),
    "web:report_adopt": writes(Act.VERIFY_REPORT, about=Report),
    "web:reports_merge": writes(Act.VERIFY_REPORT),
    "web:alert_seen": writes(Act.SEE_ALERT, about=Alert),
    "web:rollup": reads(Act.READ_REPORTS, about=Incident),
    "web:contacts": Rule(read=(Act.READ_REPORTS,), write=(Act.VERIFY_REPORT,), about=Incident),
    "web:rollup_cell": reads(Act.READ_REPORTS, about=Incident),
    "web:damage_map": reads(Act.READ_REPORTS, about=Incident),
    "web:houses": reads(Act.READ_HOUSEHOLDS, about=Incident),
    "web:house_new": writes(Act.RECORD_DAMAGE, about=Incident),
    "web:house": Rule(read=(Act.READ_HOUSEHOLDS,), write=(Act.RECORD_DAMAGE,), about=DamagedHouse),
    "web:rapid": Rule(read=(Act.READ_REPORTS,), write=(Act.REPORT_UP,), about=Incident),
    "web:rapid_file": reads(Act.READ_REPORTS, about=Incident),
    "web:affected": Rule(
        read=(Act.READ_HOUSEHOLDS,), write=(Act.CONFIRM_HOUSEHOLDS,), about=AffectedVillage
    ),
    "web:closure_new": writes(Act.CLOSE_ROAD, about=Incident),
    "web:closure_reopen": writes(Act.CLOSE_ROAD, about=RoadClosure),
    "web:shelters": reads(Act.READ_SHELTERS),
    "web:shelter": Rule(read=(Act.READ_SHELTERS,), write=(Act.COUNT_SHELTER,), about=Shelter),
    "web:norms": reads(Act.READ_NORMS),
    "web:journal": reads(Act.READ_JOURNAL),
    "web:map": reads(Act.READ_INCIDENTS),
    "web:map_base": Rule(read=(Act.READ_INCIDENTS,), screens=True),
    "web:household_tiles": reads(Act.READ_HOUSEHOLDS),
    "web:situation": reads(Act.READ_INCIDENTS, about=Incident),
    "web:incident_plan": reads(Act.READ_PLANS, about=Incident),
    "web:plan_draft": writes(Act.DRAFT_PLAN, about=Incident),
    "web:plan": reads(Act.READ_PLANS, about=Plan),
    "web:plan_line": reads(Act.READ_PLANS, about=Plan),
    "web:plan_need": reads(Act.READ_PLANS, about=Plan),
    "web:plan_propose": writes(Act.PROPOSE_PLAN, about=Plan),
    "web:plan_approve": writes(Act.APPROVE_PLAN, about=Plan),
    "web:plan_refuse": writes(Act.APPROVE_PLAN, about=Plan),
    "web:plan_run": reads(Act.READ_PLANS, about=PlanRun),
    "web:plan_run_state": reads(Act.READ_PLANS, about=PlanRun),
    "web:plan_run_cancel": writes(Act.DRAFT_PLAN, about=PlanRun),
    # Keepers and drivers need the sheets of the trips that are ordered.
    "web:plan_sheets": reads(Act.READ_PLANS, Act.READ_ORDERS, about=Plan),
    "web:plan_sheet": reads(Act.READ_PLANS, Act.READ_ORDERS, about=Plan),
    "web:needs": reads(Act.READ_PLANS, about=Incident),
    "web:need": reads(Act.READ_PLANS, about=Incident, place="code"),
    # Suppositions and readiness concern the whole county: command looks at them.
    "web:what_if": reads(Act.READ_COMMAND_BOARD, about=Incident),
    "web:readiness": reads(Act.READ_COMMAND_BOARD),
    "web:readiness_state": reads(Act.READ_COMMAND_BOARD, place="code"),
    "web:readiness_run": writes(Act.DRAFT_PLAN, place="code"),
    "web:orders": reads(Act.READ_ORDERS),
    "web:order": reads(Act.READ_ORDERS, about=Order),
    "web:order_paper": writes(Act.ORDER_BY_PHONE, about=Order),
    "web:telephone_order_new": writes(Act.ORDER_BY_PHONE),
    "web:trips": reads(Act.READ_ORDERS),
    # A trip concerns the county it starts from and every township it stops in.
    "web:trip": Rule(read=(Act.READ_ORDERS,), about=Trip, parts=(Stop, "trip_id")),
    "web:stop_line": Rule(read=(Act.READ_ORDERS,), about=Stop, screens=True),
    "web:trip_dispatch": writes(Act.DISPATCH_TRIP, about=Trip),
    "web:trip_pick": writes(Act.DISPATCH_TRIP, about=Trip),
    "web:trip_unpick": writes(Act.DISPATCH_TRIP, about=Trip),
    # Counted by a second keeper, or by who may let a differing count pass.
    "web:trip_check": Rule(
        read=(Act.DISPATCH_TRIP, Act.APPROVE_STOCK),
        write=(Act.DISPATCH_TRIP, Act.APPROVE_STOCK),
        about=Trip,
    ),
    "web:stop_receive": writes(Act.RECEIVE_TRIP, about=Stop),
    "web:checks": reads(Act.READ_ORDERS),
    "web:check_settle": writes(Act.RESOLVE_CHECK, about=CheckTask),
    "web:stock": reads(Act.READ_STOCK),
    # A lot called off from a supplier lies nowhere; the page asks whose goods it became.
    "web:lot": reads(Act.READ_STOCK),
    "web:lot_card": reads(Act.READ_STOCK),
    "web:lot_state": writes(Act.CONDEMN_LOT, about=Lot),
    "web:agreements": reads(Act.READ_AGREEMENTS),
    "web:supply_test": writes(Act.CALL_AGREEMENT, about=SupplyAgreement),
    "web:transport_test": writes(Act.CALL_AGREEMENT, about=TransportAgreement),
    "web:calls": reads(Act.READ_AGREEMENTS),
    "web:call": reads(Act.READ_AGREEMENTS, about=CallOff),
    **{
        f"web:{name}": writes(Act.CALL_AGREEMENT, about=CallOff)
        for name in ("call_confirm", "call_refuse", "call_lower", "call_take_back")
    },
    "web:call_supplier": writes(Act.CALL_AGREEMENT, about=SupplyAgreement),
    "web:call_carrier": writes(Act.CALL_AGREEMENT, about=TransportAgreement),
    "web:call_vehicle": writes(Act.CALL_AGREEMENT, about=Trip),
    "web:requisitions": Rule(read=(Act.READ_AGREEMENTS,), write=(Act.REQUISITION,)),
    "web:requisition_return": writes(Act.REQUISITION, about=Requisition),
    "web:requisition_pay": writes(Act.REQUISITION, about=Requisition),
    # What a county ought to hold concerns all its stores and partners together.
    **{
        f"web:{name}": reads(Act.READ_AGREEMENTS)
        for name in ("targets", "rotation", "season", "yearly")
    },
    "web:season_sign": writes(Act.APPROVE_STOCK, place="code"),
    "web:yearly_file": reads(Act.READ_AGREEMENTS, place="code"),
    # Papers of a trip are the store's and the county's; a township has its receipt.
    **{
        f"web:{name}": reads(Act.READ_ORDERS, about=Trip)
        for name in ("paper_slip", "paper_slip_pdf", "paper_picks", "paper_picks_pdf")
    },
    "web:paper_count": reads(Act.READ_STOCK, about=Count),
    "web:paper_count_pdf": reads(Act.READ_STOCK, about=Count),
    "web:paper_call": reads(Act.READ_AGREEMENTS, about=CallOff),
    "web:paper_call_pdf": reads(Act.READ_AGREEMENTS, about=CallOff),
    "web:paper_blanks": reads(Act.KEEP_STORE, about=BlankSlip),
    "web:paper_blanks_pdf": reads(Act.KEEP_STORE, about=BlankSlip),
    "web:paper_labels": reads(Act.KEEP_STORE),
    "web:paper_labels_pdf": reads(Act.KEEP_STORE),
    "web:item_card": reads(Act.READ_STOCK),
    "web:item_card_file": reads(Act.READ_STOCK),
    "web:trace": reads(Act.READ_STOCK),
    "web:store_search": reads(Act.READ_STOCK),
    # The store. Who looks sees stock; each kind of work is another act.
    "web:store": reads(Act.READ_STOCK),
    "web:arrivals": reads(Act.READ_STOCK),
    "web:arrival_new": writes(Act.TAKE_IN),
    "web:arrival": Rule(read=(Act.READ_STOCK,), write=(Act.TAKE_IN,), about=Arrival),
    "web:purchase_new": writes(Act.TAKE_IN),
    "web:purchase": Rule(read=(Act.READ_STOCK,), write=(Act.TAKE_IN,), about=Purchase),
    "web:returns": reads(Act.READ_STOCK),
    "web:return_new": writes(Act.TAKE_IN, about=Stop),
    "web:return": reads(Act.READ_STOCK, about=ReturnNote),
    "web:repairs": writes(Act.TAKE_IN),
    "web:counts": Rule(read=(Act.READ_STOCK,), write=(Act.COUNT_STOCK,)),
    "web:count": reads(Act.READ_STOCK, about=Count),
    "web:count_bin": writes(Act.COUNT_STOCK, about=Count),
    "web:count_finish": writes(Act.COUNT_STOCK, about=Count),
    "web:count_approve": writes(Act.APPROVE_STOCK, about=Count),
    "web:count_cancel": Rule(
        read=(Act.COUNT_STOCK, Act.APPROVE_STOCK),
        write=(Act.COUNT_STOCK, Act.APPROVE_STOCK),
        about=Count,
    ),
    "web:scraps": Rule(read=(Act.READ_STOCK,), write=(Act.TAKE_IN,)),
    "web:scrap_decide": writes(Act.APPROVE_STOCK, about=Scrap),
    "web:differences": reads(Act.READ_STOCK),
    "web:difference_answer": Rule(
        read=(Act.RESOLVE_CHECK, Act.APPROVE_STOCK),
        write=(Act.RESOLVE_CHECK, Act.APPROVE_STOCK),
        about=Difference,
    ),
    "web:blanks": Rule(read=(Act.READ_STOCK,), write=(Act.KEEP_STORE,)),
    "web:blanks_void": writes(Act.KEEP_STORE, about=Depot),
    "web:blank": Rule(read=(Act.READ_STOCK,), write=(Act.ORDER_BY_PHONE,), about=BlankSlip),
    "web:bins": writes(Act.KEEP_STORE),
    "web:bin_put": writes(Act.KEEP_STORE, about=Holding),
    "web:code_bind": writes(Act.TAKE_IN),
    # Excel: which table, the page asks itself; a file that waits is its owner's alone.
    "web:tables": reads(Act.READ_INCIDENTS),
    "web:table_new": Rule(read=(Act.READ_INCIDENTS,), write=(Act.IMPORT_TABLES,)),
    "web:table_template": reads(Act.READ_INCIDENTS),
    "web:table_export": reads(Act.READ_INCIDENTS),
    "web:table_check": reads(Act.IMPORT_TABLES),
    "web:table_marked": reads(Act.IMPORT_TABLES),
    "web:table_import": writes(Act.IMPORT_TABLES),
    "web:table_discard": writes(Act.IMPORT_TABLES),
    # Who runs a drill does so from the real book; whose drill it is, the actions check.
    **{
        f"web:{name}": Rule(read=(Act.RUN_DRILL,), write=(Act.RUN_DRILL,), real=True)
        for name in (
            *("drills", "drill_begin", "drill_clock", "drill_end", "drill_inject", "drill_seat"),
            *("drill_note", "drill_contact", "drill_inject_new", "drill_inject_words"),
        )
    },
    "web:drill": Rule(read=(Act.RUN_DRILL,), real=True),
    **{
        f"web:drill_{name}": Rule(read=(Act.RUN_DRILL,), write=(Act.RUN_DRILL,), real=True)
        for name in ("step", "script", "script_new")
    },
    "web:drill_file": Rule(read=(Act.RUN_DRILL,), real=True),
    "web:drill_stock": Rule(read=(Act.RUN_DRILL,), real=True),
    **{
        f"web:drill_replay{name}": Rule(read=(Act.RUN_DRILL,), real=True)
        for name in ("", "_board", "_snapshot", "_past", "_film")
    },
    **{
        f"web:drill_bookmark{name}": Rule(read=(Act.RUN_DRILL,), write=(Act.RUN_DRILL,), real=True)
        for name in ("", "_remove")
    },
    # Of one's own books alone: the views look for the book, not an act.
    "web:drill_now": BY_ALL,
    "web:past_drills": SIGNED_IN,
    "web:drill_msel": Rule(read=(Act.RUN_DRILL,), real=True),
    "web:drill_inject_file": Rule(read=(Act.RUN_DRILL,), real=True),
    # Evaluators of a drill too, who may hold no other duty: the views ask whose drill it is.
    **{
        f"web:{name}": Rule(real=True)
        for name in ("drill_report", "drill_report_pdf", "drill_comments", "finding_drop")
    },
    **{
        f"web:{name}": Rule(read=(Act.RUN_DRILL,), write=(Act.RUN_DRILL,), real=True)
        for name in ("improvement_new", "improvement_done")
    },
    "web:drill_archive": Rule(read=(Act.RUN_DRILL,), real=True),
    "web:improvements": Rule(read=(Act.RUN_DRILL,), real=True),
    # What a seat was told is its player's alone: the seat is looked for, not an act.
    **{
        f"web:{name}": SIGNED_IN
        for name in ("injects", "injects_unread", "inject_receive", "inject_file")
    },
    "web:cap_alert": reads(Act.READ_INCIDENTS, about=Incident),
    "web:response_plans": reads(Act.READ_NORMS),
    "web:response_plan": reads(Act.READ_NORMS, about=ResponsePlan),
    "web:response_plan_text": reads(Act.READ_NORMS, about=ResponsePlan),
    # Plans and the register are the real operation's, whatever book is on screen.
    **{
        f"web:{name}": Rule(read=(Act.KEEP_REGISTER,), write=(Act.KEEP_REGISTER,), real=True)
        for name in ("response_plan_new", "drills_year_plan", "drill_entry_undo")
    },
    "web:response_plan_revise": Rule(
        read=(Act.KEEP_REGISTER,), write=(Act.KEEP_REGISTER,), about=ResponsePlan, real=True
    ),
    "web:drills_due": Rule(read=(Act.READ_NORMS,), write=(Act.KEEP_REGISTER,), real=True),
    "web:drills_year": Rule(read=(Act.READ_NORMS,), real=True),
    "web:drills_year_file": Rule(read=(Act.READ_NORMS,), real=True),
    "web:messages": reads(Act.READ_JOURNAL),
    "web:message": writes(Act.SEND_MESSAGE, about=Message),
    "web:screens": writes(Act.MANAGE_SCREENS),
    "web:screen_link": writes(Act.MANAGE_SCREENS, about=ScreenPass),
    "web:screen_revoke": writes(Act.MANAGE_SCREENS, about=ScreenPass),
    # The link's word is what lets a browser in.
    "web:screen_open": PUBLIC,
    "web:screen_seen": BY_ALL,
    # The field app is an empty shell; what it shows is asked for with the phone's own token.
    "web:field": PUBLIC,
    "web:field_sw": PUBLIC,
    "web:field_manifest": PUBLIC,
    "web:field_file": PUBLIC,
    # Leads to the page of what a code names, which asks for its own act.
    "web:tag": PUBLIC,
    # One's own phones; whose else, the action asks.
    "web:devices": SIGNED_IN,
    "web:passkeys": SIGNED_IN,
    "web:passkey_ask": SIGNED_IN,
    "web:passkey_remove": SIGNED_IN,
    "web:device_own": SIGNED_IN,
    "web:device_revoke": SIGNED_IN,
    "web:device_new": writes(Act.MANAGE_DEVICES),
    "web:items_paste": writes(Act.FILE_REPORT),
    "web:items_file": writes(Act.FILE_REPORT),
    # Which areas' photos: `web.store.pictures.shown_to` asks that itself.
    "web:photo": reads(Act.READ_REPORTS, Act.READ_STOCK, Act.READ_ORDERS),
    "boards:own": reads(*BOARDS),
    # Which board of which area: `boards.scopes.open_scope` asks that itself.
    "boards:board": Rule(read=BOARDS, screens=True),
    # Asked for by scripts: these four answer 401 or 404 themselves instead of showing a page.
    "boards:snapshot": PUBLIC,
    "boards:past": PUBLIC,
    "boards:film": PUBLIC,
    "live:events": PUBLIC,
}


def rule_of(name: str) -> Rule:
    try:
        return ADDRESSES[name]
    except KeyError as unknown:
        raise NoAct(f"the address {name!r} names no act in relief.web.acts") from unknown


def guard(*, rule: Rule, actor: Actor, sends: bool, keywords: Mapping[str, Any]) -> None:
    """Let the request on, or raise NotFound (outside one's areas) or NotYourDuty (inside)."""
    if actor.is_screen and not rule.screens:
        raise gate.NotFound
    acts = rule.write if sends and rule.write else rule.read
    places = _places(rule=rule, actor=actor, keywords=keywords)
    if not acts or any(_may(actor, act, places) for act in acts):
        return
    # The sentence is the gate's own; it is asked about a place that this person does see.
    here = next((path for path, _ in places if actor.sees(path=path)), None)
    here = here or next((duty.path for duty in actor.duties), None)
    if here is None:
        raise gate.NotFound
    gate.require(actor=actor, act=acts[0], area=here, book_id=actor.book_id)


def _places(*, rule: Rule, actor: Actor, keywords: Mapping[str, Any]) -> list[tuple[str, bool]]:
    """Paths the address is about, each with whether those below it are concerned as well."""
    found: list[tuple[str, bool]] = []
    if rule.about is not None:
        found = _of_rows(rule.about, "pk", actor=actor, row_id=keywords["id"])
        if rule.parts is not None:
            found += _of_rows(*rule.parts, actor=actor, row_id=keywords["id"])
        if not found:
            raise gate.NotFound
    if rule.place is not None:
        path = Area.objects.filter(code=keywords[rule.place]).values_list("path", flat=True).first()
        if path is None or not actor.sees(path=path):
            raise gate.NotFound
        found = [(path, False)]
    return found


def _of_rows(
    model: type[Model], lookup: str, *, actor: Actor, row_id: int
) -> list[tuple[str, bool]]:
    """Paths of those rows that the person sees, or that concern the areas below their own."""
    wide = getattr(model, "WIDE", False)
    rows = model._default_manager.filter(**{lookup: row_id})
    if getattr(model, "BOOK", "book_id"):
        rows = rows.filter(book_id=actor.book_id)
    paths = rows.values_list(getattr(model, "AREA_PATH", "area__path"), flat=True)
    return [
        (path, wide)
        for path in paths
        if path is not None
        and (actor.sees(path=path) or (wide and any(contains(path, d.path) for d in actor.duties)))
    ]


def _may(actor: Actor, act: Act, places: list[tuple[str, bool]]) -> bool:
    if not places:
        return bool(actor.paths(act))
    return any(
        actor.may(act, path=path)
        or (wide and any(d.allows(act) and contains(path, d.path) for d in actor.duties))
        for path, wide in places
    )
