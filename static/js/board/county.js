// The county's board: figures, needs by township, trips with their clocks, who is silent.

import { callList } from "./calls.js";
import * as f from "./figures.js";
import { badge, clock, h, link, number } from "./parts.js";
import { checkList, journal, roadList, shelterList, taskList, tripTable } from "./shared.js";
import { ownDuty } from "./urgent.js";

export function draw(board) {
  const { page, store, speech, incident, path, now } = board;
  const reports = f.currentReports(store, incident);
  const lines = f.needs(store, incident);
  const list = f.trips(store, incident);
  tiles(board, { reports, lines, list });
  ownDuty(board, {
    name: (due) => `${speech.say("report_up")}: ${speech.one("report_kinds", due.kind)}`,
    act: "report_up", text: "report_up_open",
    address: incident ? speech.page("rapid", { id: incident }) : "#",
  });
  watch(board);
  needs(board, lines);
  gaps(board, lines);
  tripTable(board, "trips", list.filter((trip) => trip.state !== "finished"));
  tripTable(board, "arrived", list.filter((trip) => trip.state === "finished"));
  figures(board, reports);
  const open = f.tasks(store, incident, path).filter((row) => !row.done_at);
  taskList(board, "tasks", open);
  checkList(board, "checks", f.openChecks(store, incident));
  roadList(board, "roads", f.closedRoads(store, incident));
  callList(board, "calls");
  shelterList(board, "shelters");
  journal(board, "journal");
  const plan = f.openPlan(store, incident);
  page.list("plan", plan ? [{ key: plan.id, sign: [plan.number, plan.state], plan }] : [], () =>
    h("p", { class: "todo__line" },
      badge(speech.one("plan_states", plan.state), "warn"),
      link(speech.page("plan", { id: plan.id }), plan.number),
      h("span", { class: "quiet" }, speech.words.plan_reasons[plan.reason] ?? plan.reason)));
  const villages = page.part("villages-link");
  if (villages) {
    const address = incident ? speech.page("villages", { id: incident }) : "#";
    villages.hidden = !address;
    villages.setAttribute("href", address ?? "#");
  }
  page.root.dataset.now = String(now);
}

function tiles(board, { reports, lines, list }) {
  const { page, store, speech, incident, path, now } = board;
  const sums = f.figuresOf(reports);
  const asOf = !reports.length ? speech.say("no_report_yet")
    : sums.first === sums.last
      ? speech.say("as_of", { time: speech.at(sums.last, now) })
      : speech.say("as_of_span", { first: speech.at(sums.first, now), last: speech.at(sums.last, now) });
  const n = f.reported(reports);
  const owing = f.reportDuties(store, incident).filter((row) => row.area !== path);
  const all = Math.max(owing.length, n);
  const shown = (value) => (reports.length ? speech.count(value) : "–");
  page.tile("affected", {
    value: shown(sums.affected), asOf,
    note: speech.say("reports_note", { n, all }),
  });
  page.tile("relocated", {
    value: shown(sums.relocated), asOf,
    note: speech.say("relocated_note", { n: speech.count(sums.sheltered) }),
  });
  page.tile("dead", {
    value: shown(sums.dead), asOf, alarm: sums.dead > 0,
    note: speech.say("dead_note", { deaths: sums.deaths, missing: sums.missing }),
  });
  page.tile("rooms", {
    value: shown(sums.rooms), asOf,
    note: speech.say("rooms_note", {
      collapsed: speech.count(sums.collapsed), severe: speech.count(sums.severe),
    }),
  });
  const met = f.coverage(lines, "received");
  page.tile("goods", {
    value: met === null ? "–" : `${met} %`,
    note: met === null ? "" : speech.say("goods_note", { n: f.coverage(lines, "allocated") }),
  });
  const late = list.filter(f.lateAt(now)).length;
  page.tile("trips", {
    value: speech.count(f.onTheRoad(list).length), alarm: late > 0,
    note: speech.say("trips_note", { planned: f.toLeave(list).length, late }),
  });
}

// What does not speak for itself: townships without news, places without a road.
function watch(board) {
  const { page, store, speech, about, incident, path, now } = board;
  const silent = f.silent(store, incident, path)
    .map((row) => ({ key: row.id, sign: [row, speech.at(row.overdue_since, now)], row }));
  page.list("silent", silent, ({ row }) =>
    h("li", { class: "line line--bad" },
      h("div", {},
        link(speech.page("report_new", { id: incident, place: about.areas[row.area]?.code }),
          speech.area(row.area)),
        h("span", { class: "under" }, row.last_report_at
          ? speech.say("last_report", { time: speech.at(row.last_report_at, now) })
          : speech.say("never_reported"))),
      clock(row.due_at, speech, now)));
  const codes = new Set(f.cutOff(store, incident));
  const cut = Object.entries(about.areas).filter(([, area]) => codes.has(area.code));
  page.list("cut", cut.map(([path, area]) => ({ key: path, sign: [area.name], area })), ({ area }) =>
    h("li", { class: "line line--bad" },
      h("span", { class: "line__sign", "aria-hidden": "true" }, "⊘"),
      h("span", {}, area.name),
      h("span", { class: "quiet" }, speech.say("cut_off"))));
}

const PARTS = ["received", "road", "waiting", "gap"];
const MEASURES = ["gap", "need", "allocated", "road", "received"];

// Which of the five numbers stands large; the bar and `received / need` always show.
function measures({ page, speech }) {
  const box = page.part("measures");
  if (box.children.length) return;
  const table = page.part("needs").closest("table");
  const choose = (measure) => {
    table.dataset.measure = measure;
    for (const made of box.children) {
      made.setAttribute("aria-pressed", String(made.dataset.measure === measure));
    }
  };
  for (const measure of MEASURES) {
    const made = h("button", { type: "button", class: "chip", "data-measure": measure },
      speech.words.columns[measure]);
    made.addEventListener("click", () => choose(measure));
    box.append(made);
  }
  choose("gap");
}

// Township × item. Each cell leads to its rows; the bar shows received, on the road, allocated.
function needs(board, lines) {
  const { page, speech, about } = board;
  if (!page.part("needs")) return; // a wall shows the map instead
  measures(board);
  const table = f.matrix(lines, about.items);
  const head = table.items.map((item) => ({ key: item, sign: [speech.item(item)], item }));
  page.list("needs-head", [{ key: "township", sign: "", item: null }, ...head,
    { key: "all", sign: "", item: "all" }], ({ item }) => {
    if (item === null) return h("th", { scope: "col" }, speech.words.columns.township);
    if (item === "all") return h("th", { scope: "col", class: "number" }, speech.words.columns.all);
    return h("th", { scope: "col", class: "number" }, speech.item(item),
      h("span", { class: "under" }, speech.unit(item)));
  });
  const rows = table.places.map((place) => {
    const cells = table.items.map((item) => table.cell(place, item));
    return { key: place, sign: [table.items, cells], place, cells };
  });
  page.list("needs", rows, ({ place, cells }) =>
    h("tr", {},
      h("th", { scope: "row" }, speech.area(place)),
      ...cells.map((line) => cell(board, line)),
      number(met(cells, speech), { class: "number needs__all" })));
  const sums = table.items.map((item) => f.total(lines.filter((line) => line.item === item)));
  const foot = rows.length ? [{ key: "sum", sign: [table.items, sums], sums }] : [];
  page.list("needs-sum", foot, () =>
    h("tr", {},
      h("th", { scope: "row" }, speech.words.columns.all),
      ...sums.map((line) => h("td", { class: line.gap ? "need need--gap" : "need" },
        h("div", {}, ...figure(line, speech)))),
      number(met(lines, speech), { class: "number needs__all" })));
}

const met = (lines, speech) => {
  const share = f.coverage(lines.filter(Boolean), "received");
  return share === null ? "–" : `${speech.count(share)} %`;
};

function cell(board, line) {
  const { speech, about, incident } = board;
  if (!line) return h("td", { class: "need need--none" }, "–");
  const place = about.areas[line.area];
  const item = about.items[line.item];
  const said = speech.say("cell", {
    place: place?.name, item: item?.name, need: speech.count(line.need),
    allocated: speech.count(line.allocated), road: speech.count(line.road),
    received: speech.count(line.received), gap: speech.count(line.gap),
  });
  const address = speech.page("need", { id: incident, place: place?.code, item: item?.code });
  return h("td", { class: line.gap ? "need need--gap" : "need" },
    address
      ? h("a", { href: address, "aria-label": said, title: said }, ...figure(line, speech))
      : h("div", { title: said }, ...figure(line, speech)));
}

function figure(line, speech) {
  const share = (part) => `${line.need ? Math.min(100, (100 * part) / line.need) : 0}%`;
  const widths = {
    received: line.received, road: line.road,
    waiting: line.allocated - line.road - line.received, gap: line.gap,
  };
  const bar = h("span", { class: "bar", "aria-hidden": "true" });
  for (const part of PARTS) {
    const piece = h("i", { class: `bar__${part}` });
    piece.style.width = share(widths[part]);
    bar.append(piece);
  }
  const shown = (measure) => {
    if (measure !== "gap") return speech.count(line[measure]);
    return line.gap ? `−${speech.count(line.gap)}` : "✓";
  };
  return [
    ...MEASURES.map((measure) =>
      h("span", { class: `need__main need__main--${measure}` }, shown(measure))),
    bar,
    h("span", { class: "need__of" }, `${speech.count(line.received)} / ${speech.count(line.need)}`),
  ];
}

const GAPS = 8; // as many as one looks through before turning to something else

// On a phone: the gaps as a list, the largest share of its need first, most of them behind a tap.
function gaps(board, lines) {
  const { page, speech, about, incident } = board;
  const open = lines.filter((line) => line.gap > 0)
    .sort((one, two) => two.gap / two.need - one.gap / one.need)
    .map((line) => ({ key: line.id, sign: [line], line }));
  const row = ({ line }) =>
    h("li", { class: "line" },
      h("div", {},
        link(speech.page("need", {
          id: incident, place: about.areas[line.area]?.code, item: about.items[line.item]?.code,
        }), `${speech.area(line.area)} · ${speech.item(line.item)}`)),
      h("span", { class: "number number--bad" },
        `−${speech.count(line.gap)} `, h("span", { class: "quiet" }, `/ ${speech.count(line.need)}`)));
  page.list("gaps", open.slice(0, GAPS), row, { count: open.length });
  page.list("gaps-more", open.slice(GAPS), row);
  const more = page.root.querySelector("[data-more=gaps]");
  if (more) more.hidden = open.length <= GAPS;
}

function figures(board, reports) {
  const { page, speech, now } = board;
  const c = speech.words.columns;
  const keys = ["affected", "relocated", "dead", "rooms"];
  const rows = reports.map((row) => ({
    key: row.village || row.area, sign: [row, speech.at(row.as_of, now)], row,
  }));
  page.list("figures", rows, ({ row }) => {
    const sums = f.figuresOf([row]);
    return h("tr", {},
      h("th", { scope: "row" }, speech.area(row.area),
        row.village && h("span", { class: "under" }, speech.area(row.village))),
      h("td", { "data-label": c.report },
        link(speech.page("report", { id: row.id }), `#${row.seq} ${speech.one("report_kinds", row.kind)}`),
        " ", row.state === "verified" ? badge(speech.one("report_states", row.state), "good") : ""),
      h("td", { "data-label": c.as_of }, speech.at(row.as_of, now)),
      ...keys.map((key) => number(speech.count(sums[key]), { "data-label": c[key] })));
  });
  const sums = f.figuresOf(reports);
  const foot = reports.length ? [{ key: "sum", sign: [keys.map((key) => sums[key])] }] : [];
  page.list("figures-sum", foot, () =>
    h("tr", {},
      h("th", { scope: "row" }, c.all), h("td", {}), h("td", {}),
      ...keys.map((key) => number(speech.count(sums[key]), { "data-label": c[key] }))));
}
