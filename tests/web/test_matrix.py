"""Who may open and send what: every address, every person of the named world.

The object asked for is always Northbank's or Harbour's. Asha (duty officer), Bela (keeper), Chidi
(commander) and Hana (auditor) have duties in Harbour itself, Emeka and Gu (village) below it in
the same township, Farah in the township beside, Jonas in the county beside, Kim in the prefecture
above, Iris in the drill, Dana none. Whoever is named in neither column is told "not found".
"""

import pytest
from django.db import transaction
from django.template.backends.django import Template

from tests import world as named
from tests.web import addresses
from tests.web_goods.conftest import Person

pytestmark = pytest.mark.django_db
BY_SCRIPTS = ("boards:snapshot", "live:events")

# address: (who may open it, who is refused with a sentence)
OPEN = {
    "boards:board": ("asha chidi emeka hana iris kim", ""),
    "boards:own": ("asha bela chidi emeka farah gu hana iris jonas kim", ""),
    "boards:snapshot": ("asha chidi emeka hana iris kim", ""),
    "live:events": ("asha chidi emeka hana iris kim", ""),
    "web:activate": ("chidi kim", "asha bela emeka farah gu hana"),
    "web:affected": ("asha chidi emeka gu hana kim", "bela"),
    "web:agreements": ("asha bela chidi hana iris jonas kim", "emeka farah gu"),
    "web:alert_seen": ("asha chidi emeka kim", "bela hana"),
    "web:call": ("asha bela chidi hana kim", ""),
    "web:call_carrier": ("asha bela iris", "chidi hana kim"),
    "web:call_confirm": ("asha bela", "chidi hana kim"),
    "web:call_lower": ("asha bela", "chidi hana kim"),
    "web:call_refuse": ("asha bela", "chidi hana kim"),
    "web:call_supplier": ("asha bela iris", "chidi hana kim"),
    "web:call_take_back": ("asha bela", "chidi hana kim"),
    "web:call_vehicle": ("asha bela", "chidi hana kim"),
    "web:calls": ("asha bela chidi hana iris jonas kim", "emeka farah gu"),
    "web:check_settle": ("bela", "asha chidi emeka hana kim"),
    "web:checks": ("asha bela chidi emeka farah gu hana iris jonas kim", ""),
    "web:closure_new": ("asha chidi emeka farah kim", "bela gu hana"),
    "web:closure_reopen": ("asha chidi emeka farah kim", "bela gu hana"),
    "web:contacts": ("asha chidi emeka farah hana kim", "bela gu"),
    "web:damage_map": ("asha chidi emeka farah hana kim", "bela gu"),
    "web:desk": ("asha chidi emeka farah hana iris jonas kim", "bela gu"),
    "web:desk_gather": ("asha chidi iris jonas kim", "bela emeka farah gu hana"),
    "web:device_new": ("asha chidi iris jonas kim", "bela emeka farah gu hana"),
    "web:drill": ("asha chidi kim", "bela emeka farah gu hana"),
    "web:drill_begin": ("asha chidi jonas kim", "bela emeka farah gu hana"),
    "web:drill_bookmark": ("asha chidi jonas kim", "bela emeka farah gu hana"),
    "web:drill_bookmark_remove": ("asha chidi jonas kim", "bela emeka farah gu hana"),
    "web:drill_replay": ("asha chidi kim", "bela emeka farah gu hana"),
    "web:drill_replay_board": ("asha chidi kim", "bela emeka farah gu hana"),
    "web:drill_replay_film": ("asha chidi kim", "bela emeka farah gu hana"),
    "web:drill_replay_past": ("asha chidi kim", "bela emeka farah gu hana"),
    "web:drill_replay_snapshot": ("asha chidi kim", "bela emeka farah gu hana"),
    "web:drill_clock": ("asha chidi jonas kim", "bela emeka farah gu hana"),
    "web:drill_contact": ("asha chidi jonas kim", "bela emeka farah gu hana"),
    "web:drill_end": ("asha chidi jonas kim", "bela emeka farah gu hana"),
    "web:drill_inject": ("asha chidi jonas kim", "bela emeka farah gu hana"),
    "web:drill_inject_file": ("", "bela emeka farah gu hana"),
    "web:drill_inject_new": ("asha chidi kim", "bela emeka farah gu hana"),
    "web:drill_inject_words": ("asha chidi kim", "bela emeka farah gu hana"),
    "web:drill_msel": ("asha chidi kim", "bela emeka farah gu hana"),
    "web:drill_note": ("asha chidi jonas kim", "bela emeka farah gu hana"),
    "web:drill_file": ("asha chidi kim", "bela emeka farah gu hana"),
    "web:drill_script": ("asha chidi kim", "bela emeka farah gu hana"),
    "web:drill_script_new": ("asha chidi kim", "bela emeka farah gu hana"),
    "web:drill_seat": ("asha chidi jonas kim", "bela emeka farah gu hana"),
    "web:drill_step": ("asha chidi kim", "bela emeka farah gu hana"),
    "web:drill_stock": ("asha chidi kim", "bela emeka farah gu hana"),
    "web:drill_archive": ("asha chidi kim", "bela emeka farah gu hana"),
    "web:improvement_done": ("asha chidi jonas kim", "bela emeka farah gu hana"),
    "web:improvement_new": ("asha chidi kim", "bela emeka farah gu hana"),
    "web:improvements": ("asha chidi jonas kim", "bela emeka farah gu hana"),
    "web:drills": ("asha chidi jonas kim", "bela emeka farah gu hana"),
    "web:end_response": ("chidi kim", "asha bela emeka farah gu hana"),
    "web:home": ("asha bela chidi dana emeka farah gu hana iris jonas kim", ""),
    "web:house": ("asha chidi emeka gu hana kim", "bela"),
    "web:house_new": ("asha emeka farah gu", "bela chidi hana kim"),
    "web:household_tiles": ("asha chidi emeka farah gu hana iris jonas kim", "bela"),
    "web:houses": ("asha chidi emeka farah gu hana kim", "bela"),
    "web:incident": ("asha bela chidi emeka farah gu hana kim", ""),
    "web:incident_new": ("asha chidi iris jonas kim", "bela emeka farah gu hana"),
    "web:incident_plan": ("asha chidi emeka farah hana kim", "bela gu"),
    "web:incidents": ("asha bela chidi emeka farah gu hana iris jonas kim", ""),
    "web:items_file": ("asha emeka farah iris jonas", "bela chidi gu hana kim"),
    "web:items_paste": ("asha emeka farah iris jonas", "bela chidi gu hana kim"),
    "web:journal": ("asha chidi hana iris jonas kim", "bela emeka farah gu"),
    "web:item_card": ("asha bela chidi emeka farah hana iris jonas kim", "gu"),
    "web:item_card_file": ("asha bela chidi emeka farah hana iris jonas kim", "gu"),
    "web:lot": ("asha bela chidi hana kim", "gu"),
    "web:lot_card": ("asha bela chidi hana kim", "gu"),
    "web:lot_state": ("bela", "asha chidi hana kim"),
    "web:map": ("asha bela chidi emeka farah gu hana iris jonas kim", ""),
    "web:map_base": ("asha bela chidi emeka farah gu hana iris jonas kim", ""),
    "web:need": ("asha chidi emeka hana kim", "bela"),
    "web:needs": ("asha chidi emeka farah hana kim", "bela gu"),
    "web:norms": ("asha bela chidi emeka farah hana iris jonas kim", "gu"),
    "web:order": ("asha bela chidi emeka hana kim", ""),
    "web:order_paper": ("asha bela", "chidi emeka hana kim"),
    "web:orders": ("asha bela chidi emeka farah gu hana iris jonas kim", ""),
    # Of a photo that nothing shows: who may look at reports or goods finds nothing.
    "web:photo": ("", ""),
    "web:paper_blanks": ("bela", "asha chidi hana kim"),
    "web:paper_blanks_pdf": ("bela", "asha chidi hana kim"),
    "web:paper_call": ("asha bela chidi hana kim", ""),
    "web:paper_call_pdf": ("asha bela chidi hana kim", ""),
    "web:paper_count": ("asha bela chidi hana kim", ""),
    "web:paper_count_pdf": ("asha bela chidi hana kim", ""),
    "web:paper_labels": ("bela", "asha chidi emeka farah gu hana iris jonas kim"),
    "web:paper_labels_pdf": ("bela", "asha chidi emeka farah gu hana iris jonas kim"),
    "web:paper_picks": ("asha bela chidi hana kim", ""),
    "web:paper_picks_pdf": ("asha bela chidi hana kim", ""),
    "web:paper_slip": ("asha bela chidi hana kim", ""),
    "web:paper_slip_pdf": ("asha bela chidi hana kim", ""),
    "web:plan": ("asha chidi hana kim", "bela"),
    "web:plan_approve": ("chidi kim", "asha bela hana"),
    "web:plan_draft": ("asha chidi kim", "bela emeka farah gu hana"),
    "web:plan_line": ("asha chidi hana kim", "bela"),
    "web:plan_need": ("asha chidi hana kim", "bela"),
    "web:plan_propose": ("asha chidi kim", "bela hana"),
    "web:plan_refuse": ("chidi kim", "asha bela hana"),
    "web:plan_run": ("asha chidi hana kim", "bela"),
    "web:plan_run_cancel": ("asha chidi kim", "bela hana"),
    "web:plan_run_state": ("asha chidi hana kim", "bela"),
    "web:plan_sheet": ("asha bela chidi hana kim", ""),
    "web:plan_sheets": ("asha bela chidi hana kim", ""),
    "web:rapid": ("asha chidi hana kim", "bela gu"),
    "web:rapid_file": ("asha chidi hana kim", "bela gu"),
    "web:readiness": ("asha chidi hana iris jonas kim", "bela emeka farah gu"),
    "web:readiness_run": ("asha chidi iris kim", "bela hana"),
    "web:readiness_state": ("asha chidi hana iris kim", "bela"),
    "web:report": ("asha chidi emeka hana kim", "bela"),
    "web:item_return": ("asha chidi kim", "bela emeka hana"),
    "web:report_adopt": ("asha chidi kim", "bela emeka hana"),
    "web:report_new": ("asha emeka", "bela chidi hana kim"),
    "web:report_return": ("asha chidi kim", "bela emeka hana"),
    "web:report_verify": ("asha chidi kim", "bela emeka hana"),
    "web:reports_merge": ("asha chidi iris jonas kim", "bela emeka farah gu hana"),
    "web:requisition_pay": ("asha chidi kim", "bela hana"),
    "web:requisition_return": ("asha chidi kim", "bela hana"),
    "web:requisitions": ("asha bela chidi hana iris jonas kim", "emeka farah gu"),
    "web:rollup": ("asha chidi emeka farah hana kim", "bela gu"),
    "web:rollup_cell": ("asha chidi emeka hana kim", "bela gu"),
    "web:rotation": ("asha bela chidi hana iris jonas kim", "emeka farah gu"),
    "web:screen_link": ("asha chidi kim", "bela emeka hana"),
    "web:screen_revoke": ("asha chidi kim", "bela emeka hana"),
    "web:screens": ("asha chidi iris jonas kim", "bela emeka farah gu hana"),
    "web:season": ("asha bela chidi hana iris jonas kim", "emeka farah gu"),
    "web:season_sign": ("asha chidi iris kim", "bela hana"),
    "web:shelter": ("asha chidi emeka hana iris kim", "bela"),
    "web:shelters": ("asha chidi emeka farah gu hana iris jonas kim", "bela"),
    "web:situation": ("asha bela chidi emeka farah gu hana kim", ""),
    "web:stock": ("asha bela chidi emeka farah hana iris jonas kim", "gu"),
    "web:store_search": ("asha bela chidi emeka farah hana iris jonas kim", "gu"),
    "web:trace": ("asha bela chidi emeka farah hana iris jonas kim", "gu"),
    "web:stop_line": ("asha bela chidi emeka gu hana kim", ""),
    "web:stop_receive": ("emeka", "asha bela chidi gu hana kim"),
    "web:supply_test": ("asha bela iris", "chidi hana kim"),
    # Of a file that nobody uploaded: who may import finds nothing.
    "web:table_check": ("", "chidi emeka farah gu hana kim"),
    "web:table_discard": ("asha bela iris jonas", "chidi emeka farah gu hana kim"),
    "web:table_export": ("asha bela chidi emeka farah gu hana iris jonas kim", ""),
    "web:table_import": ("asha bela iris jonas", "chidi emeka farah gu hana kim"),
    "web:table_marked": ("", "chidi emeka farah gu hana kim"),
    "web:table_new": ("asha bela chidi emeka farah gu hana iris jonas kim", ""),
    "web:table_template": ("asha bela chidi emeka farah gu hana iris jonas kim", ""),
    "web:tables": ("asha bela chidi emeka farah gu hana iris jonas kim", ""),
    "web:targets": ("asha bela chidi hana iris jonas kim", "emeka farah gu"),
    "web:task_done": ("asha bela chidi emeka kim", "hana"),
    "web:telephone_order_new": ("asha bela iris jonas", "chidi emeka farah gu hana kim"),
    "web:transport_test": ("asha bela iris", "chidi hana kim"),
    "web:trip": ("asha bela chidi emeka farah gu hana kim", ""),
    "web:trip_check": ("asha bela chidi kim", "hana"),
    "web:trip_dispatch": ("bela", "asha chidi hana kim"),
    "web:trip_pick": ("bela", "asha chidi hana kim"),
    "web:trip_unpick": ("bela", "asha chidi hana kim"),
    "web:trips": ("asha bela chidi emeka farah gu hana iris jonas kim", ""),
    "web:villages": ("asha chidi emeka farah gu hana kim", "bela"),
    "web:what_if": ("asha chidi hana kim", "bela emeka farah gu"),
    "web:yearly": ("asha bela chidi hana iris jonas kim", "emeka farah gu"),
    "web:yearly_file": ("asha bela chidi hana iris kim", ""),
    # Plans, the register of drills, messages.
    "web:cap_alert": ("asha bela chidi emeka farah gu hana kim", ""),
    "web:drill_entry_undo": ("asha chidi jonas kim", "bela emeka farah gu hana"),
    "web:drills_due": ("asha bela chidi emeka farah hana jonas kim", "gu"),
    "web:drills_year": ("asha bela chidi emeka farah hana jonas kim", "gu"),
    "web:drills_year_file": ("asha bela chidi emeka farah hana jonas kim", "gu"),
    "web:drills_year_plan": ("asha chidi jonas kim", "bela emeka farah gu hana"),
    "web:message": ("asha chidi kim", "bela hana"),
    "web:messages": ("asha chidi hana iris jonas kim", "bela emeka farah gu"),
    "web:response_plan": ("asha bela chidi emeka farah hana iris kim", "gu"),
    "web:response_plan_new": ("asha chidi jonas kim", "bela emeka farah gu hana"),
    "web:response_plan_revise": ("asha chidi kim", "bela emeka farah gu hana"),
    # Of a plan whose text nobody handed in: who may read it finds nothing.
    "web:response_plan_text": ("", "gu"),
    "web:response_plans": ("asha bela chidi emeka farah hana iris jonas kim", "gu"),
    # The store.
    "web:arrival": ("asha bela chidi hana kim", ""),
    "web:arrival_new": ("bela", "asha chidi emeka farah gu hana iris jonas kim"),
    "web:arrivals": ("asha bela chidi emeka farah hana iris jonas kim", "gu"),
    "web:bin_put": ("bela", "asha chidi hana kim"),
    "web:bins": ("bela", "asha chidi emeka farah gu hana iris jonas kim"),
    "web:blank": ("asha bela chidi hana kim", ""),
    "web:blanks": ("asha bela chidi emeka farah hana iris jonas kim", "gu"),
    "web:blanks_void": ("bela", "asha chidi hana iris kim"),
    "web:code_bind": ("bela", "asha chidi emeka farah gu hana iris jonas kim"),
    "web:count": ("asha bela chidi hana kim", ""),
    "web:count_approve": ("asha chidi kim", "bela hana"),
    "web:count_bin": ("bela", "asha chidi hana kim"),
    "web:count_cancel": ("asha bela chidi kim", "hana"),
    "web:count_finish": ("bela", "asha chidi hana kim"),
    "web:counts": ("asha bela chidi emeka farah hana iris jonas kim", "gu"),
    "web:difference_answer": ("asha bela chidi kim", "hana"),
    "web:differences": ("asha bela chidi emeka farah hana iris jonas kim", "gu"),
    "web:purchase": ("asha bela chidi hana kim", ""),
    "web:purchase_new": ("bela", "asha chidi emeka farah gu hana iris jonas kim"),
    "web:repairs": ("bela", "asha chidi emeka farah gu hana iris jonas kim"),
    "web:return": ("asha bela chidi hana kim", ""),
    "web:return_new": ("bela", "asha chidi emeka gu hana kim"),
    "web:returns": ("asha bela chidi emeka farah hana iris jonas kim", "gu"),
    "web:scrap_decide": ("asha chidi kim", "bela hana"),
    "web:scraps": ("asha bela chidi emeka farah hana iris jonas kim", "gu"),
    "web:store": ("asha bela chidi emeka farah hana iris jonas kim", "gu"),
}

# address: (whose sending is let through to the action, who is refused with a sentence)
SEND = {
    "web:activate": ("chidi kim", "asha bela emeka farah gu hana"),
    "web:affected": ("emeka gu", "asha bela chidi hana kim"),
    "web:alert_seen": ("asha chidi emeka kim", "bela hana"),
    "web:call_carrier": ("asha bela iris", "chidi hana kim"),
    "web:call_confirm": ("asha bela", "chidi hana kim"),
    "web:call_lower": ("asha bela", "chidi hana kim"),
    "web:call_refuse": ("asha bela", "chidi hana kim"),
    "web:call_supplier": ("asha bela iris", "chidi hana kim"),
    "web:call_take_back": ("asha bela", "chidi hana kim"),
    "web:call_vehicle": ("asha bela", "chidi hana kim"),
    "web:check_settle": ("bela", "asha chidi emeka hana kim"),
    "web:closure_new": ("asha chidi emeka farah kim", "bela gu hana"),
    "web:closure_reopen": ("asha chidi farah kim", "bela gu hana"),
    "web:contacts": ("asha chidi kim", "bela emeka farah gu hana"),
    "web:desk_gather": ("asha chidi iris jonas kim", "bela emeka farah gu hana"),
    "web:device_new": ("asha chidi iris jonas kim", "bela emeka farah gu hana"),
    "web:drill_begin": ("asha chidi kim", "bela emeka farah gu hana"),
    "web:drill_bookmark": ("asha chidi kim", "bela emeka farah gu hana"),
    "web:drill_bookmark_remove": ("", "bela emeka farah gu hana"),
    "web:drill_clock": ("asha chidi kim", "bela emeka farah gu hana"),
    "web:drill_contact": ("asha chidi kim", "bela emeka farah gu hana"),
    "web:drill_end": ("asha chidi kim", "bela emeka farah gu hana"),
    "web:drill_inject": ("", "bela emeka farah gu hana"),
    "web:drill_inject_new": ("asha chidi kim", "bela emeka farah gu hana"),
    "web:drill_inject_words": ("asha chidi kim", "bela emeka farah gu hana"),
    "web:drill_note": ("asha chidi kim", "bela emeka farah gu hana"),
    "web:drill_script": ("asha chidi kim", "bela emeka farah gu hana"),
    "web:drill_script_new": ("asha chidi kim", "bela emeka farah gu hana"),
    "web:drill_seat": ("asha chidi kim", "bela emeka farah gu hana"),
    "web:drill_step": ("asha chidi kim", "bela emeka farah gu hana"),
    "web:improvement_done": ("asha chidi kim", "bela emeka farah gu hana"),
    "web:improvement_new": ("asha chidi kim", "bela emeka farah gu hana"),
    "web:drills": ("asha chidi jonas kim", "bela emeka farah gu hana"),
    "web:end_response": ("chidi kim", "asha bela emeka farah gu hana"),
    "web:house": ("asha emeka gu", "bela chidi hana kim"),
    "web:house_new": ("asha emeka farah gu", "bela chidi hana kim"),
    "web:incident_new": ("asha chidi iris jonas kim", "bela emeka farah gu hana"),
    "web:items_file": ("asha emeka farah iris jonas", "bela chidi gu hana kim"),
    "web:items_paste": ("asha emeka farah iris jonas", "bela chidi gu hana kim"),
    "web:lot_state": ("bela", "asha chidi hana kim"),
    "web:order_paper": ("asha bela", "chidi emeka hana kim"),
    "web:plan_approve": ("chidi kim", "asha bela hana"),
    "web:plan_draft": ("asha chidi kim", "bela emeka farah gu hana"),
    "web:plan_propose": ("asha chidi kim", "bela hana"),
    "web:plan_refuse": ("chidi kim", "asha bela hana"),
    "web:plan_run_cancel": ("asha chidi kim", "bela hana"),
    "web:rapid": ("asha chidi kim", "bela emeka farah gu hana"),
    "web:readiness_run": ("asha chidi iris kim", "bela hana"),
    "web:item_return": ("asha chidi kim", "bela emeka hana"),
    "web:report_adopt": ("asha chidi kim", "bela emeka hana"),
    "web:report_new": ("asha emeka", "bela chidi hana kim"),
    "web:report_return": ("asha chidi kim", "bela emeka hana"),
    "web:report_verify": ("asha chidi kim", "bela emeka hana"),
    "web:reports_merge": ("asha chidi iris jonas kim", "bela emeka farah gu hana"),
    "web:requisition_pay": ("asha chidi kim", "bela hana"),
    "web:requisition_return": ("asha chidi kim", "bela hana"),
    "web:requisitions": ("asha chidi iris jonas kim", "bela emeka farah gu hana"),
    "web:screen_link": ("asha chidi kim", "bela emeka hana"),
    "web:screen_revoke": ("asha chidi kim", "bela emeka hana"),
    "web:screens": ("asha chidi iris jonas kim", "bela emeka farah gu hana"),
    "web:season_sign": ("asha chidi iris kim", "bela hana"),
    "web:shelter": ("asha emeka iris", "bela chidi hana kim"),
    "web:stop_receive": ("emeka", "asha bela chidi gu hana kim"),
    "web:supply_test": ("asha bela iris", "chidi hana kim"),
    "web:table_discard": ("", "chidi emeka farah gu hana kim"),
    "web:table_import": ("", "chidi emeka farah gu hana kim"),
    "web:table_new": ("asha bela iris jonas", "chidi emeka farah gu hana kim"),
    "web:task_done": ("asha bela chidi emeka kim", "hana"),
    "web:telephone_order_new": ("asha bela iris jonas", "chidi emeka farah gu hana kim"),
    "web:transport_test": ("asha bela iris", "chidi hana kim"),
    "web:trip_check": ("asha bela chidi kim", "hana"),
    "web:trip_dispatch": ("bela", "asha chidi hana kim"),
    "web:trip_pick": ("bela", "asha chidi hana kim"),
    "web:trip_unpick": ("bela", "asha chidi hana kim"),
    # Plans, the register of drills, messages.
    "web:drill_entry_undo": ("asha chidi kim", "bela emeka farah gu hana"),
    "web:drills_due": ("asha chidi jonas kim", "bela emeka farah gu hana"),
    "web:drills_year_plan": ("asha chidi jonas kim", "bela emeka farah gu hana"),
    "web:message": ("", "bela hana"),
    "web:response_plan_new": ("asha chidi jonas kim", "bela emeka farah gu hana"),
    "web:response_plan_revise": ("asha chidi kim", "bela emeka farah gu hana"),
    # The store.
    "web:arrival": ("bela", "asha chidi hana kim"),
    "web:arrival_new": ("bela", "asha chidi emeka farah gu hana iris jonas kim"),
    "web:bin_put": ("bela", "asha chidi hana kim"),
    "web:bins": ("bela", "asha chidi emeka farah gu hana iris jonas kim"),
    "web:blank": ("asha bela", "chidi hana kim"),
    "web:blanks": ("bela", "asha chidi emeka farah gu hana iris jonas kim"),
    "web:blanks_void": ("bela", "asha chidi hana iris kim"),
    "web:code_bind": ("bela", "asha chidi emeka farah gu hana iris jonas kim"),
    "web:count_approve": ("asha chidi kim", "bela hana"),
    "web:count_bin": ("bela", "asha chidi hana kim"),
    "web:count_cancel": ("asha bela chidi kim", "hana"),
    "web:count_finish": ("bela", "asha chidi hana kim"),
    "web:counts": ("bela", "asha chidi emeka farah gu hana iris jonas kim"),
    "web:difference_answer": ("asha bela chidi kim", "hana"),
    "web:purchase": ("bela", "asha chidi hana kim"),
    "web:purchase_new": ("bela", "asha chidi emeka farah gu hana iris jonas kim"),
    "web:repairs": ("bela", "asha chidi emeka farah gu hana iris jonas kim"),
    "web:return_new": ("bela", "asha chidi emeka gu hana kim"),
    "web:scrap_decide": ("asha chidi kim", "bela hana"),
    "web:scraps": ("bela", "asha chidi emeka farah gu hana iris jonas kim"),
}


def statuses(browsers: dict[str, Person], method: str, address: str) -> dict[str, int]:
    """What each person is answered; whatever a request changed is undone."""
    found = {}
    for name, browser in browsers.items():
        before = transaction.savepoint()
        found[name] = getattr(browser, method)(address).status_code
        transaction.savepoint_rollback(before)
    return found


def expected(row: tuple[str, str]) -> dict[str, str]:
    allowed, refused = (names.split() for names in row)
    return {
        name: "let through" if name in allowed else "refused" if name in refused else "not found"
        for name in named.PEOPLE
    }


def in_words(status: int) -> str:
    return {403: "refused", 404: "not found"}.get(status, "let through")


@pytest.mark.parametrize(("method", "table"), [("get", OPEN), ("post", SEND)])
def test_everyone_gets_what_the_table_says(under_way, person, method, table, monkeypatch):
    # Who is let in is decided before a page is drawn; drawing them all has a test of its own.
    monkeypatch.setattr(Template, "render", lambda *_given, **_named: "")
    of = addresses.keywords(under_way)
    browsers = {name: person(under_way, name) for name in named.PEOPLE}
    wrong = []
    for name, row in table.items():
        answered = statuses(browsers, method, addresses.address(name, of))
        assert 500 not in answered.values(), (name, answered)
        told = {who: in_words(status) for who, status in answered.items()}
        if told != expected(row):
            wrong.append((name, {w: told[w] for w in told if told[w] != expected(row)[w]}))
    assert wrong == []


def test_the_tables_cover_every_address():
    from relief.web.acts import ADDRESSES

    by_session = {name: rule for name, rule in ADDRESSES.items() if not rule.public}
    guarded = {name for name, rule in by_session.items() if rule.read or rule.write}
    assert guarded | {"web:home", *BY_SCRIPTS} == set(OPEN)
    assert {name for name, rule in by_session.items() if rule.write} == set(SEND)


def test_a_refusal_names_whose_duty_it_is(under_way, person):
    refused = person(under_way, "bela").get(f"/incidents/{under_way.incident.id}/activate/")
    assert refused.status_code == 403
    sentence = (
        "To activate, adjust or end a response is the duty of: commander. "
        "Your duty here: warehouse keeper."
    )
    assert sentence in refused.content.decode()
