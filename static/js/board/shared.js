// Lists that several boards show: trips, tasks, shelters, closed roads, checks, journal lines.

import { inside, tasks, trips, villages } from "./figures.js";
import { badge, button, clock, h, link, number } from "./parts.js";

const TONES = { planned: "info", on_the_road: "warn", finished: "good" };

// What one stop or trip carries: `120 tents, 40 quilts`.
export function goods(loads, speech, most = 4) {
  const items = new Map();
  for (const load of loads) {
    items.set(load.item, (items.get(load.item) || 0) + (load.loaded ?? load.planned));
  }
  const parts = [...items].map(([item, n]) => `${speech.item(item)} ${speech.count(n)}`);
  const rest = parts.length - most;
  return parts.slice(0, most).join(" · ") + (rest > 0 ? " …" : "");
}

export function tripTable(board, name, list, { act, under } = {}) {
  const { page, speech, now } = board;
  const rows = list.map((trip) => ({ key: trip.id, sign: [trip, speech.at(trip.leaves_at, now)], trip }));
  page.list(name, rows, ({ trip }) => {
    const stops = under ? trip.stops.filter((stop) => inside(under, stop.area)) : trip.stops;
    const more = stops.length > 1 ? ` ${speech.say("stop_no", { n: stops.length - 1 })}` : "";
    const onward = trip.next && Date.parse(trip.expected) > Date.parse(trip.due);
    return h("tr", {},
      h("th", { scope: "row" },
        link(speech.page("trip", { id: trip.id }), trip.number),
        h("span", { class: "under" }, trip.plate || "")),
      h("td", { class: "cell--state" },
        badge(speech.one("trip_states", trip.state), TONES[trip.state] || "info")),
      h("td", { class: "cell--whole" },
        h("span", { class: "route" }, `${speech.place(trip.origin)} → ${speech.area(stops[0].area)}${more}`),
        h("span", { class: "under" }, goods(stops.flatMap((stop) => stop.loads), speech))),
      h("td", { "data-label": speech.words.columns.leaves },
        speech.at(trip.dispatched_at || trip.leaves_at, now)),
      h("td", { "data-label": speech.words.columns.arrives },
        trip.next ? speech.at(trip.expected, now) : speech.at(lastReceipt(trip), now),
        onward && h("span", { class: "under under--bad" }, speech.say("after_due"))),
      h("td", { "data-label": speech.words.columns.due },
        trip.next ? clock(trip.due, speech, now) : badge(speech.one("trip_states", "finished"), "good")),
      act && h("td", { class: "cell--act" }, act(trip)));
  });
}

const lastReceipt = (trip) => trip.stops.map((stop) => stop.received_at).sort().at(-1);

// Trips with a stop here, those still to come first.
export const coming = (board) =>
  trips(board.store, board.incident)
    .filter((trip) => trip.stops.some((stop) => inside(board.path, stop.area) || inside(stop.area, board.path)))
    .sort((one, two) => Number(!one.next) - Number(!two.next));

export function receiveButton(board, trip) {
  const { speech, path } = board;
  const stop = trip.stops.find((one) => !one.received_at && inside(path, one.area));
  if (!stop || trip.state !== "on_the_road" || !speech.may("receive_trip")) return null;
  return button(speech.page("receive", { id: trip.id, stop: stop.id }), speech.say("receive"), true);
}

export function taskList(board, name, list, { place = false } = {}) {
  const { page, speech, now } = board;
  const open = list.filter((row) => !row.done_at);
  const rows = list.map((row) => ({ key: row.id, sign: [row, speech.at(row.due_at, now)], row }));
  page.list(name, rows, ({ row }) =>
    h("li", { class: row.done_at ? "task-line task-line--done" : "task-line" },
      h("div", { class: "task-line__text" },
        h("span", {}, speech.name(row, "title")),
        place && h("span", { class: "under" }, speech.area(row.area))),
      row.done_at
        ? h("span", { class: "quiet" }, speech.say("done_at", { time: speech.at(row.done_at, now) }))
        : clock(row.due_at, speech, now),
      !row.done_at && speech.may("finish_task")
        ? button(`${speech.page("incident", { id: board.incident })}#task-${row.id}`, speech.say("finish")) : null),
  { count: open.length });
}

export function shelterList(board, name) {
  const { page, store, speech, about, now } = board;
  const list = store.all("shelter").filter((row) => inside(board.path, row.area));
  const rows = list.map((row) => ({ key: row.id, sign: [row, speech.at(row.counted_at || 0, now)], row }));
  page.list(name, rows, ({ row }) => {
    const share = row.capacity ? row.people / row.capacity : 0;
    return h("li", { class: "shelter" },
      h("div", {},
        link(speech.page("shelter", { id: row.id }), about.shelters[row.id] ?? speech.area(row.area)),
        h("span", { class: "under" }, row.counted_at
          ? speech.say("as_of", { time: speech.at(row.counted_at, now) })
          : speech.say("not_counted"))),
      h("meter", {
        min: 0, max: row.capacity || 1, high: row.capacity * 0.9, optimum: 0, value: row.people,
        "aria-label": speech.say("shelter_fill", { people: row.people, capacity: row.capacity }),
      }),
      h("span", { class: share > 1 ? "number number--bad" : "number" },
        speech.say("shelter_fill", { people: speech.count(row.people), capacity: speech.count(row.capacity) })));
  });
}

export function roadList(board, name, list) {
  const { page, speech, about, now } = board;
  const names = new Map(Object.values(about.areas).map((area) => [area.code, area.name]));
  const cut = (row) => (row.cut_off || []).map((code) => names.get(code)).filter(Boolean);
  const rows = list.map((row) => ({ key: row.id, sign: [row.reason, row.bars, row.closed_at, cut(row)], row }));
  page.list(name, rows, ({ row }) =>
    h("li", { class: "line" },
      h("span", { class: "line__sign", "aria-hidden": "true" }, "✕"),
      h("div", {}, row.reason,
        h("span", { class: "under" },
          row.bars === "heavy" && `${speech.say("closed_heavy")} · `,
          speech.say("closed_since", { time: speech.at(row.closed_at, now) })),
        cut(row).length > 0 && h("span", { class: "under under--bad" },
          speech.say("cuts_off", { places: cut(row).join(", ") })))));
}

export function checkList(board, name, list) {
  const { page, speech, now } = board;
  const rows = list.map((row) => ({ key: row.id, sign: [row], row }));
  page.list(name, rows, ({ row }) => {
    const differences = ["short", "damaged", "surplus"]
      .filter((kind) => row[kind] > 0)
      .map((kind) => speech.say(`check_${kind}`, { n: speech.count(row[kind]) }));
    return h("li", { class: "line" },
      h("span", { class: "line__sign", "aria-hidden": "true" }, "≠"),
      h("div", {},
        link(speech.may("resolve_check") ? speech.page("check", { id: row.id }) : speech.page("checks"),
          `${row.number} · ${speech.item(row.item)}`),
        h("span", { class: "under" }, `${differences.join(", ")} · ${speech.area(row.area)}`)),
      h("span", { class: "quiet" }, speech.at(row.opened_at, now)));
  });
}

export function villageList(board, name) {
  const { page, store, speech, incident } = board;
  const list = villages(store, incident);
  const waiting = list.filter((row) => !row.confirmed_at);
  const rows = [...waiting, ...list.filter((row) => row.confirmed_at)]
    .map((row) => ({ key: row.id, sign: [row], row }));
  page.list(name, rows, ({ row }) => {
    const which = row.confirmed_at ? "confirmed" : "presumed";
    const said = speech.say(which, {
      households: speech.count(row[`${which}_households`]),
      people: speech.count(row[`${which}_people`]),
    });
    const address = speech.page("affected", { id: row.id });
    return h("li", { class: "line" },
      h("div", {}, link(address, speech.area(row.area)), h("span", { class: "under" }, said)),
      row.confirmed_at || !speech.may("confirm_households")
        ? badge(row.confirmed_at ? "✓" : speech.say("to_confirm"), row.confirmed_at ? "good" : "warn")
        : button(address, speech.say("confirm"), true));
  }, { count: waiting.length });
}

export function journal(board, name, most = 14) {
  const { page, store, speech, now } = board;
  const rows = store.lines.slice(0, most).map((line) => ({
    key: line.number, sign: [line.areas.length, speech.at(line.at, now)], line,
  }));
  page.list(name, rows, ({ line }) => {
    const places = line.areas.map((path) => speech.area(path));
    const rest = places.length > 2 ? ` +${places.length - 2}` : "";
    return h("li", {},
      h("time", { class: "lines__when", datetime: line.at, title: speech.exact(line.at) },
        speech.at(line.at, now)),
      h("span", { class: "lines__what" }, h("b", {}, speech.one("happened", line.kind)),
        ` ${places.slice(0, 2).join(", ")}${rest}`));
  });
}

// Own needs with what came, one row per item.
export function needTable(board, name, lines) {
  const { page, speech, incident, about } = board;
  const order = (line) => about.items[line.item]?.order ?? 0;
  const rows = [...lines].sort((one, two) => order(one) - order(two))
    .map((line) => ({ key: line.id, sign: [line], line }));
  const c = speech.words.columns;
  page.list(name, rows, ({ line }) => {
    const place = about.areas[line.area]?.code;
    const item = about.items[line.item];
    return h("tr", {},
      h("th", { scope: "row" },
        link(speech.page("need", { id: incident, place, item: item?.code }), item?.name),
        h("span", { class: "under" }, item?.unit)),
      number(speech.count(line.need), { "data-label": c.need }),
      number(speech.count(line.allocated), { "data-label": c.allocated }),
      number(speech.count(line.road), { "data-label": c.road }),
      number(speech.count(line.received), { "data-label": c.received }),
      number(line.gap ? speech.count(line.gap) : "✓", {
        "data-label": c.gap, class: line.gap ? "number number--bad" : "number number--good",
      }),
      h("td", { class: "cell--whole reason" }, line.why && line.gap ? speech.name(line.why, "reason") : ""));
  });
}
