// What a board counts: sums and lists over its rows, without a page.

const time = (text) => (text ? Date.parse(text) : null);
const sum = (rows, pick) => rows.reduce((total, row) => total + (pick(row) || 0), 0);
const by = (pick) => (one, two) => (pick(one) < pick(two) ? -1 : pick(one) > pick(two) ? 1 : 0);
// What time it is in the book when the machine's time is `real`, by the drill's row if there is one.
export function bookTime(drill, real) {
  if (!drill?.since) return real;
  return Date.parse(drill.from) + drill.rate * Math.max(0, real - Date.parse(drill.since));
}

export const inside = (outer, inner) => inner === outer || inner.startsWith(`${outer}/`);

export function openIncidents(store) {
  return store.all("incident")
    .filter((row) => row.status !== "closed")
    .sort((one, two) => time(two.started_at) - time(one.started_at));
}

const of = (store, table, incident) =>
  store.all(table).filter((row) => row.incident === incident);

// The running response of the board's area, or of the nearest area above it.
export function response(store, incident, path) {
  return of(store, "activation", incident)
    .filter((row) => !row.ended_at && inside(row.area, path))
    .sort((one, two) => two.area.length - one.area.length)[0];
}

export const suggestion = (store, incident) =>
  of(store, "assessment", incident).sort((one, two) => two.id - one.id)[0];

// The reports that totals are the sum of: the county says which.
export const currentReports = (store, incident) =>
  of(store, "report", incident)
    .filter((row) => row.counts)
    .sort(by((row) => row.village || row.area));

export const reported = (reports) => new Set(reports.map((row) => row.area)).size;

// People dead, missing or trapped that nobody has taken note of yet, the newest first.
export const alerts = (store) =>
  store.all("alert").filter((row) => !row.seen_at).sort((one, two) => two.id - one.id);

export function figuresOf(reports) {
  const total = (...keys) => sum(reports, (row) => sum(keys, (key) => Number(row.figures[key])));
  return {
    affected: total("affected_population"),
    relocated: total("relocated_now"),
    sheltered: total("relocated_central_now"),
    deaths: total("deaths"),
    missing: total("missing"),
    dead: total("deaths", "missing"),
    collapsed: total("rooms_collapsed"),
    severe: total("rooms_severe"),
    rooms: total("rooms_collapsed", "rooms_severe"),
    first: Math.min(...reports.map((row) => time(row.as_of))),
    last: Math.max(...reports.map((row) => time(row.as_of))),
  };
}

// In units of the item needed: what is sent stands for one or, as a substitute, for several.
export const lineSums = (lines) => ({
  allocated: sum(lines, (line) => (line.quantity - line.lost) * line.stands_for),
  road: sum(lines, (line) => (line.loaded - line.received - line.lost) * line.stands_for),
  received: sum(lines, (line) => line.received * line.stands_for),
});

// One entry per need with what was allocated, is on the road and came, and what stays open.
export function needs(store, incident) {
  const lines = new Map();
  for (const line of of(store, "order_line", incident)) {
    if (!lines.has(line.need)) lines.set(line.need, []);
    lines.get(line.need).push(line);
  }
  const reasons = new Map(of(store, "gap", incident).map((gap) => [gap.need, gap]));
  return of(store, "need", incident).map((need) => {
    const sums = lineSums(lines.get(need.id) || []);
    return {
      ...need,
      ...sums,
      need: need.quantity,
      gap: Math.max(0, need.quantity - sums.allocated),
      why: reasons.get(need.id),
    };
  });
}

// Needs as a table: townships down, items across.
export function matrix(lines, items) {
  const cells = new Map(lines.map((line) => [`${line.area} ${line.item}`, line]));
  const order = (item) => items[item]?.order ?? 0;
  return {
    places: [...new Set(lines.map((line) => line.area))].sort(),
    items: [...new Set(lines.map((line) => line.item))].sort((one, two) => order(one) - order(two)),
    cell: (place, item) => cells.get(`${place} ${item}`),
  };
}

export const total = (lines) => ({
  need: sum(lines, (line) => line.need),
  allocated: sum(lines, (line) => line.allocated),
  road: sum(lines, (line) => line.road),
  received: sum(lines, (line) => line.received),
  gap: sum(lines, (line) => line.gap),
});

// Mean share of the needs that is covered, in percent: units of water and tents do not add up.
export function coverage(lines, pick) {
  const wanted = lines.filter((line) => line.need > 0);
  if (!wanted.length) return null;
  return Math.floor(
    (100 * sum(wanted, (line) => Math.min(1, line[pick] / line.need))) / wanted.length);
}

// Trips with their stops. `due` is the earliest deadline not yet met, `expected` the time for it.
export function trips(store, incident) {
  const found = new Map();
  for (const stop of of(store, "delivery", incident)) {
    if (stop.state === "cancelled") continue;
    if (!found.has(stop.trip)) found.set(stop.trip, { ...stop, id: stop.trip, stops: [] });
    found.get(stop.trip).stops.push(stop);
  }
  for (const trip of found.values()) {
    trip.stops.sort(by((stop) => stop.arrives_at));
    const waiting = trip.stops.filter((stop) => !stop.received_at).sort(by((stop) => stop.due_at));
    trip.next = waiting[0];
    trip.due = waiting[0]?.due_at;
    trip.expected = waiting[0]?.arrives_at;
  }
  return [...found.values()].sort(by((trip) => `${trip.due || "9"} ${trip.number}`));
}

export const onTheRoad = (list) => list.filter((trip) => trip.state === "on_the_road");
export const toLeave = (list) => list.filter((trip) => trip.state === "planned");
export const lateAt = (now) => (trip) => trip.due && time(trip.due) < now;

// Townships whose report is overdue, the longest silence first; `path` is the board's own area.
export const silent = (store, incident, path) =>
  of(store, "duty_report", incident)
    .filter((row) => row.overdue_since && row.area !== path)
    .sort(by((row) => row.overdue_since));

export const reportDuties = (store, incident) => of(store, "duty_report", incident);

// Codes of areas no road reaches: villages by the closures in force, townships by the latest plan
// that still stands.
export function cutOff(store, incident) {
  const plan = of(store, "plan", incident)
    .filter((row) => !["superseded", "refused"].includes(row.state))
    .sort((one, two) => two.id - one.id)[0];
  const closed = of(store, "closure", incident).filter((row) => !row.reopened_at);
  const villages = closed.flatMap((row) => row.cut_off || []);
  return [...new Set([...villages, ...(plan?.summary?.cut_off || [])])];
}

export const openPlan = (store, incident) =>
  of(store, "plan", incident).find((row) => ["draft", "proposed"].includes(row.state));

export const openChecks = (store, incident) =>
  of(store, "check", incident).filter((row) => !row.settled_at).sort(by((row) => row.opened_at));

// Differences between the stores' books and the facts that nobody has answered.
export const openDifferences = (store) =>
  store.all("difference").filter((row) => !row.answered_at).sort(by((row) => row.opened_at));

// Telephone orders whose paper has not come, one entry each, the first due first.
export function papersDue(store, incident) {
  const orders = new Map();
  for (const line of of(store, "order_line", incident)) {
    if (line.paper_due) orders.set(line.order_id, line);
  }
  return [...orders.values()].sort(by((row) => row.paper_due));
}

export const closedRoads = (store, incident) =>
  of(store, "closure", incident).filter((row) => !row.reopened_at).sort(by((row) => row.closed_at));

export const villages = (store, incident) =>
  of(store, "affected", incident).sort(by((row) => row.area));

// Tasks of one area (and with `below` of those inside it): open ones by deadline, then done ones.
export function tasks(store, incident, path, { below = false } = {}) {
  return store.all("task")
    .filter((row) => store.get("activation", row.activation)?.incident === incident)
    .filter((row) => (below ? inside(path, row.area) : row.area === path))
    .sort(by((row) => `${row.done_at ? 1 : 0} ${row.due_at} ${row.key}`));
}

// What is still to be picked, by place of origin.
export function picking(store, incident) {
  const places = new Map();
  for (const line of of(store, "order_line", incident)) {
    const left = line.quantity - line.loaded;
    if (left <= 0) continue;
    if (!places.has(line.origin)) places.set(line.origin, []);
    places.get(line.origin).push({ ...line, left });
  }
  return [...places].map(([origin, lines]) => ({ origin, lines: lines.sort(by((row) => row.order)) }))
    .sort(by((row) => row.origin));
}

// Stock by item: good units on hand, held and free, those that expire within `days`, and the rest.
export function stock(store, now, days = 90) {
  const soon = new Date(now + days * 86_400_000).toISOString().slice(0, 10);
  const items = new Map();
  for (const row of store.all("holding")) {
    if (!items.has(row.item)) {
      items.set(row.item, { item: row.item, onHand: 0, held: 0, expiring: 0, blocked: 0, lots: [] });
    }
    const entry = items.get(row.item);
    entry.lots.push(row);
    if (row.state !== "good") entry.blocked += row.on_hand;
    else {
      entry.onHand += row.on_hand;
      entry.held += row.held;
      if (row.expires_on && row.expires_on <= soon) entry.expiring += row.on_hand;
    }
  }
  return [...items.values()];
}
