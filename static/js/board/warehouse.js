// The stores' board: what must leave and when, what to pick where, what is left.

import { callList } from "./calls.js";
import * as f from "./figures.js";
import { badge, button, h, link, number } from "./parts.js";
import { checkList, journal, roadList, tripTable } from "./shared.js";

const SOON = 90; // days before its date at which a lot counts as expiring

export function draw(board) {
  const { page, store, speech, incident, now } = board;
  const list = f.trips(store, incident);
  const leaving = f.toLeave(list);
  const picks = f.picking(store, incident);
  const stock = f.stock(store, now, SOON);
  const late = leaving.filter(f.lateAt(now)).length;
  page.tile("load", {
    value: speech.count(leaving.length), alarm: late > 0,
    note: leaving[0] ? speech.say("first_due", { time: speech.at(leaving[0].due, now) }) : "",
  });
  page.tile("pick", {
    value: speech.count(picks.reduce((n, place) => n + place.lines.length, 0)),
    note: speech.say("places_note", { n: picks.length }),
  });
  page.tile("road", { value: speech.count(f.onTheRoad(list).length) });
  page.tile("expiring", {
    value: speech.count(stock.filter((entry) => entry.expiring > 0).length),
    note: speech.say("expiring_note", { n: SOON }),
  });
  tripTable(board, "leaving", leaving, {
    act: (trip) => (speech.may("dispatch_trip")
      ? button(speech.page("trip", { id: trip.id }), speech.say("dispatch"), true) : null),
  });
  tripTable(board, "road", f.onTheRoad(list));
  picking(board, picks);
  holdings(board, stock);
  commitments(board);
  callList(board, "calls");
  checkList(board, "checks", f.openChecks(store, incident));
  differenceList(board);
  paperList(board);
  roadList(board, "roads", f.closedRoads(store, incident));
  journal(board, "journal", 10);
}

function picking({ page, speech }, picks) {
  const rows = picks.map((place) => ({ key: place.origin, sign: [place.lines], place }));
  page.list("picks", rows, ({ place }) =>
    h("li", { class: "pick" },
      h("h3", {}, speech.place(place.origin)),
      h("ul", {}, place.lines.map((line) =>
        h("li", { class: "line" },
          h("div", {}, speech.item(line.item),
            h("span", { class: "under" }, `${line.order} → ${speech.area(line.area)}`)),
          h("span", { class: "number" }, `${speech.count(line.left)} ${speech.unit(line.item)}`))))),
  { count: picks.reduce((n, place) => n + place.lines.length, 0) });
}

function differenceList({ page, store, speech, now }) {
  const rows = f.openDifferences(store).map((row) => ({ key: row.id, sign: [row], row }));
  page.list("differences", rows, ({ row }) => {
    const units = row.quantity > 0 ? speech.say("units_beyond", { n: speech.count(row.quantity) })
      : row.quantity < 0 ? speech.say("units_below", { n: speech.count(-row.quantity) }) : "";
    const goods = [row.item && speech.item(row.item), row.batch, units].filter(Boolean);
    return h("li", { class: "line" },
      h("span", { class: "line__sign", "aria-hidden": "true" }, "≠"),
      h("div", {},
        link(speech.page("differences"),
          `${row.document} · ${speech.one("difference_kinds", row.kind)}`),
        h("span", { class: "under" }, goods.join(" · "))),
      h("span", { class: "quiet" }, speech.at(row.opened_at, now)));
  });
}

function paperList({ page, store, speech, incident, now }) {
  const rows = f.papersDue(store, incident).map((row) => ({ key: row.order_id, sign: [row], row }));
  page.list("papers", rows, ({ row }) =>
    h("li", { class: "line" },
      h("div", {},
        link(speech.page("order", { id: row.order_id }), row.order),
        h("span", { class: "under" }, speech.area(row.area))),
      h("span", {
        class: Date.parse(row.paper_due) < now ? "late" : "quiet",
      }, speech.say("paper_due", { time: speech.at(row.paper_due, now) }))));
}

function holdings({ page, speech, about, now }, stock) {
  const c = speech.words.columns;
  const order = (entry) => about.items[entry.item]?.order ?? 0;
  const rows = [...stock].sort((one, two) => order(one) - order(two))
    .map((entry) => ({ key: entry.item, sign: [entry], entry }));
  page.list("holdings", rows, ({ entry }) =>
    h("tr", {},
      h("th", { scope: "row" },
        h("details", {}, h("summary", {}, speech.item(entry.item),
          h("span", { class: "under" }, speech.unit(entry.item))),
        h("ul", { class: "lots" }, entry.lots.map((lot) => lotLine(lot, speech, now))))),
      number(speech.count(entry.onHand), { "data-label": c.on_hand }),
      number(speech.count(entry.held), { "data-label": c.held }),
      number(speech.count(entry.onHand - entry.held), {
        "data-label": c.free,
        class: entry.onHand === entry.held ? "number number--bad" : "number strong",
      }),
      number(entry.expiring ? speech.count(entry.expiring) : "", {
        "data-label": c.expiring, class: "number number--warn",
      }),
      number(entry.blocked ? speech.count(entry.blocked) : "", { "data-label": c.blocked })));
}

function lotLine(lot, speech, now) {
  const today = speech.date.format(new Date(now));
  const tone = lot.expires_on && lot.expires_on < today ? "alarm" : "info";
  return h("li", { class: "line" },
    h("div", {}, lot.batch, h("span", { class: "under" }, speech.place(`depot:${lot.depot}`)),
      lot.pack > 1 && h("span", { class: "under" },
        speech.say("package", { n: speech.count(lot.pack), unit: speech.unit(lot.item) }))),
    h("span", {},
      lot.state === "good" ? "" : badge(speech.one("lot_states", lot.state), "alarm"),
      lot.expires_on ? badge(speech.say("expires", { date: lot.expires_on }), tone) : ""),
    h("span", { class: "number" }, speech.say("of", {
      n: speech.count(lot.on_hand - lot.held), all: speech.count(lot.on_hand),
    })));
}

function commitments({ page, store, speech, now }) {
  const today = speech.date.format(new Date(now));
  const c = speech.words.columns;
  const rows = store.all("commitment").map((row) => ({ key: row.id, sign: [row], row }));
  page.list("commitments", rows, ({ row }) =>
    h("tr", { class: row.valid_to < today ? "row--quiet" : "" },
      h("th", { scope: "row" }, speech.place(`agreement:${row.agreement}`)),
      h("td", { "data-label": c.item }, speech.item(row.item)),
      number(speech.count(row.left), { "data-label": c.left }),
      number(speech.count(row.held), { "data-label": c.held }),
      number(speech.count(row.left - row.held), { "data-label": c.free, class: "number strong" }),
      h("td", { "data-label": c.valid_to },
        row.valid_to < today ? badge(speech.say("expired"), "alarm") : row.valid_to)));
}

