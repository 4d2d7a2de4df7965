"""Every sentence the planner can say, once in English and once in Simplified Chinese (措辞).

The planner knows no translation framework: it hands out a stable code with its parameters, and
this catalogue turns the pair into a sentence. A screen may show the sentence or word it anew.
"""

from __future__ import annotations

from typing import Any

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
        "expected a non-empty text, received {got}",
        "应为非空文字，实际为 {got}",
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
        "no road leads from {origin} to {target}",
        "{origin} 到 {target} 没有道路",
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

_REASONS: dict[str, tuple[str, str]] = {
    "need": (
        (
            "{place} needs {qty} of {item} (class {cls}); {committed} are delivered "
            "or on the road, {planned} are planned, {short} are missing."
        ),
        (
            "{place}需要 {item} {qty}（第 {cls} 类）；已到达或在途 {committed}，"
            "本次计划 {planned}，仍缺 {short}。"
        ),
    ),
    "from": (
        "{qty} come from {supply} and arrive at hour {arrival}.",
        "{supply} 调出 {qty}，第 {arrival} 小时到达。",
    ),
    "met": ("Nothing is missing.", "需求已全部满足。"),
    "stock": (
        "All stock that may be used and reaches it in time is given out: {block}.",
        "可以使用并能按时到达的库存已全部分完：{block}。",
    ),
    "stock_none": (
        "Nobody holds any usable {item}.",
        "没有任何可用的 {item} 库存。",
    ),
    "higher": (
        "That stock went to demands of a higher class.",
        "这些库存已分给类别更优先的需求。",
    ),
    "agreement": (
        "The committed quantity of the supply agreements is used up: {block}.",
        "供货协议的承诺数量已用尽：{block}。",
    ),
    "shared": (
        (
            "It shares that stock with {n} other demands of its class; each gets the same {level} "
            "of its need, before rounding to whole packs."
        ),
        "与同类的另外 {n} 项需求共用这些库存；取整件之前，各方均得到需求的 {level}。",
    ),
    "alone": (
        "It shares that stock with nobody of its class and gets {level} of its need.",
        "没有同类需求与它共用，得到需求的 {level}。",
    ),
    "pack": (
        "What is left comes only in packs larger than the missing {short}.",
        "剩余物资的最小整件大于缺口 {short}。",
    ),
    "expired": (
        "The lots that could reach it would have expired on arrival.",
        "能够到达的批次在到达时已过期。",
    ),
    "road": (
        "No road leads to {place} from any place that holds stock for it.",
        "没有任何存有该物资的地点有道路通往 {place}。",
    ),
    "horizon": (
        "The earliest goods would arrive at hour {arrival}, after the horizon of {horizon} hours.",
        "最早的物资第 {arrival} 小时才能到达，超过 {horizon} 小时的规划期。",
    ),
    "reach": (
        "No supply with stock is open to {demand}.",
        "有库存的供应均未对 {demand} 开放。",
    ),
    "fleet": (
        "The goods exist, but no vehicle can bring them within {horizon} hours.",
        "物资充足，但没有车辆能在 {horizon} 小时内送达。",
    ),
    "cure_stock": (
        "{qty} more at {place} would raise it; {full} more would meet everyone who shares it.",
        "在 {place} 增加 {qty} 即可提高它的份额；增加 {full} 可满足所有共用者。",
    ),
    "cure_road": (
        "A road from {origin} to {target} would help.",
        "打通 {origin} 到 {target} 的道路即可改善。",
    ),
    "cure_horizon": (
        "Planning {hours} hours further ahead would include it.",
        "规划期再延长 {hours} 小时即可纳入。",
    ),
    "cure_reach": (
        "Opening {supply} to it would help.",
        "对其开放 {supply} 即可改善。",
    ),
    "cure_vehicle": (
        "{count} more vehicle of {fleet} would help.",
        "{fleet} 增加 {count} 辆车即可改善。",
    ),
    "cure_fleet": (
        "It takes a fleet that can load at {origin} and reach {target} in time.",
        "需要能在 {origin} 装货并按时到达 {target} 的运力。",
    ),
    "cure_pack": (
        "Raising the need by {qty}, or breaking a pack, would help.",
        "将需求增加 {qty}，或拆开一个整件，即可改善。",
    ),
    "line": (
        (
            "{qty} of {item} go from {supply} in {origin} to {demand} in {place}, arriving at hour "
            "{arrival}."
        ),
        "{item} {qty} 由 {origin} 的 {supply} 调往 {place} 的 {demand}，第 {arrival} 小时到达。",
    ),
    "line_first": (
        "No supply that may serve it would get there earlier.",
        "没有其他可用供应能更早到达。",
    ),
    "line_substitute": (
        "{item} stands in for {wanted}: one replaces {ratio}.",
        "以 {item} 替代 {wanted}：一件替代 {ratio} 件。",
    ),
    "nearer_same": (
        (
            "{supply} in {origin} would be there at hour {arrival}; this demand takes {qty} from "
            "it as well."
        ),
        "{origin} 的 {supply} 第 {arrival} 小时即可到达；本需求已同时从中调用 {qty}。",
    ),
    "nearer_used": (
        "{supply} in {origin} would be there at hour {arrival}, but its stock goes to {takers}.",
        "{origin} 的 {supply} 第 {arrival} 小时即可到达，但其库存分给了 {takers}。",
    ),
    "nearer_taker": ("{demand} ({qty}, at {level})", "{demand}（{qty}，份额 {level}）"),
    "nearer_more": ("{n} others", "另外 {n} 处"),
    "nearer_left": (
        "{supply} in {origin} could be there at hour {arrival} and keeps {left}.",
        "{origin} 的 {supply} 第 {arrival} 小时即可到达，且尚余 {left}。",
    ),
    "left_dearer": (
        "It would not make the goods less late and costs {money} more per unit.",
        "使用它并不会减少延误，而每单位多花 {money}。",
    ),
    "left_packs": (
        "It leaves only in packs of {pack}, which would not fit here.",
        "它只能按每件 {pack} 整件调出，此处放不下整件。",
    ),
    "left_later": (
        "What it keeps could not be brought by a vehicle in time, or the last plan is kept.",
        "其余量无车可及时运送，或为保留上一方案而未动用。",
    ),
    "exchange_none": (
        "None of those takers could be served from {supply} instead.",
        "这些去向都无法改由 {supply} 供应。",
    ),
    "exchange_late": (
        "Exchanging with any of them would add at least {hours} person-hours of lateness per unit.",
        "与其中任何一方对调，每单位至少增加 {hours} 人时的延误。",
    ),
    "exchange_money": (
        "Exchanging with any of them would make nothing less late and cost {money} more per unit.",
        "与其中任何一方对调都不会减少延误，且每单位多花 {money}。",
    ),
    "exchange_same": (
        "Exchanging with one of them would gain nothing.",
        "与其中一方对调没有好处。",
    ),
    "kept": (
        "The last plan drew on this supply already; it is kept.",
        "上一方案已使用该供应，予以保留。",
    ),
    "list": (", ", "、"),
}

CATALOGUE: dict[str, dict[str, tuple[str, str]]] = {
    "fault": _FAULTS,
    "violation": _VIOLATIONS,
    "reason": _REASONS,
}


def say(kind: str, code: str, *, lang: str = "en", **params: Any) -> str:
    """The sentence for one code of one kind ("fault", "violation" or "reason")."""
    if lang not in LANGUAGES:
        raise ValueError(f"expected a language of {LANGUAGES}, received {lang!r}")
    return CATALOGUE[kind][code][LANGUAGES.index(lang)].format(**params)
