"""Every sentence the planner can say, once in English and once in Simplified Chinese (措辞).

The planner knows no translation framework: it hands out a stable code with its parameters, and
this catalogue turns the pair into a sentence. A screen may show the sentence or word it anew.
"""

from __future__ import annotations

from typing import Any

from .sentences import REASONS

LANGUAGES = ("en", "zh")

_FAULTS: dict[str, tuple[str, str]] = {
    "empty": ("the problem is empty", "规划问题为空"),
    "too_large": (
        "expected at most {limit} bytes, received {got}",
        "最多允许 {limit} 字节，实际为 {got} 字节",
    ),
    "not_json": (
        "not readable as UTF-8 JSON: {detail}",
        "无法按 UTF-8 JSON 读取：{detail}",
    ),
    "not_object": ("expected an object, received {got}", "应为对象，实际为 {got}"),
    "not_list": ("expected a list, received {got}", "应为列表，实际为 {got}"),
    "not_text": (
        "expected a non-empty text without control characters, received {got}",
        "应为不含控制字符的非空文字，实际为 {got}",
    ),
    "not_number": (
        "expected a finite number, received {got}",
        "应为有限数值，实际为 {got}",
    ),
    "not_whole": ("expected a whole number, received {got}", "应为整数，实际为 {got}"),
    "out_of_range": (
        "expected a number from {low} to {high}, received {got}",
        "应在 {low} 到 {high} 之间，实际为 {got}",
    ),
    "not_fraction": (
        "expected a fraction such as 2/3, received {got}",
        "应为分数（如 2/3），实际为 {got}",
    ),
    "not_one_of": (
        "expected one of {allowed}, received {got}",
        "应为 {allowed} 之一，实际为 {got}",
    ),
    "not_time": (
        "expected a date and time with its offset, received {got}",
        "应为带时区偏移的日期时间，实际为 {got}",
    ),
    "missing": ("this field is required", "缺少此必填项"),
    "unknown_field": ("no field of this name is known", "没有这个名称的字段"),
    "duplicate_id": ("the id {id} appears twice", "编号 {id} 重复出现"),
    "duplicate_pair": (
        "the pair {first} – {second} appears twice",
        "{first} 与 {second} 重复出现",
    ),
    "unknown_item": ("there is no item {id}", "没有编号为 {id} 的物资"),
    "unknown_way": ("there is no way {id}", "没有名为 {id} 的通行方式"),
    "bad_shift": (
        "expected a pair of hours, the first before the second and after the pair before it, "
        "received {got}",
        "应为先后有序、互不重叠的一对小时数，实际为 {got}",
    ),
    "unknown_supply": ("there is no supply {id}", "没有编号为 {id} 的供应"),
    "unknown_demand": ("there is no demand {id}", "没有编号为 {id} 的需求"),
    "wrong_length": (
        "expected {expected} entries, received {got}",
        "应有 {expected} 项，实际为 {got} 项",
    ),
    "travel_hole": (
        "hours and km must both be given or both be absent",
        "时间与里程须同时给出或同时缺省",
    ),
    "wrong_item": (
        "supply {supply} holds {have}, demand {demand} asks for {want}",
        "供应 {supply} 是 {have}，需求 {demand} 要的是 {want}",
    ),
    "same_item": ("an item cannot replace itself", "物资不能替代自身"),
    "too_many": ("further faults are not listed", "其余错误不再列出"),
}

_VIOLATIONS: dict[str, tuple[str, str]] = {
    "unknown_supply": ("there is no supply {supply}", "没有编号为 {supply} 的供应"),
    "unknown_demand": ("there is no demand {demand}", "没有编号为 {demand} 的需求"),
    "bad_quantity": (
        "a line needs a whole quantity above zero, received {got}",
        "数量应为大于零的整数，实际为 {got}",
    ),
    "duplicate_line": (
        "{supply} to {demand} is listed twice",
        "{supply} 到 {demand} 的调拨重复列出",
    ),
    "wrong_item": (
        "{supply} holds {have}, {demand} asks for {want}",
        "{supply} 是 {have}，{demand} 要的是 {want}",
    ),
    "over_supply": (
        "{supply} has {limit}, {got} are taken",
        "{supply} 只有 {limit}，却调出 {got}",
    ),
    "over_demand": (
        "{demand} still needs {limit}, {got} are given",
        "{demand} 还需 {limit}，却分配 {got}",
    ),
    "broken_pack": (
        "{supply} leaves only in packs of {pack}, {got} are taken",
        "{supply} 须按每件 {pack} 整件调出，却调出 {got}",
    ),
    "no_road": (
        "no road and no other way leads from {origin} to {target}",
        "{origin} 到 {target} 没有道路，也没有其他通路",
    ),
    "out_of_reach": ("{demand} may not draw on {supply}", "{demand} 不可使用 {supply}"),
    "after_horizon": (
        "{supply} reaches {demand} at hour {got}, after the horizon of {limit}",
        "{supply} 第 {got} 小时到达 {demand}，超过规划期 {limit} 小时",
    ),
    "expired": (
        "{supply} expires at hour {limit}, before it arrives at hour {got}",
        "{supply} 第 {limit} 小时到期，早于到达的第 {got} 小时",
    ),
    "before_ready": (
        "{supply} cannot reach {demand} before hour {limit}, planned {got}",
        "{supply} 最早第 {limit} 小时才能到达 {demand}，却安排在第 {got} 小时",
    ),
    "wrong_unmet": (
        "{demand} is short of {expected}, the proposal says {got}",
        "{demand} 缺口为 {expected}，方案写的是 {got}",
    ),
    "unknown_fleet": ("there is no fleet {fleet}", "没有编号为 {fleet} 的运力"),
    "unknown_vehicle": (
        "fleet {fleet} has {limit} vehicles, number {got} is used",
        "运力 {fleet} 有 {limit} 辆车，却使用第 {got} 辆",
    ),
    "empty_trip": ("trip {trip} carries nothing", "第 {trip} 趟没有载货"),
    "mixed_sources": (
        "trip {trip} loads at more than one place: {places}",
        "第 {trip} 趟在多处装货：{places}",
    ),
    "wrong_stop": (
        "trip {trip} unloads goods for {demand} at {place}",
        "第 {trip} 趟把 {demand} 的货卸在 {place}",
    ),
    "overloaded_kg": (
        "trip {trip} carries {got} kg, the vehicle takes {limit}",
        "第 {trip} 趟载重 {got} 千克，车辆限载 {limit} 千克",
    ),
    "overloaded_m3": (
        "trip {trip} carries {got} m³, the vehicle takes {limit}",
        "第 {trip} 趟容积 {got} 立方米，车辆限装 {limit} 立方米",
    ),
    "too_early": (
        "trip {trip} leaves at hour {got}, fleet {fleet} is ready at {limit}",
        "第 {trip} 趟第 {got} 小时出发，运力 {fleet} 第 {limit} 小时才就绪",
    ),
    "too_fast": (
        "trip {trip} cannot be at {place} before hour {limit}, planned {got}",
        "第 {trip} 趟最早第 {limit} 小时到 {place}，却安排在第 {got} 小时",
    ),
    "outside_shift": (
        "trip {trip} is out from hour {leave} to {back}, outside the shifts of fleet {fleet}",
        "第 {trip} 趟第 {leave} 至 {back} 小时在外，超出运力 {fleet} 的作业时段",
    ),
    "no_way": (
        "fleet {fleet} has no way to {place} on trip {trip}",
        "第 {trip} 趟：运力 {fleet} 没有前往 {place} 的通路",
    ),
    "trip_overlap": (
        "vehicle {vehicle} of {fleet} leaves at hour {got} but is back only at {limit}",
        "{fleet} 第 {vehicle} 辆车第 {got} 小时出发，但第 {limit} 小时才返回",
    ),
    "load_mismatch": (
        "{supply} to {demand}: {expected} planned, {got} loaded",
        "{supply} 到 {demand}：计划 {expected}，装车 {got}",
    ),
    "wrong_arrival": (
        "{supply} to {demand}: the line says hour {got}, its last trip hour {expected}",
        "{supply} 到 {demand}：调拨写第 {got} 小时到达，末趟车第 {expected} 小时到达",
    ),
}

CATALOGUE: dict[str, dict[str, tuple[str, str]]] = {
    "fault": _FAULTS,
    "violation": _VIOLATIONS,
    "reason": REASONS,
}


def say(kind: str, code: str, *, lang: str = "en", **params: Any) -> str:
    """The sentence for one code of one kind ("fault", "violation" or "reason")."""
    if lang not in LANGUAGES:
        raise ValueError(f"expected a language of {LANGUAGES}, received {lang!r}")
    return CATALOGUE[kind][code][LANGUAGES.index(lang)].format(**params)
