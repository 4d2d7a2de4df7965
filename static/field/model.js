// What the pages know: the person in use, what the county told, and what this phone adds to it.

import { NoNetwork, Problem } from "./api.js";
import { stamp } from "./clock.js";
import { fact, setFact } from "./db.js";
import { simAt } from "./drill_time.js";
import * as drafts from "./drafts.js";
import { completed } from "./figures.js";
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
function inBook(time) {
  return stamp(new Date(now(Date.parse(time))));
}

/** Calls back whenever something shown on every page has changed. */
export function onchange(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function changed() {
  for (const listener of listeners) listener();
}

/** Reads everything again from the phone's own store; never waits for the network. */
export async function load() {
  state.person = await pin.person();
  state.people = await pin.people();
  const book = await pin.book();
  state.reference = book === undefined ? null : await pin.reference(book);
  const chosen = await fact("incident");
  const open = incidents();
  state.incident = open.find((one) => one.id === chosen) || open[0] || null;
  await count();
}

export async function count() {
  kept = null;
  state.counts = await outbox.counts();
  const read = await said("task", "task");
  const tasks = (state.reference && state.reference.tasks) || [];
  state.unread = tasks.filter((one) => !one.done_at && !one.read_at && !read.has(one.id)).length;
  changed();
}

/** Asks the county what is new: incidents, chains, goods, tasks; with `book`, of that book. */
export async function refresh(book = undefined) {
  const asked = book ?? (await pin.book()) ?? null;
  if (book !== undefined) choice = book;
  const found = await pin.fetchReference(asked);
  // An answer that comes late must not take back what was chosen in between.
  if (book === undefined ? asked === ((await pin.book()) ?? null) : book === choice) {
    await pin.setBook(found.book);
  }
  await load();
  // Kept beside what the person does meanwhile.
  import("./packs.js").then(({ keepFor }) => keepFor(found));
  return found;
}

export const person = () => state.person;
/** The name of somebody enrolled on this phone. */
export function personName(id) {
  return name(state.people.find((one) => one.id === id)) || String(id);
}

export const reference = () => state.reference;
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
  const acts = reports() || keeps || !drill;
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

// Series

let kept = null;

/** Everything saved here, the newest first; read once and again after a change. */
function saved() {
  kept = kept || outbox.items({ limit: ALL }).then(({ rows }) => rows);
  return kept;
}

async function ownReports() {
  return (await saved())
    .filter((row) => row.kind === "report" && !["gone", "returned"].includes(row.group))
    .sort((one, other) => one.device_seq - other.device_seq);
}

/**
 * The series of an incident as the county knows them, each with what this phone has added since.
 * @param {number | null} [id] of the incident; all of them without
 */
export async function chains(id) {
  const known = (state.reference.chains || []).map((one) => ({ ...one, mine: false }));
  const own = await ownReports();
  for (const row of own) {
    const { body } = row;
    const extended = known.find((one) => one.chain === body.chain);
    const begins = body.base === null || body.base === undefined;
    if (extended && (extended.head === row.id || extended.head !== body.base)) continue;
    if (!extended && !begins) continue;
    const next = {
      chain: body.chain, head: row.id, incident: body.incident, area: body.area,
      village: body.village, kind: body.kind, state: row.state, as_of: inBook(body.as_of), mine: true,
      figures: completed(body.figures, extended ? extended.figures : {}),
    };
    if (extended) Object.assign(extended, next);
    else known.push(next);
  }
  return known
    .filter((one) => id === undefined || one.incident === id)
    .sort((one, other) => Date.parse(other.as_of) - Date.parse(one.as_of));
}

/** The newest series of a place, or null. */
export async function chainOf({ incident: id, key }) {
  return (await chains(id)).find((one) => (one.village || one.area) === key) || null;
}

export async function chainById(id) {
  return (await chains()).find((one) => one.chain === id) || null;
}

// Drafts

export const draft = (key) => drafts.read(key, state.person.id);

export const keepDraft = (form) => drafts.keep({ ...form, author: state.person.id });

export const dropDraft = drafts.drop;

// Saving

/** Saves an item with what every item says; its draft ends in the same transaction. */
export async function save({
  kind, body, photos = [], draft: key = null, replaces = null, hold_ms = undefined,
}) {
  const item = await drafts.save({
    kind, body, photos, draft: key, replaces, hold_ms,
    author: state.person.id, book: state.reference.book,
  });
  state.saved = item;
  kept = null;
  count(); // the person need not wait for it
  return item;
}

/**
 * Saves a report. With a series it extends its newest version, without one it begins a new one.
 * @param {{place: any, chain: any, figures: Record<string, number>, kind?: string,
 *   reason?: {code: string, text: string},
 *   narrative?: string, scene?: any, photos?: any[], fix?: any, incident?: number | null,
 *   draft?: string | null, replaces?: string | null}} said
 */
export async function saveReport({
  place: where, chain, figures, kind, reason = { code: "", text: "" }, narrative = "", scene = {}, photos = [],
  fix = null, incident: id = state.incident ? state.incident.id : null, draft: key = null,
  replaces = null,
}) {
  await setFact("last_place", where.key);
  return save({
    kind: "report",
    photos,
    draft: key,
    replaces,
    body: {
      incident: chain ? chain.incident : id,
      area: where.area,
      village: where.village,
      kind: kind || (chain ? "follow_up" : "initial"),
      chain: chain ? chain.chain : null,
      base: chain ? chain.head : null,
      as_of: stamp(),
      figures,
      change_reason: reason.code,
      change_note: reason.text,
      narrative,
      point: fix ? fix.point : null,
      accuracy_m: fix ? fix.accuracy_m : null,
      scene,
    },
  });
}

/** What was saved last and can still be told about; taken once a page has told it. */
export function lastSaved() {
  return state.saved;
}

export function toldSaved() {
  state.saved = null;
}

/** Figures that a first report must hold, all 0: nothing happened here. */
export function nothing() {
  return Object.fromEntries(
    state.reference.indicators.filter((one) => one.needed).map((one) => [one.key, 0]));
}

/**
 * A zero report (零报告): every series of the person's own places stays as it is. Where there is
 * none, an initial report says that nothing happened.
 * @returns {Promise<{where: any, chain: any}[]>} what would be saved, one per series
 */
export async function zeroes() {
  const found = [];
  const all = await chains(state.incident ? state.incident.id : null);
  for (const where of places()) {
    const chain = all.find((one) => (one.village || one.area) === where.key);
    if (chain && chain.kind !== "verified") found.push({ where, chain });
    // The township's own series stands for its villages.
    if (chain && where.village === null) return [{ where, chain }];
  }
  if (!found.length && places().length) found.push({ where: places()[0], chain: null });
  return found;
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
