// Calls on suppliers: orders nobody has rung about, calls without an answer, goods overdue.

import { badge, clock, h, link } from "./parts.js";

// One entry per order on an agreement of which goods are still to come. What was called and said
// stands in the call's row; how far it has come, in the rows of the order's lines.
function open(store, incident) {
  const orders = new Map();
  for (const line of store.all("order_line")) {
    const left = line.quantity - line.loaded;
    if (line.incident !== incident || !line.origin.startsWith("agreement:") || left <= 0) continue;
    if (!orders.has(line.order)) orders.set(line.order, { order: line.order, origin: line.origin, left: [] });
    orders.get(line.order).left.push({ item: line.item, left });
  }
  for (const call of store.all("call_off")) {
    const order = orders.get(call.order);
    if (order) order.call = call;
  }
  return [...orders.values()];
}

const TONES = { called: "warn", confirmed: "info" };

export function callList({ page, store, speech, incident, now }, name) {
  const rank = ({ call }) => (call ? (call.state === "called" ? 1 : 2) : 0);
  const rows = open(store, incident)
    .sort((one, two) => rank(one) - rank(two) || one.order.localeCompare(two.order))
    .map((entry) => {
      const due = entry.call && (entry.call.promised_at || entry.call.due_at);
      return { key: entry.order, sign: [entry], entry, due };
    });
  page.list(name, rows, ({ entry: { order, origin, left, call }, due }) => {
    const address = call ? speech.page("call", { id: call.id }) : speech.page("calls");
    return h("li", { class: "line" },
      h("div", {}, link(address, `${speech.place(origin)} · ${call ? call.number : order}`),
        h("span", { class: "under" },
          left.map((line) => `${speech.item(line.item)} ${speech.count(line.left)}`).join(" · "))),
      call ? badge(speech.one("call_states", call.state), TONES[call.state] || "alarm")
        : badge(speech.say("to_call"), "alarm"),
      due ? clock(due, speech, now) : "");
  }, { count: rows.filter((row) => !row.entry.call).length });
}
