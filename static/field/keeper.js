// What a keeper's pages know: the stores of this phone's person as the county told them, with what
// was saved here since, and what a scanned text stands for.

import { fact, setFact } from "./db.js";
import * as model from "./model.js";
import { isDone, nextSlip } from "./picking.js";
import * as pin from "./pin.js";
import { stamp } from "./clock.js";
import { heardAt } from "./rules.js";
import { say } from "./words.js";
import * as tags from "./tags.js";

/** The reference's part for keepers and hand-outs, or null. */
export const store = () => model.reference().store || null;
/** Whether the person keeps a store. */
export const isKeeper = () => Boolean(store() && store().depots.length);
/** Whether the phone works in a drill (演练). */
export const inDrill = () => model.isDrill();
/** The day here, as dates are written. */
export const today = () => stamp().slice(0, 10);

const byId = (rows, id) => (rows || []).find((one) => one.id === id) || null;

export const depotById = (id) => byId(store().depots, id);
export const binById = (id) => byId(store().bins, id);
export const lotById = (id, depot = null) =>
  store().lots.find((one) => one.id === id && (depot === null || one.depot === depot)) || null;
export const itemByCode = (code) => model.reference().items.find((one) => one.code === code) || null;

/** The code of a bin for people, or that nobody said where it lies. */
export const binName = (id) => (binById(id) || { code: say("store.no_bin") }).code;

/** The last good day, or that none is known. */
export const goodUntil = (lot) => lot.good_until || say("store.no_date");

// What was saved here and is not in the reference yet

/** Items of this kind that the county's last answer cannot hold, the oldest first. */
async function since(kind) {
  const told = Date.parse(model.reference().server_time);
  return (await model.savedItems(kind)).filter((row) => !(heardAt(row) < told));
}

/** Lots of a depot, less what left with trips issued on this phone since. */
export async function lotsOf(depot) {
  const gone = new Map();
  for (const row of await since("issue")) {
    for (const one of row.body.picks) gone.set(one.lot, (gone.get(one.lot) || 0) + one.quantity);
  }
  return store().lots.filter((one) => one.depot === depot).map((one) => {
    const less = gone.get(one.id) || 0;
    return { ...one, on_hand: Math.max(0, one.on_hand - less), free: one.free };
  });
}

/** Planned trips, each with the item that issued it here or null, in the order they leave. */
export async function trips() {
  const issued = await model.said("issue", "trip");
  return store().trips
    .map((one) => ({ ...one, issued: issued.get(one.id) || null }))
    .sort((one, other) => due(one) - due(other) || one.id - other.id);
}

/** When a trip is due at its first stop; what comes first is done first. */
export const due = (trip) => Date.parse(trip.due_at || trip.leaves_at);

/** What has been done for a trip on this phone, or as the office knows it. */
export async function work(trip) {
  const draft = await model.draft(`issue:${trip.id}`);
  if (draft) return { ...draft.body, photos: draft.photos };
  return {
    trip: trip.id, at: null, bin: null, closed: [], counted: {}, plate: trip.plate || "",
    driver: trip.driver || "", driver_phone: trip.driver_phone || "", seal: "", checked_by: null,
    why: "", photos: [],
    picks: trip.loads.flatMap((load) => load.picks.map((one) => ({
      load: load.id, lot: one.lot, quantity: one.quantity, bin: one.bin, reason: "", note: "",
    }))),
  };
}

export function keep(trip, { photos, ...body }) {
  return model.keepDraft({ key: `issue:${trip.id}`, kind: "issue", body, photos });
}

// Numbers of slips

const slipsKey = () => `slips:${model.reference().book}`;

/** Numbers of this phone's block that no slip bears yet. */
export async function slipsLeft() {
  const used = (await fact(slipsKey())) || [];
  return (store().slips || []).filter((one) => !used.includes(one));
}

/** The next number of the block, spent by this; null where the county gives one later. */
export function takeSlip() {
  return navigator.locks.request("relief-slips", async () => {
    const used = (await fact(slipsKey())) || [];
    const slips = store().slips || [];
    const next = nextSlip(slips, used);
    // Numbers the county no longer lists need not be remembered.
    if (next) await setFact(slipsKey(), [...used.filter((one) => slips.includes(one)), next]);
    return next;
  });
}

// What a text stands for

/** Codes on packages and the items they are bound to, those bound on this phone first. */
export async function codes() {
  const own = (await since("code")).map((row) => row.body);
  return [...own, ...((store() && store().codes) || [])];
}

/** Items by name, by the initials of their pinyin, or by code; all of them for no text. */
export function itemsLike(text) {
  const wanted = text.normalize("NFKC").trim().toLowerCase();
  const fields = (one) => [one.name, one.name_en, one.code, one.pinyin || ""];
  const rank = (one) => {
    const at = fields(one).map((field) => field.toLowerCase().indexOf(wanted)).filter((n) => n >= 0);
    return at.length ? Math.min(...at) : -1;
  };
  return model.reference().items
    .map((one) => ({ one, at: rank(one) }))
    .filter(({ at }) => at >= 0)
    .sort((first, second) => first.at - second.at)
    .map(({ one }) => one);
}

/** Slips are written with dashes and slashes, and typed without. */
export const plain = (slip) => String(slip).toUpperCase().replace(/[^0-9A-Z\u4E00-\u9FFF]/g, "");

/** The tag that a text holds, whether or not this phone knows what it names. */
export const tagIn = (text) => tags.read(text);

/** The row of a reference that a tag names, or null. */
function rowOf({ kind, id }, reference) {
  const { store: known, stops } = reference;
  if (kind === "stop") return byId(stops, id) || byId((known || {}).stops, id);
  if (kind === "trip") {
    return byId((known || {}).trips, id) || stops.find((one) => one.trip === id) || null;
  }
  return known ? byId(known[{ lot: "lots", bin: "bins", count: "counts" }[kind]], id) : null;
}

/** The trip or stop whose number this is, as a tag. */
function byNumber(text, reference) {
  const wanted = plain(text);
  if (wanted.length < SHORTEST) return null;
  const ends = (number) => Boolean(number) && plain(number).endsWith(wanted);
  const trip = ((reference.store || {}).trips || []).find((one) => ends(one.slip) || ends(one.number));
  if (trip) return { kind: "trip", id: trip.id };
  const stop = reference.stops.find((one) => ends(one.slip) || ends(one.number));
  return stop ? { kind: "stop", id: stop.id } : null;
}

const SHORTEST = 4;
/** Numbers of a drill (演练) have a series of their own. */
const isOfDrill = (text) => /^YL/.test(plain(text));
const isNumber = (text) => /^(YL)?[A-Z]{2}\d{3,}$/.test(plain(text));

/**
 * What a scanned or typed text is.
 * @param {string} text
 * @returns {Promise<{kind: "tag", tag: {kind: string, id: number}, row: any}
 *   | {kind: "code", code: string, item: any, pack: number}
 *   | {kind: "wrong_world"} | {kind: "unknown", text: string}>}
 */
export async function resolve(text) {
  const reference = model.reference();
  const tag = tags.read(text) || byNumber(text, reference);
  const row = tag && rowOf(tag, reference);
  if (row) return { kind: "tag", tag, row };
  for (const book of reference.books) {
    const other = book.id === reference.book ? null : await pin.reference(book.id);
    if (other && (tag ? rowOf(tag, other) : byNumber(text, other))) return { kind: "wrong_world" };
  }
  if (isNumber(text) && isOfDrill(text) !== model.isDrill()) return { kind: "wrong_world" };
  const bound = (await codes()).find((one) => one.code === text.trim());
  const item = bound && itemByCode(bound.item);
  if (item) return { kind: "code", code: bound.code, item, pack: bound.pack };
  return { kind: "unknown", text: text.trim() };
}

/** Asks the county anew; for people of several books the others as well, to know their papers. */
export async function refresh() {
  await model.refresh();
  for (const book of model.reference().books) {
    if (book.id !== model.reference().book) await pin.fetchReference(book.id);
  }
}

/** How far picking a trip is: lines done, and all of them. */
export function progress(trip, done) {
  return { n: trip.loads.filter((one) => isDone(one, done)).length, of: trip.loads.length };
}
