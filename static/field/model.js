// What the pages know: the person in use, what the county told, and what this phone adds to it.

import { NoNetwork, Problem } from "./api.js";
import { simAt, stamp } from "./clock.js";
import { fact, setFact } from "./db.js";
import * as drafts from "./drafts.js";
import * as outbox from "./outbox.js";
import * as pin from "./pin.js";
import * as position from "./place.js";
import { language, say } from "./words.js";

// Digits of an area's code that say something: its level.
const TOWNSHIP = 9;
const VILLAGE = 12;
/** More than a phone ever holds between two visits of the county; lists are windowed elsewhere. */
const ALL = 2000;

const state = {
  person: null, people: [], reference: null, incident: null, saved: null, counts: null, unread: 0,
  drill: null, unheard: [], books: {},
};
const listeners = new Set();
/** The book that was chosen last, by hand. */
let choice;

/**
 * The time in the book on this phone: of a drill, by the clock the county last told of.
 * @param {number} [real_ms]
 */
export function now(real_ms = Date.now()) {
  const stretches = (state.reference && state.reference.clock) || [];
  return simAt(stretches, real_ms) ?? real_ms;
}

/** What the phone took down itself, beside what the county tells of the same book. */
export function inBook(time) {
  return stamp(new Date(now(Date.parse(time))));
}

/** Calls back whenever something shown on every page has changed. */
export function onchange(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function changed() {
  // Without a book there is no page but the one that asks for it.
  if (state.reference) for (const listener of listeners) listener();
}

/** Reads everything again from the phone's own store; never waits for the network. */
export async function load() {
  state.person = await pin.person();
  state.people = await pin.people();
  const book = await pin.book();
  const before = state.reference && state.reference.book;
  state.reference = book === undefined ? null : await pin.reference(book);
  state.drill = state.reference && await pin.drillNow(book);
  const clock = state.drill ? state.drill.clock : [];
  // Of a clock that is only added to, the longer one was told later.
  if (state.drill && clock.length > (state.reference.clock || []).length) {
    state.reference = { ...state.reference, clock };
  }
  state.books = (await fact("books")) || {};
  const chosen = await fact("incident");
  const open = incidents();
  state.incident = open.find((one) => one.id === chosen) || open[0] || null;
  await count();
  // Perhaps another tab chose it: a form that is open here must not be saved in that book.
  if (before && state.reference && before !== book) dispatchEvent(new Event("hashchange"));
}

export async function count() {
  kept = null;
  state.counts = await outbox.counts();
  const read = await said("task", "task");
  const tasks = (state.reference && state.reference.tasks) || [];
  const heard = await said("task", "inject");
  const running = state.drill && state.drill.state === "running";
  state.unheard = ((running && state.drill.told) || [])
    .filter((one) => !one.received_at && !heard.has(one.id));
  state.unread = state.unheard.length
    + tasks.filter((one) => !one.done_at && !one.read_at && !read.has(one.id)).length;
  changed();
}

/** Asks the county what is new: incidents, chains, goods, tasks; with `book`, of that book. */
export async function refresh(book = undefined) {
  const asked = book ?? (await pin.book()) ?? null;
  if (book !== undefined) choice = book;
  let found;
  try {
    found = await pin.fetchReference(asked);
  } catch (fault) {
    if (pin.isGone(fault)) dispatchEvent(new Event("relief-gone"));
    throw fault;
  }
  // An answer that comes late must not take back what was chosen in between.
  if (book === undefined ? asked === ((await pin.book()) ?? null) : book === choice) {
    await pin.setBook(found.book);
  }
  await load();
  // Kept beside what the person does meanwhile.
  import("./packs.js").then(({ keepFor }) => keepFor(found));
  if (asked !== null && found.book !== asked) dispatchEvent(new Event("relief-gone"));
  return found;
}

/** Works in that book from now on, without a network as it was last told; false if it never was. */
export async function enter(id) {
  try {
    await refresh(id);
  } catch (fault) {
    unreached(fault);
    if (!(await pin.reference(id))) return false;
    await pin.setBook(id);
    await load();
  }
  return true;
}

export const person = () => state.person;
/** The name of somebody enrolled on this phone. */
export function personName(id) {
  return name(state.people.find((one) => one.id === id)) || String(id);
}

export const reference = () => state.reference;
/** How the drill on this phone stands, and what one's seats were told; null in the real book. */
export const drill = () => state.drill;
/** What one's seats were told and nobody has received. */
export const unheard = () => state.unheard;
export const incident = () => state.incident;
export const counts = () => state.counts;

/** Incidents one may report on, the newest first. */
export function incidents() {
  if (!state.reference) return [];
  return state.reference.incidents
    .filter((one) => one.status !== "closed")
    .sort((one, other) => Date.parse(other.started_at) - Date.parse(one.started_at));
}

export async function chooseIncident(id) {
  await setFact("incident", id);
  state.incident = incidents().find((one) => one.id === id) || null;
  changed();
}

/** Whether reporting is among the person's duties; keepers of stores come without it. */
export const reports = () => state.reference.reports !== false;

/** Whether the person evaluates a drill, in this book or in another. */
const watches = () => state.reference.books.some((one) => one.watches);

/** The page that the app begins with. */
export function first() {
  const { store, drill } = state.reference;
  if (reports()) return "";
  if (store && !drill) return "store";
  return watches() ? "watch" : "tasks";
}

/** What stands in the bar at the foot, by the person's duties. */
export function tabs() {
  const { store, drill } = state.reference;
  const keeps = Boolean(store && store.depots.length);
  // Who only evaluates a drill has nothing to receive or to do in it.
  const acts = reports() || keeps || !drill || Boolean(state.drill && state.drill.told);
  return [
    ...(reports() ? ["report"] : []),
    ...(keeps ? ["store"] : []),
    ...(watches() ? ["watch"] : []),
    "mine",
    ...(acts && (reports() || !keeps) ? ["goods"] : []),
    ...(acts ? ["tasks"] : []),
  ];
}

/** The book on this phone, and whether it is a drill. */
export function book() {
  if (!state.reference) return null;
  return state.reference.books.find((one) => one.id === state.reference.book) || null;
}

/** The name of a book, also of one that is the person's no more. */
export function bookName(id) {
  const found = state.books[id];
  return !found ? "" : found.kind === "drill" ? say("book.drill", found) : say("book.real");
}

export const isDrill = () => Boolean(book() && book().kind === "drill");

export function name(thing) {
  if (!thing) return "";
  return language() === "en" ? thing.name_en || thing.name : thing.name;
}

/** The unit goods are counted in. */
export function unit(line) {
  return language() === "en" ? line.unit_en || line.unit : line.unit;
}

/** The term for an indicator. */
export function label(key) {
  const found = state.reference.indicators.find((one) => one.key === key);
  if (!found) return key;
  return language() === "en" ? found.en : found.zh;
}

/** The next report that is due in the person's own area, or null. */
export function due() {
  if (!state.reference || !state.incident) return null;
  const here = new Set(places().map((one) => one.area));
  return state.reference.duties
    .filter((one) => one.incident === state.incident.id && here.has(one.area))
    .sort((one, other) => Date.parse(one.due_at) - Date.parse(other.due_at))[0] || null;
}

// Places

const areas = (level) => state.reference.areas.filter((one) => one.level === level);
const area = (code) => state.reference.areas.find((one) => one.code === code);

/** Where one may report: townships as a whole, and villages. */
export function places() {
  const whole = areas(TOWNSHIP).filter((one) => one.own !== false);
  const villages = areas(VILLAGE).filter((one) => one.own !== false);
  return [
    ...whole.map((one) => place(one, null)),
    ...villages.map((one) => place(area(one.parent) || { code: one.parent, name: "" }, one)),
  ];
}

function place(township, village) {
  const here = village || township;
  return {
    key: here.code,
    area: township.code,
    village: village ? village.code : null,
    name: village ? name(village) : say("place.whole", { name: name(township) }),
    population: here.population,
    farmland_mu: here.farmland_mu,
  };
}

export function placeByKey(key) {
  return places().find((one) => one.key === key) || places()[0] || null;
}

/** The place of a report or chain; named even where it is none of the person's own. */
export function placeOf({ area: code, village }) {
  const found = places().find((one) => one.key === (village || code));
  return found || { key: village || code, area: code, village, name: name(area(village || code)) || code };
}

/** The village one stands in, or where one reported from last; else the first of one's places. */
export async function likelyPlace(fix) {
  const known = new Set(places().map((one) => one.key));
  for (const key of [fix && fix.village, await fact("last_place")]) if (known.has(key)) return key;
  const first = places()[0];
  return first ? first.key : null;
}

// What was saved here

let kept = null;

/** What was saved here of this book, the newest first; read once and again after a change. */
function saved() {
  const here = state.reference && state.reference.book;
  kept = kept || outbox.items({ limit: ALL }).then(({ rows }) => rows.filter((row) => row.book === here));
  return kept;
}

// Drafts

/** A form of a drill (演练) is never gone on with in the real book, nor the other way round. */
export const formKey = (key) => (key && isDrill() ? `${key}@${state.reference.book}` : key);

export const draft = (key) => drafts.read(formKey(key), state.person.id);

export const keepDraft = (form) =>
  drafts.keep({ ...form, key: formKey(form.key), author: state.person.id });

export const dropDraft = drafts.drop;

// Saving

/** Saves an item with what every item says; its draft ends in the same transaction. */
export async function save({
  kind, body, photos = [], draft: key = null, replaces = null, hold_ms = undefined,
}) {
  const item = await drafts.save({
    kind, body, photos, draft: formKey(key), replaces, hold_ms,
    author: state.person.id, book: state.reference.book,
  });
  state.saved = item;
  kept = null;
  count(); // the person need not wait for it
  return item;
}

/** What was saved last and can still be told about; taken once a page has told it. */
export function lastSaved() {
  return state.saved;
}

export function toldSaved() {
  state.saved = null;
}

// Goods and tasks, with what this phone has said about them already

/** Items of a kind saved here and not given up, the oldest first. */
export async function savedItems(kind) {
  return (await saved())
    .filter((row) => row.kind === kind && row.group !== "gone")
    .sort((one, other) => one.device_seq - other.device_seq);
}

/** What this phone said last of each: the newest item of a kind by its key. */
export async function said(kind, key) {
  const found = new Map();
  for (const row of await saved()) {
    if (row.kind === kind && row.group !== "gone" && !found.has(row.body[key])) {
      found.set(row.body[key], row);
    }
  }
  return found;
}

/** The title of an order, in the person's language. */
export function taskName(id) {
  const found = state.reference.tasks.find((one) => one.id === id);
  if (!found) return "";
  return language() === "en" ? found.title_en || found.title : found.title;
}

/** What is written on the slip of a stop. */
export function stopName(id) {
  const found = state.reference.stops.find((one) => one.id === id);
  return found ? found.slip : "";
}

/** Orders this person has not read yet. */
export function unread() {
  return state.unread;
}

// Position: asked for as soon as the app is open, waited for never

const watchers = new Set();

export function startFix() {
  position.start(() => watchers.forEach((heard) => heard(fix())));
}

/** The best position so far, with the code of the village nearest to it; null without one. */
export function fix() {
  const best = position.best();
  if (!best || !state.reference) return null;
  const near = position.village(best.point, state.reference.areas);
  return { ...best, village: near ? near.code : null };
}

/** Calls at once and at every change, until what it returns is called. */
export function watchFix(heard) {
  watchers.add(heard);
  heard(fix());
  return () => watchers.delete(heard);
}

/** The line about the position, and what is used without one. */
export function fixInWords(here) {
  const { code, accuracy_m: metres } = position.state();
  return say(code, { metres, place: here ? here.name : "" });
}

/** The county could not be asked: what is here goes on being shown. */
export function unreached(fault) {
  if (!(fault instanceof NoNetwork || fault instanceof Problem)) throw fault;
}
