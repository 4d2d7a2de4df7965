"""What the planner says about a plan (方案用语): each sentence in English and in Chinese.

They avoid forms that change with a number. `{arrival}` and other moments are clock times.
"""

from __future__ import annotations

_GETS: dict[str, tuple[str, str]] = {
    "need": (
        (
            "{place} needs {qty} of {item} (class {cls}): {committed} delivered or on the road, "
            "{planned} planned now, {short} missing."
        ),
        (
            "{place}需要 {item} {qty}（第 {cls} 类）：已到达或在途 {committed}，"
            "本次计划 {planned}，仍缺 {short}。"
        ),
    ),
    "from": (
        "{supply} sends {qty}, arriving {arrival}.",
        "{supply} 调出 {qty}，{arrival}到达。",
    ),
    "met": ("Nothing is missing.", "需求已全部满足。"),
    "substitute": (
        "{item} stands in for {wanted}: one replaces {ratio}.",
        "以 {item} 替代 {wanted}：一件替代 {ratio} 件。",
    ),
    "list": (", ", "、"),
    "and_more": ("{listed} and others ({n})", "{listed}等（另有 {n} 处）"),
}

_MISSING: dict[str, tuple[str, str]] = {
    "stock": (
        "All stock that may be used and reaches it in time is given out: {block}.",
        "可以使用并能按时到达的库存已全部分完：{block}。",
    ),
    "agreement": (
        "Only supply agreements reach it in time, and their committed quantity is used up: "
        "{block}.",
        "能按时到达的只有供货协议，其承诺数量已用尽：{block}。",
    ),
    "stock_none": ("Nobody holds any usable {item}.", "没有任何可用的 {item} 库存。"),
    "higher": (
        "That stock went to needs of a higher class: {takers}.",
        "这些库存已分给类别更优先的需求：{takers}。",
    ),
    "ahead": (
        "What is delivered or on the road already puts it above the share of the others in its "
        "class.",
        "已到达和在途的物资已使它的份额高于同类其他需求。",
    ),
    "shared": (
        "In its class that stock is shared with {mates}; each gets {level} of its need, before "
        "rounding to whole packs.",
        "这些库存由同类需求共用，另有{mates}；取整件之前，各方均得到需求的 {level}。",
    ),
    "alone": (
        "Nobody else of its class draws on that stock; it gets {level} of its need.",
        "没有同类需求与它共用，得到需求的 {level}。",
    ),
    "pack": (
        "Goods leave only in whole packs of {pack}; no whole pack fits into the missing {short}.",
        "物资只能按每件 {pack} 整件调出，缺口 {short} 放不下整件。",
    ),
    "expired": (
        "The lots that could reach it would have expired on arrival.",
        "能够到达的批次在到达时已过期。",
    ),
    "road": (
        "No way leads to {place} from any place that holds stock for it.",
        "没有任何存有该物资的地点有路可通往{place}。",
    ),
    "horizon": (
        "The earliest goods would arrive {arrival}, after this plan ends ({end}).",
        "最早的物资 {arrival}才能到达，晚于本方案截止时间（{end}）。",
    ),
    "reach": (
        "No supply with stock is open to {demand}.",
        "有库存的供应均未对{demand}开放。",
    ),
    "fleet_none": (
        "The goods exist, but there is no vehicle to bring them.",
        "物资充足，但没有可用的运输车辆。",
    ),
    "fleet_size": (
        "The goods exist, but no vehicle can carry even one pack of {pack}.",
        "物资充足，但没有车辆装得下一个整件（每件 {pack}）。",
    ),
    "fleet_late": (
        "The goods exist, but the earliest vehicle ({fleet}, free to leave {leave}) could be there "
        "only {arrival}, after this plan ends ({end}).",
        "物资充足，但最早的车辆（{fleet}，{leave}可出发）{arrival}才能到达，"
        "晚于本方案截止时间（{end}）。",
    ),
    "fleet_expired": (
        "The goods exist, but the earliest vehicle ({fleet}, free to leave {leave}) could be there "
        "only {arrival}, after they expire ({expires}).",
        "物资充足，但最早的车辆（{fleet}，{leave}可出发）{arrival}才能到达，"
        "届时物资已过期（{expires}）。",
    ),
    "fleet_shift": (
        "The goods exist, but no vehicle can go there and be back within its working hours.",
        "物资充足，但没有车辆能在工作时段内往返。",
    ),
    "fleet_busy": (
        "The goods exist ({origins}), but all vehicles that could bring them before {end} are "
        "used by other trips.",
        "物资充足（{origins}），但{end}前能运送的车辆均已安排其他车次。",
    ),
}

_CURES: dict[str, tuple[str, str]] = {
    "cure_stock": (
        "{qty} more at {place} would raise it.",
        "在{place}增加 {qty} 即可提高它的份额。",
    ),
    "cure_stock_full": (
        "{qty} more at {place} would raise it; {full} more would meet everyone who shares it.",
        "在{place}增加 {qty} 即可提高它的份额；增加 {full} 可满足所有共用者。",
    ),
    "cure_stock_perhaps": (
        "{qty} more at {place} would probably raise it.",
        "在{place}增加 {qty} 可能提高它的份额。",
    ),
    "cure_own": (
        "{qty} of {item} obtained for {place} would meet it.",
        "为{place}筹措 {item} {qty} 即可满足。",
    ),
    "cure_road": (
        "A road from {origin} to {target}, passable in time, would bring it goods.",
        "及时打通 {origin} 到 {target} 的道路，即可送达物资。",
    ),
    "cure_road_perhaps": (
        "A road from {origin} to {target} would probably help.",
        "打通 {origin} 到 {target} 的道路可能有帮助。",
    ),
    "cure_horizon": (
        "Planning {hours} hours further ahead would bring it goods.",
        "规划期再延长 {hours} 小时，即可送达物资。",
    ),
    "cure_horizon_perhaps": (
        "Planning {hours} hours further ahead would probably help.",
        "规划期再延长 {hours} 小时可能有帮助。",
    ),
    "cure_reach": (
        "Opening {supply} to it would bring it goods.",
        "对其开放 {supply}，即可送达物资。",
    ),
    "cure_reach_perhaps": (
        "Opening {supply} to it would probably help.",
        "对其开放 {supply} 可能有帮助。",
    ),
    "cure_fleet": (
        "A vehicle that loads at {origin} and reaches {target} in time would bring it goods.",
        "有车辆在 {origin} 装货并按时到达 {target}，即可送达物资。",
    ),
    "cure_fleet_perhaps": (
        "A vehicle that loads at {origin} and reaches {target} in time would probably help.",
        "有车辆在 {origin} 装货并按时到达 {target}，可能有帮助。",
    ),
    "cure_vehicle_perhaps": (
        "{count} more vehicle of {fleet} would probably help.",
        "{fleet} 增加 {count} 辆车可能有帮助。",
    ),
    "cure_pack": (
        "Rounding the need up by {qty} to a whole pack would bring one more pack.",
        "将需求上调 {qty} 凑成整件，即可再得一个整件。",
    ),
    "cure_road_opens": (
        "It takes a road from {origin} to {target}.",
        "需要打通 {origin} 到 {target} 的道路。",
    ),
    "cure_horizon_opens": (
        "It takes a plan that looks {hours} hours further ahead.",
        "规划期需再延长 {hours} 小时。",
    ),
    "cure_reach_opens": (
        "{supply} would have to be opened to it.",
        "需对其开放 {supply}。",
    ),
    "cure_fleet_opens": (
        "It takes a vehicle that can load at {origin} and reach {target} in time.",
        "需要能在 {origin} 装货并按时到达 {target} 的车辆。",
    ),
    "cure_alone_not": (
        "Goods or vehicles are scarce as well: this alone would not bring a pack.",
        "但物资或运力本身也紧缺，仅此一项仍送不到一个整件。",
    ),
    "as_carried": (
        "Beyond that, vehicles must be free to bring it.",
        "此外还须有空余车辆运送。",
    ),
}

_LINES: dict[str, tuple[str, str]] = {
    "line": (
        "{qty} of {item} go from {supply} in {origin} to {demand} in {place}, arriving {arrival}.",
        "{item} {qty} 由 {origin} 的 {supply} 调往 {place} 的 {demand}，{arrival}到达。",
    ),
    "first": (
        "No other supply that may serve it would get there earlier.",
        "没有其他可用供应能更早到达。",
    ),
    "first_expired": (
        "{other} would serve as well, but this lot expires first ({expires}).",
        "{other} 同样可用，但本批次到期更早（{expires}），先行调出。",
    ),
    "kept": (
        "The last plan drew on this supply already; it is kept, as that costs nobody a share.",
        "上一方案已使用该供应；保留它不影响任何一方的份额。",
    ),
    "nearer_same": (
        "{supply} in {origin} could be there {arrival}; this need takes {qty} from it as well.",
        "{origin} 的 {supply} {arrival}即可到达；本需求已同时从中调用 {qty}。",
    ),
    "nearer_used": (
        "{supply} in {origin} could be there {arrival}, but its stock goes to {takers}.",
        "{origin} 的 {supply} {arrival}即可到达，但其库存分给了{takers}。",
    ),
    "taker": ("{demand} ({qty}, at {level})", "{demand}（{qty}，份额 {level}）"),
    "nearer_left": (
        "{supply} in {origin} could be there {arrival} and keeps {left}.",
        "{origin} 的 {supply} {arrival}即可到达，且尚余 {left}。",
    ),
    "nearer_expires": (
        "{supply} in {origin} is nearer, but its lot expires {expires}, before it could arrive.",
        "{origin} 的 {supply} 更近，但其批次 {expires}到期，到达前即过期。",
    ),
    "nearer_closed": (
        "{supply} in {origin} is nearer, but it is not open to this need.",
        "{origin} 的 {supply} 更近，但未对本需求开放。",
    ),
    "nearer_no_vehicle": (
        "{supply} in {origin} is nearer by road, but no vehicle could bring its goods in time.",
        "{origin} 的 {supply} 路程更近，但没有车辆能按时运送。",
    ),
    "left_dearer": (
        "It would not make the goods less late and costs {money} more per unit.",
        "使用它并不会减少延误，而每单位多花 {money}。",
    ),
    "left_packs": (
        "It leaves only in whole packs of {pack}, which do not fit into what this need takes.",
        "它只能按每件 {pack} 整件调出，此处放不下整件。",
    ),
    "left_vehicles": (
        "Vehicles are short: goods of its own wait there for one.",
        "车辆不足，该处的物资也在等候车辆。",
    ),
    "left_mixed": (
        "Its goods come in packs of different sizes; whole packs are matched so that nobody is "
        "more than one pack off its share.",
        "该物资各批次的包装大小不一；按整件匹配，使各方与应得份额相差不超过一件。",
    ),
    "left_kept": (
        "Changing to it would gain nobody a share, so the last plan's line stays.",
        "改用它不会提高任何一方的份额，故保留上一方案的安排。",
    ),
    "left_same": (
        "Using it would gain nothing: the goods are in time either way, at no lower price.",
        "改用它没有好处：两者均能按时到达，价格也不更低。",
    ),
    "exchange_none": (
        "None of them could be served from {supply} instead.",
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
}

REASONS = {**_GETS, **_MISSING, **_CURES, **_LINES}
