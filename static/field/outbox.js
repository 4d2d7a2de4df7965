// What was saved on this phone and what became of it. An item is fixed once it is saved; it goes
// only when the county has all of it, or when its author says so and why.

import { countyNow, moment } from "./clock.js";
import { STRICT, open, shortCode, uuid7 } from "./db.js";
import { HOLD_MS, heardAt, isHeld, isUrgent, settled } from "./rules.js";

/** Version of an item's form; the county takes this one and the two before it. */
export const SCHEMA = 1;
/** For so long after the county has all of it an item stays to be looked at. */
export const KEPT_MS = 7 * 24 * 3600_000;

/** The item has been sent or may be on its way. */
export class TooLate extends Error {}
/** The county has the item: what it says can be corrected, not removed. */
export class AlreadySent extends Error {}
/** A later version rests on this item. */
export class StillBuiltOn extends Error {}
/** There is no such item on this phone. */
export class NotHere extends Error {}

const listeners = new Set();

/** Calls `heard` after whatever changes the outbox from this page. @param {() => void} heard */
export function listen(heard) {
  listeners.add(heard);
}

/** Tells the listeners. */
export function changed() {
  listeners.forEach((heard) => heard());
}

const saving = new Map();

/**
 * Saves an item, its photos, and the end of its draft in one transaction; done when it is on disk.
 * The same draft saved twice at once is one item.
 * @param {{kind: string, body: any, photos?: any[], author: number, book: number,
 *   draft?: string | null, replaces?: string | null, hold_ms?: number}} what `hold_ms`: for so long
 *   it can be taken back; 0 for what cannot, and goes at once
 */
export function save(what) {
  const { draft = null } = what;
  if (draft !== null && saving.has(draft)) return saving.get(draft);
  const done = store(what).finally(() => saving.delete(draft));
  if (draft !== null) saving.set(draft, done);
  return done;
}

async function store({
  kind, body, photos = [], author, book, draft = null, replaces = null, hold_ms = HOLD_MS,
}) {
  const blobs = await packed(photos);
  const db = await open();
  const tx = db.transaction(["outbox", "blobs", "drafts", "meta"], "readwrite", STRICT);
  tx.done.catch(() => undefined); // why it failed is thrown below
  try {
    const item = await put(tx, { kind, body, photos, author, book, draft, replaces, hold_ms }, blobs);
    await tx.done;
    changed();
    return item;
  } catch (error) {
    ended(tx);
    throw tx.error || error; // on a full phone only the transaction says why
  }
}

/** Nothing of it stays. */
function ended(tx) {
  try {
    tx.abort();
  } catch (error) {
    if (error.name !== "InvalidStateError") throw error; // it has ended by itself
  }
}

async function put(tx, { kind, body, photos, author, book, draft, replaces, hold_ms }, blobs) {
  const outbox = tx.objectStore("outbox");
  const meta = tx.objectStore("meta");
  const sequence = ((await meta.get("sequence")) || 0) + 1;
  const id = uuid7();
  const hashes = [...new Set(photos.map((photo) => photo.sha256))];
  const item = settled({
    id, code: shortCode(id), book, kind, author, device_seq: sequence, schema: SCHEMA,
    ...moment(await meta.get("clock")),
    photos: hashes, body: "chain" in body && !body.chain ? { ...body, chain: id } : body,
    urgent: isUrgent({ kind, body }), state: "saved", todo: "text", receipt: null,
    received_at: null, missing: hashes, complete: false, error: null, photo_errors: {},
    reason: "", tries: 0, next_ms: 0, hold_until_ms: hold_ms && Date.now() + hold_ms, draft,
  });
  meta.put(sequence, "sequence");
  outbox.add(item);
  await keepBlobs(tx.objectStore("blobs"), blobs);
  if (draft !== null) tx.objectStore("drafts").delete(draft);
  if (replaces) await replace(outbox, replaces, item);
  return item;
}

/** The refused item is done with; versions that rest on it and were never sent rest on the new. */
async function replace(outbox, oldId, item) {
  const old = await outbox.get(oldId);
  if (!old) return;
  const state = old.receipt ? old.state : "corrected";
  const gone = settled({ ...old, state, corrected_by: item.id });
  if (state === "corrected") delete gone.todo;
  outbox.put(gone);
  if (old.receipt) return;
  for (const other of await outbox.index("todo").getAll("text")) {
    const { body } = other;
    if (other.id === item.id || other.tries || ![body.base, body.chain].includes(oldId)) continue;
    const moved = {
      base: body.base === oldId ? item.id : body.base,
      chain: body.chain === oldId ? item.body.chain : body.chain,
    };
    outbox.put({ ...other, body: { ...body, ...moved } });
  }
}

/** Bytes in memory before a transaction begins: it would end while a blob is read. */
function packed(photos) {
  return Promise.all(photos.filter((photo) => photo.blob).map(async ({ blob, ...photo }) => ({
    ...photo, type: blob.type, bytes: await blob.arrayBuffer(),
  })));
}

async function keepBlobs(store, blobs) {
  for (const blob of blobs) {
    if (!(await store.getKey(blob.sha256))) store.put(blob);
  }
}

/** @param {string} id */
export async function item(id) {
  return (await open()).get("outbox", id);
}

/**
 * A window of a list, the newest first.
 * @param {{group?: string | null, limit?: number, before?: number | null}} [which]
 */
export async function items({ group = null, limit = 30, before = null } = {}) {
  const db = await open();
  const most = before === null ? Infinity : before;
  const index = db.transaction("outbox").store.index(group ? "group" : "made");
  const range = group ? IDBKeyRange.bound([group, 0], [group, most], false, true)
    : IDBKeyRange.bound(0, most, false, true);
  const rows = [];
  let cursor = await index.openCursor(range, "prev");
  while (cursor && rows.length < limit) {
    rows.push(shown(cursor.value));
    cursor = await cursor.continue();
  }
  return { rows, next: cursor ? rows[rows.length - 1].device_seq : null };
}

/** The newest items that were not removed. @param {number} [limit] */
export async function latest(limit = 3) {
  const { rows } = await items({ limit: limit + 20 });
  return rows.filter((row) => row.group !== "gone").slice(0, limit);
}

/** Ids that are on their way at this moment, in whatever tab; `sync` keeps it. */
export const sending = new Set();

function shown(row) {
  return sending.has(row.id) && row.group === "waiting" ? { ...row, state: "sending" } : row;
}

/** How many items there are in each group, and whose are not whole at the county. */
export async function counts() {
  const db = await open();
  const tx = db.transaction("outbox");
  const index = tx.store.index("group");
  const found = { photos_left: 0, by_author: {} };
  for (const group of ["waiting", "received", "returned", "to_merge"]) {
    found[group] = await index.count(IDBKeyRange.bound([group, 0], [group, Infinity]));
  }
  for (const todo of ["text", "photos"]) {
    for (const row of await tx.store.index("todo").getAll(todo)) {
      found.by_author[row.author] = (found.by_author[row.author] || 0) + 1;
      if (row.receipt) found.photos_left += row.missing.length;
    }
  }
  return found;
}

/**
 * Changes one item in a transaction; `change` gives the new row, null to delete it, or throws.
 * @param {string} id
 * @param {(row: any, tx: any) => any} change
 */
export async function update(id, change) {
  const db = await open();
  const tx = db.transaction(["outbox", "drafts"], "readwrite", STRICT);
  tx.done.catch(() => undefined); // a refused change is told by what it throws
  const row = await tx.objectStore("outbox").get(id);
  try {
    if (!row) throw new NotHere(id);
    const next = await change(row, tx);
    if (next) await tx.objectStore("outbox").put(settled(next));
    else await tx.objectStore("outbox").delete(id);
  } catch (error) {
    tx.abort();
    throw error;
  }
  await tx.done;
  changed();
}

/** Takes a save back within its ten seconds; it is a draft again. @param {string} id */
export async function undo(id) {
  let draft = null;
  await update(id, async (row, tx) => {
    if (row.tries || row.receipt || !isHeld(row)) throw new TooLate(id);
    const { kind, body, author } = row;
    const photos = row.photos.map((sha256) => ({ sha256 }));
    // A chain of its own began with this item, which is no more.
    const plain = body.chain === id ? { ...body, chain: null } : body;
    draft = { key: row.draft || kind, kind, body: plain, photos, author, saved_ms: Date.now() };
    await tx.objectStore("drafts").put(draft);
    return null;
  });
  return draft;
}

/** Sends without waiting for the ten seconds. @param {string} id */
export function release(id) {
  return update(id, (row) => ({ ...row, hold_until_ms: 0, next_ms: 0 }));
}

/** Tries again what was refused or waits for its next turn. @param {string} id */
export function retry(id) {
  return update(id, (row) => {
    const again = { ...row, hold_until_ms: 0, next_ms: 0, error: null, photo_errors: {} };
    if (row.state === "refused") return { ...again, state: "saved", todo: "text" };
    return row.complete || row.todo ? again : { ...again, todo: "text" };
  });
}

/**
 * Removes what the county has not acknowledged; the row stays for a week with the reason.
 * @param {string} id
 * @param {string} reason
 */
export async function remove(id, reason) {
  if (!reason.trim()) throw new RangeError("expected a reason, got none");
  const others = await (await open()).getAllFromIndex("outbox", "todo", "text");
  if (others.some((other) => other.id !== id && [other.body.base, other.body.chain].includes(id))) {
    throw new StillBuiltOn(id);
  }
  const removed_ms = await countyNow();
  await update(id, ({ todo: _todo, ...row }) => {
    if (row.receipt || sending.has(id)) throw new AlreadySent(id);
    return { ...row, state: "removed", reason, removed_ms };
  });
}

/**
 * What a form needs to say it better: a new version of what the county has, or the same anew where
 * the county refused it. A saved item is never edited.
 * @param {string} id
 */
export async function correct(id) {
  const row = await item(id);
  if (!row) throw new NotHere(id);
  const photos = row.photos.map((sha256) => ({ sha256 }));
  const { kind } = row;
  const own = row.body.chain === id;
  const anew = own ? { ...row.body, chain: null } : row.body;
  if (!row.receipt) return { kind, body: anew, photos, replaces: id };
  const next = { ...row.body, base: id };
  if (next.kind === "initial") next.kind = "follow_up";
  return { kind, body: "chain" in row.body ? next : row.body, photos, replaces: id };
}

/** @param {string} sha256 @returns {Promise<Blob | null>} */
export async function photo(sha256) {
  const found = await (await open()).get("blobs", sha256);
  return found ? new Blob([found.bytes], { type: found.type }) : null;
}

/** @param {string} key */
export async function draft(key) {
  return (await open()).get("drafts", key);
}

export async function drafts() {
  return (await open()).getAll("drafts");
}

/**
 * Keeps a form as it stands, photos included: the browser may be gone the next moment.
 * @param {{key: string, kind: string, body: any, photos?: any[], author: number}} form
 */
export async function saveDraft({ key, kind, body, photos = [], author }) {
  const blobs = await packed(photos);
  const tx = (await open()).transaction(["drafts", "blobs"], "readwrite", STRICT);
  await keepBlobs(tx.objectStore("blobs"), blobs);
  const names = photos.map(({ blob: _blob, ...photo }) => photo);
  tx.objectStore("drafts").put({ key, kind, body, photos: names, author, saved_ms: Date.now() });
  await tx.done;
}

/** @param {string} key */
export async function dropDraft(key) {
  await (await open()).delete("drafts", key);
}

/**
 * Forgets what the county has had whole for a week, what was removed a week ago, and photos that
 * nothing shows. With `low` photos the county has are freed at once: the phone is almost full.
 * @param {{county_ms: number, low?: boolean}} when the county's time
 */
export async function tidy({ county_ms, low = false }) {
  const tx = (await open()).transaction(["outbox", "blobs", "drafts"], "readwrite", STRICT);
  const needed = new Set();
  let cursor = await tx.objectStore("outbox").openCursor();
  while (cursor) {
    const row = cursor.value;
    const since = row.complete ? heardAt(row) : row.removed_ms || Infinity;
    if (since + KEPT_MS < county_ms && !row.todo) await cursor.delete();
    else if (!(low && row.complete)) row.photos.forEach((sha256) => needed.add(sha256));
    cursor = await cursor.continue();
  }
  for (const form of await tx.objectStore("drafts").getAll()) {
    form.photos.forEach((one) => needed.add(one.sha256));
  }
  const blobs = tx.objectStore("blobs");
  for (const sha256 of await blobs.getAllKeys()) {
    if (!needed.has(sha256)) blobs.delete(sha256);
  }
  await tx.done;
}
