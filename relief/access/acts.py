"""What people may do, and which role may do it. One table, read by the gate and by tests."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """Role of a duty (岗位职责)."""

    COMMANDER = "commander", _("commander")  # 指挥长
    DUTY_OFFICER = "duty_officer", _("duty officer")  # 值班员
    KEEPER = "keeper", _("warehouse keeper")  # 保管员
    TOWNSHIP_OFFICER = "township_officer", _("township officer")  # 乡镇灾情员
    VILLAGE_OFFICER = "village_officer", _("village information officer")  # 灾害信息员
    AUDITOR = "auditor", _("auditor")  # 监督审计
    EVALUATOR = "evaluator", _("drill evaluator")  # 演练评估员: in a drill's book alone
    SCREEN = "screen", _("screen")  # 大屏: a wall screen, not a person (see `access.screens`)


class Act(models.TextChoices):
    """One thing a person may do. Reads start with READ_; each write names its action."""

    READ_COMMAND_BOARD = "read_command_board", _("see the command board")
    READ_TOWNSHIP_BOARD = "read_township_board", _("see the township board")
    READ_VILLAGE_BOARD = "read_village_board", _("see the village board")
    READ_WAREHOUSE_BOARD = "read_warehouse_board", _("see the warehouse board")
    READ_INCIDENTS = "read_incidents", _("see incidents and responses")
    READ_REPORTS = "read_reports", _("see damage reports")
    READ_HOUSEHOLDS = "read_households", _("see household lists")
    READ_STOCK = "read_stock", _("see stock")
    READ_AGREEMENTS = "read_agreements", _("see agreements")
    READ_PLANS = "read_plans", _("see needs and plans")
    READ_ORDERS = "read_orders", _("see orders and trips")
    READ_SHELTERS = "read_shelters", _("see shelters")
    READ_NORMS = "read_norms", _("see norms")
    READ_JOURNAL = "read_journal", _("see the journal")

    OPEN_INCIDENT = "open_incident", _("open an incident")
    FILE_REPORT = "file_report", _("report a township's figures")
    REPORT_VILLAGE = "report_village", _("report a village's figures")
    VERIFY_REPORT = "verify_report", _("verify a report")
    REPORT_UP = "report_up", _("pass the county's figures on")
    SEE_ALERT = "see_alert", _("take note of an alert")
    RECORD_DAMAGE = "record_damage", _("record a damaged house")
    CONFIRM_HOUSEHOLDS = "confirm_households", _("confirm affected households")
    ACTIVATE_RESPONSE = "activate_response", _("activate, adjust or end a response")
    FINISH_TASK = "finish_task", _("report a task as done")
    DRAFT_PLAN = "draft_plan", _("draft a plan")
    PROPOSE_PLAN = "propose_plan", _("propose a plan")
    APPROVE_PLAN = "approve_plan", _("approve a plan")
    DISPATCH_TRIP = "dispatch_trip", _("dispatch a trip")
    RECEIVE_TRIP = "receive_trip", _("receive a trip")
    CLOSE_ROAD = "close_road", _("close or reopen a road")
    CONDEMN_LOT = "condemn_lot", _("take a lot out of use")
    RESOLVE_CHECK = "resolve_check", _("settle a check task")
    ORDER_BY_PHONE = "order_by_phone", _("write down an order given by telephone")
    TAKE_IN = "take_in", _("take goods into a store")
    COUNT_STOCK = "count_stock", _("count stock")
    APPROVE_STOCK = "approve_stock", _("approve counts and scrapping")
    KEEP_STORE = "keep_store", _("keep bins, labels and blank slips of a store")
    CALL_AGREEMENT = "call_agreement", _("call on an agreement")
    REQUISITION = "requisition", _("requisition things and return them")
    HAND_OUT = "hand_out", _("hand goods to households")
    IMPORT_TABLES = "import_tables", _("import tables")
    COUNT_SHELTER = "count_shelter", _("count people in a shelter")
    RUN_DRILL = "run_drill", _("prepare and run drills")
    OBSERVE_DRILL = "observe_drill", _("write down what is seen of a drill")
    KEEP_REGISTER = "keep_register", _("keep plans and the register of drills")
    SEND_MESSAGE = "send_message", _("send messages by hand")
    MANAGE_SCREENS = "manage_screens", _("let a screen show a board")
    MANAGE_DEVICES = "manage_devices", _("enrol phones of others")


_READS = {act for act in Act if act.value.startswith("read_")}

PERMITS: dict[str, frozenset[Act]] = {
    Role.COMMANDER: frozenset(
        _READS
        | {
            Act.OPEN_INCIDENT,
            Act.VERIFY_REPORT,
            Act.REPORT_UP,
            Act.SEE_ALERT,
            Act.ACTIVATE_RESPONSE,
            Act.FINISH_TASK,
            Act.DRAFT_PLAN,
            Act.PROPOSE_PLAN,
            Act.APPROVE_PLAN,
            Act.CLOSE_ROAD,
            Act.APPROVE_STOCK,
            Act.REQUISITION,
            Act.RUN_DRILL,
            Act.KEEP_REGISTER,
            Act.SEND_MESSAGE,
            Act.MANAGE_SCREENS,
            Act.MANAGE_DEVICES,
        }
    ),
    Role.DUTY_OFFICER: frozenset(
        _READS
        | {
            Act.OPEN_INCIDENT,
            Act.FILE_REPORT,
            Act.REPORT_VILLAGE,
            Act.VERIFY_REPORT,
            Act.REPORT_UP,
            Act.SEE_ALERT,
            Act.RECORD_DAMAGE,
            Act.FINISH_TASK,
            Act.DRAFT_PLAN,
            Act.PROPOSE_PLAN,
            Act.CLOSE_ROAD,
            Act.COUNT_SHELTER,
            Act.ORDER_BY_PHONE,
            Act.APPROVE_STOCK,
            Act.CALL_AGREEMENT,
            Act.REQUISITION,
            Act.IMPORT_TABLES,
            Act.RUN_DRILL,
            Act.KEEP_REGISTER,
            Act.SEND_MESSAGE,
            Act.MANAGE_SCREENS,
            Act.MANAGE_DEVICES,
        }
    ),
    Role.KEEPER: frozenset(
        {
            Act.READ_WAREHOUSE_BOARD,
            Act.READ_INCIDENTS,
            Act.READ_STOCK,
            Act.READ_AGREEMENTS,
            Act.READ_ORDERS,
            Act.READ_NORMS,
            Act.DISPATCH_TRIP,
            Act.CONDEMN_LOT,
            Act.RESOLVE_CHECK,
            Act.ORDER_BY_PHONE,
            Act.TAKE_IN,
            Act.COUNT_STOCK,
            Act.KEEP_STORE,
            Act.CALL_AGREEMENT,
            Act.IMPORT_TABLES,
            Act.FINISH_TASK,
        }
    ),
    Role.TOWNSHIP_OFFICER: frozenset(
        {
            Act.READ_TOWNSHIP_BOARD,
            Act.READ_INCIDENTS,
            Act.READ_REPORTS,
            Act.READ_HOUSEHOLDS,
            Act.READ_STOCK,
            Act.READ_PLANS,
            Act.READ_ORDERS,
            Act.READ_SHELTERS,
            Act.READ_NORMS,
            Act.FILE_REPORT,
            Act.REPORT_VILLAGE,
            Act.SEE_ALERT,
            Act.RECORD_DAMAGE,
            Act.CONFIRM_HOUSEHOLDS,
            Act.FINISH_TASK,
            Act.RECEIVE_TRIP,
            Act.HAND_OUT,
            Act.CLOSE_ROAD,
            Act.COUNT_SHELTER,
        }
    ),
    Role.VILLAGE_OFFICER: frozenset(
        {
            Act.READ_VILLAGE_BOARD,
            Act.READ_INCIDENTS,
            Act.READ_HOUSEHOLDS,
            Act.READ_SHELTERS,
            Act.READ_ORDERS,
            Act.REPORT_VILLAGE,
            Act.RECORD_DAMAGE,
            Act.CONFIRM_HOUSEHOLDS,
            Act.HAND_OUT,
            Act.FINISH_TASK,
        }
    ),
    Role.AUDITOR: frozenset(_READS),
    Role.EVALUATOR: frozenset(_READS | {Act.OBSERVE_DRILL}),
    # What a board's page asks for; the guard of addresses lets a screen open nothing else.
    Role.SCREEN: frozenset(
        {
            Act.READ_COMMAND_BOARD,
            Act.READ_TOWNSHIP_BOARD,
            Act.READ_VILLAGE_BOARD,
            Act.READ_WAREHOUSE_BOARD,
            Act.READ_INCIDENTS,
            Act.READ_ORDERS,
        }
    ),
}


def is_read(act: Act) -> bool:
    return act in _READS
