// Who uses this phone: people who enrolled on it, the one in use, and the six figures that open it.
//
// The PIN keeps a found phone from being looked into at once; it does not encrypt. What was saved
// goes on being sent whether or not the app is open to anybody.

import { call } from "./api.js";
import { STRICT, fact, open, setFact } from "./db.js";

export const TRIES = 5;
const ROUNDS = 200_000;
const SIX_FIGURES = /^\d{6}$/;

/** Somebody leaves this phone while the county lacks `count` of their items. */
export class StillUnsent extends Error {
  /** @param {number} count */
  constructor(count) {
    super(`expected an empty outbox, got ${count} items`);
    this.count = count;
  }
}

let openFor = null;

/** Everybody enrolled here, without their secrets. */
export async function people() {
  return (await (await open()).getAll("people")).map(shown);
}

/** The person in use, or null. */
export async function person() {
  const id = await fact("person");
  const found = id === undefined ? null : await (await open()).get("people", id);
  return found ? shown(found) : null;
}

function shown({ id, name, name_en, expires_at, needs, pin }) {
  return { id, name, name_en, expires_at, needs, has_pin: Boolean(pin) };
}

/** @param {number} id */
export async function use(id) {
  openFor = null;
  await setFact("person", id);
}

/** The token of somebody enrolled here, unless the county has refused it. @param {number} id */
export async function tokenOf(id) {
  const found = await (await open()).get("people", id);
  return found && !found.needs ? found.token : null;
}

/**
 * Enrols this phone with a one-time code; that person is then in use. What they saved before waits
 * no longer.
 * @param {{code: string, label?: string}} how
 */
export async function enrol({ code, label = "" }) {
  const { body } = await call("POST", "enrol", { json: { code, label } });
  const db = await open();
  const tx = db.transaction(["people", "meta"], "readwrite", STRICT);
  const { token, device, expires_at } = body;
  const row = { ...body.person, token, device, expires_at, needs: null, pin: null };
  tx.objectStore("people").put(row);
  tx.objectStore("meta").put(row.id, "person");
  await tx.done;
  openFor = row.id;
  return shown(row);
}

/** @param {number} id @param {(row: any) => any} next */
async function change(id, next) {
  const tx = (await open()).transaction("people", "readwrite", STRICT);
  const row = await tx.store.get(id);
  if (row) tx.store.put(next(row));
  await tx.done;
}

/**
 * The county refused the token: `auth.expired` or `auth.revoked`. Everything stays.
 * @param {number} id
 * @param {string} code
 * @param {string} token the one refused; a newer one stays good
 */
export async function refused(id, code, token) {
  await change(id, (row) => (row.token === token ? { ...row, needs: code } : row));
}

/** @param {string} pin six figures */
export async function setPin(pin) {
  if (!SIX_FIGURES.test(pin)) throw new RangeError("expected six figures");
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const made = { salt, rounds: ROUNDS, hash: await derived(pin, salt, ROUNDS), left: TRIES };
  const id = await fact("person");
  await change(id, (row) => ({ ...row, pin: made }));
  openFor = id;
}

/**
 * @param {string} pin
 * @returns {Promise<{ok: boolean, left: number}>} left 0: only a new enrolment opens it
 */
export async function unlock(pin) {
  const id = await fact("person");
  const found = await confirm(id, pin);
  if (found.ok) openFor = id;
  return found;
}

/**
 * Whether this is the PIN of somebody enrolled here; who signs beside the person in use.
 * @param {number} id
 * @param {string} pin
 * @returns {Promise<{ok: boolean, left: number}>}
 */
export async function confirm(id, pin) {
  const row = await (await open()).get("people", id);
  if (!row || !row.pin) throw new RangeError("expected a person with a PIN");
  if (!row.pin.left) return { ok: false, left: 0 };
  // The try counts before it is looked at: closing the browser meanwhile gains nothing.
  const left = row.pin.left - 1;
  await change(id, (one) => ({ ...one, pin: { ...one.pin, left } }));
  const ok = row.pin.hash === await derived(pin, row.pin.salt, row.pin.rounds);
  if (!ok) return { ok, left };
  await change(id, (one) => ({ ...one, pin: { ...one.pin, left: TRIES } }));
  return { ok, left: TRIES };
}

/** Whether the person in use has a PIN and this page has not been opened with it. */
export async function locked() {
  const found = await person();
  return Boolean(found && found.has_pin && openFor !== found.id);
}

/** Puts the PIN between the page and whoever holds the phone next. */
export function lock() {
  openFor = null;
}

async function derived(pin, salt, iterations) {
  const { subtle } = crypto;
  const text = new TextEncoder().encode(pin);
  const key = await subtle.importKey("raw", text, "PBKDF2", false, ["deriveBits"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
  const bits = await subtle.deriveBits(how, key, 256);
  return Array.from(new Uint8Array(bits), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The person in use leaves this phone, with token, drafts and all that the county has. */
export async function leave() {
  const id = await fact("person");
  const db = await open();
  const row = await db.get("people", id);
  if (!row) return;
  await refuseUnsent(db.transaction("outbox").store, id);
  if (!row.needs) await call("DELETE", "device", { token: row.token });
  const all = ["outbox", "blobs", "drafts", "refdata", "meta", "people"];
  const tx = db.transaction(all, "readwrite", STRICT);
  // Something may have been saved while the county answered.
  await refuseUnsent(tx.objectStore("outbox"), id);
  const kept = new Set();
  for (const name of ["outbox", "drafts"]) {
    let cursor = await tx.objectStore(name).openCursor();
    while (cursor) {
      if (cursor.value.author === id) await cursor.delete();
      else cursor.value.photos.forEach((photo) => kept.add(photo.sha256 || photo));
      cursor = await cursor.continue();
    }
  }
  for (const sha256 of await tx.objectStore("blobs").getAllKeys()) {
    if (!kept.has(sha256)) tx.objectStore("blobs").delete(sha256);
  }
  tx.objectStore("refdata").clear();
  tx.objectStore("people").delete(id);
  for (const key of ["person", "books"]) tx.objectStore("meta").delete(key);
  await tx.done;
  openFor = null;
}

async function refuseUnsent(outbox, id) {
  const left = (await outbox.getAll()).filter(
    (row) => row.author === id && !row.complete && row.group !== "gone",
  );
  if (left.length) throw new StillUnsent(left.length);
}

/** The book (real operation or drill) this phone works in. */
export function book() {
  return fact("book");
}

/** @param {number} id */
export function setBook(id) {
  return setFact("book", id);
}

/** What the county told last of a book, or null. @param {string} what */
async function told(what, id) {
  const found = await (await open()).get("refdata", `${what}:${id}`);
  return found && found.who === await fact("person") ? found.data : null;
}

/** What a phone needs offline in this book, or null. @param {number} id of the book */
export const reference = (id) => told("reference", id);

/** How the drill (演练) of this book stood when the county last told, or null. */
export const drillNow = (id) => told("drill", id);

/** Whether the county says that the person has nothing to do there any more. */
export const isGone = ({ code }) => code === "item.unknown_place";

/**
 * Asks the county anew and keeps the answer; unchanged costs almost nothing. Who holds no duty in
 * that book any more keeps nothing the county told of it.
 */
async function fetched(what, id) {
  const who = await fact("person");
  const db = await open();
  const kept = id === null ? undefined : await db.get("refdata", `${what}:${id}`);
  const headers = kept && kept.who === who ? { "If-None-Match": kept.etag } : {};
  const token = await tokenOf(who);
  const path = id === null ? what : `${what}?book=${id}`;
  let answer;
  try {
    answer = await call("GET", path, { token, headers });
  } catch (fault) {
    if (isGone(fault)) await forget((book) => id === null || book === id);
    throw fault;
  }
  if (answer.status === 304) return kept.data;
  const data = answer.body;
  const key = `${what}:${data.book}`;
  await db.put("refdata", { key, who, etag: answer.headers.get("ETag") || "", data });
  return data;
}

/** @param {(book: number) => boolean} gone books that are the person's no more */
async function forget(gone) {
  const who = await fact("person");
  const tx = (await open()).transaction("refdata", "readwrite", STRICT);
  for (const row of await tx.store.getAll()) {
    if (row.who === who && gone(row.data.book)) tx.store.delete(row.key);
  }
  await tx.done;
}

/**
 * Asks for what a phone needs offline in a book; in another one where that is the person's no more.
 * @param {number | null} id of the book; null for the one the county thinks of first
 */
export async function fetchReference(id = null) {
  let data;
  try {
    data = await fetched("reference", id);
  } catch (fault) {
    if (isGone(fault) && id !== null) return fetchReference();
    throw fault;
  }
  const now = await book();
  await forget((one) => one !== now && !data.books.some((each) => each.id === one));
  const names = Object.fromEntries(data.books.map((one) => [one.id, one]));
  await setFact("books", { ...await fact("books"), ...names });
  return data;
}

/** Asks how a drill stands. @param {number} id of its book */
export const fetchDrill = (id) => fetched("drill", id);
