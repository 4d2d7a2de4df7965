// The rows of a board and the sums over them (static/js/board/store.js and figures.js).

import * as f from "../../../static/js/board/figures.js";
import { Store } from "../../../static/js/board/store.js";
import { equal } from "./equal.mjs";

const NEEDS = [
  { t: "need", i: 1, a: "c/t1", v: { incident: 1, item: 7, quantity: 100 } },
  { t: "need", i: 2, a: "c/t2", v: { incident: 1, item: 7, quantity: 50 } },
];
const SENT = {
  incident: 1, need: 1, item: 7, quantity: 80, loaded: 60, received: 30, lost: 5, stands_for: 1,
};
// One for three of what the second need asks for.
const SUBSTITUTE = {
  incident: 1, need: 2, item: 8, quantity: 5, loaded: 4, received: 2, lost: 1, stands_for: 3,
};

const line = (number, area) => [number, "told", area, "2026-01-01T00:00:00Z"];
const row = (t, i, v, a = "c/t1") => ({ t, i, a, v });

function supplied() {
  return new Store({
    rows: [...NEEDS, row("order_line", 9, SENT), row("order_line", 10, SUBSTITUTE, "c/t2")],
    lines: [line(1, "c")],
  });
}

const sums = (store) => f.needs(store, 1)
  .map((one) => [one.need, one.allocated, one.road, one.received, one.gap]);

export const cases = {
  "rows are upserted and sums follow, substitutes counted for what they stand for": () => {
    const store = supplied();
    const heard = [];
    store.subscribe((change) => heard.push([...change.tables]));
    equal(sums(store), [[100, 75, 25, 30, 25], [50, 12, 3, 6, 38]]);
    store.apply({
      rows: [row("order_line", 9, { ...SENT, received: 55 }), row("need", 2, null, "c/t2")],
      lines: [line(2, "c"), line(2, "c/t1")],
    });
    equal(sums(store), [[100, 75, 0, 55, 25]]);
    equal(heard, [["order_line", "need"]]);
    equal(store.lines.length, 1);
    equal(f.coverage(f.needs(store, 1), "received"), 55);
    equal(f.total(f.needs(store, 1)).gap, 25);
    equal(f.needs(store, 2), []);
  },

  "a moment of the past shows nothing of what arrives, and going back shows all of it": () => {
    const store = supplied();
    const heard = [];
    store.subscribe(({ fresh, rows }) => heard.push([fresh, rows.length]));
    store.look({ rows: NEEDS, lines: [] });
    equal(sums(store), [[100, 0, 0, 0, 100], [50, 0, 0, 0, 50]]);
    store.apply({ rows: [row("order_line", 9, { ...SENT, received: 55 })], lines: [line(3, "c/t1")] });
    equal([sums(store)[0], store.lines.length], [[100, 0, 0, 0, 100], 0]);
    store.back();
    equal(sums(store)[0], [100, 75, 0, 55, 25]);
    equal(store.lines.map((one) => one.areas), [["c", "c/t1"]]);
    equal(heard, [[true, 2], [true, 4]]);
  },

  "a fresh snapshot of the present waits behind a moment of the past": () => {
    const store = supplied();
    store.look({ rows: NEEDS, lines: [] });
    store.reset({ rows: [NEEDS[0]], lines: [] });
    equal(store.all("need").length, 2);
    store.back();
    equal(store.all("need").length, 1);
  },

  "silence, reports and levels come from rows": () => {
    const report = (n, area, village, seq, state, counts, people) => row("report", n, {
      incident: 1, seq, state, village, counts, as_of: "2026-01-01T00:00:00Z",
      figures: { affected_population: people },
    }, area);
    const store = new Store({
      rows: [
        report(1, "c/t1", null, 1, "adopted", false, 10),
        report(2, "c/t1", null, 2, "verified", true, 20),
        report(3, "c/t1", null, 3, "to_merge", false, 900),
        report(4, "c/t2", "c/t2/v1", 1, "adopted", true, 2),
        report(5, "c/t2", "c/t2/v2", 2, "adopted", true, 3),
        row("activation", 1, { incident: 1, level: 2, ended_at: null }, "c"),
        row("activation", 2, { incident: 1, level: 3, ended_at: null }),
        row("duty_report", 1, { incident: 1, overdue_since: "2026" }, "c/t2"),
        row("duty_report", 2, { incident: 1, overdue_since: null }),
        row("duty_report", 3, { incident: 1, overdue_since: "2026" }, "c"),
      ],
    });
    const reports = f.currentReports(store, 1);
    equal([f.figuresOf(reports).affected, f.reported(reports)], [25, 2]);
    equal(f.silent(store, 1, "c").map((one) => one.area), ["c/t2"]);
    equal(f.response(store, 1, "c/t1").level, 3);
    equal(f.response(store, 1, "c/t10").level, 2);
  },
};
