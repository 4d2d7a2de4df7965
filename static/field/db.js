// The database on the phone. Tables are only ever added: an update of the app must find every
// report that an older version saved. A step of UPGRADES, once released, is never changed.

import { openDB } from "../vendor/idb/index.js";

export const NAME = "relief-field";

const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; // Crockford: no I, L, O, U

/** A save is done only when it is on the disk, not when the browser has heard of it. */
export const STRICT = { durability: "strict" };

/**
 * What each version added, oldest first.
 * outbox: items by id; `group` is where a list shows them, `device_seq` their order on this phone,
 * `todo` what is still to be sent of them (text, photos), absent when nothing is.
 * blobs: photos by their SHA-256. drafts: forms not yet saved. refdata: what the county told, by
 * book. meta: single facts of this phone. people: those who enrolled on it.
 * @type {((db: import("idb").IDBPDatabase) => void)[]}
 */
export const UPGRADES = [
  (db) => {
    const outbox = db.createObjectStore("outbox", { keyPath: "id" });
    outbox.createIndex("state", "state");
    outbox.createIndex("made", "device_seq");
    outbox.createIndex("group", ["group", "device_seq"]);
    outbox.createIndex("todo", "todo");
    db.createObjectStore("blobs", { keyPath: "sha256" });
    db.createObjectStore("drafts", { keyPath: "key" });
    db.createObjectStore("refdata", { keyPath: "key" });
    db.createObjectStore("meta");
    db.createObjectStore("people", { keyPath: "id" });
  },
];

/** @type {Promise<import("idb").IDBPDatabase> | null} */
let opened = null;

/**
 * The database, opened once per page.
 * A newer version of the app in another tab may go on: this tab lets go and opens anew when asked.
 * @returns {Promise<import("idb").IDBPDatabase>}
 */
export function open() {
  if (!opened) {
    opened = openDB(NAME, UPGRADES.length, {
      upgrade(db, from) {
        for (const step of UPGRADES.slice(from)) step(db);
      },
      blocking() {
        close();
      },
      terminated() {
        opened = null;
      },
    });
    opened.catch(() => {
      opened = null;
    });
  }
  return opened;
}

/** Lets go of the database; the next `open` takes it up again. */
export function close() {
  const leaving = opened;
  opened = null;
  if (leaving) leaving.then((db) => db.close(), () => undefined);
}

/**
 * A fact of this phone, such as `clock` or `sequence`.
 * @param {string} key
 * @returns {Promise<any>}
 */
export async function fact(key) {
  return (await open()).get("meta", key);
}

/**
 * @param {string} key
 * @param {any} value
 */
export async function setFact(key, value) {
  await (await open()).put("meta", value, key);
}

/**
 * A time-ordered UUID (version 7).
 * @param {number} [milliseconds]
 * @param {Uint8Array} [random] ten bytes
 */
export function uuid7(milliseconds = Date.now(), random = randomBytes(10)) {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(Math.max(0, milliseconds)) << 16n);
  bytes.set(random, 6);
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

function randomBytes(count) {
  return crypto.getRandomValues(new Uint8Array(count));
}

/**
 * Ten characters for people: the last 50 bits of the UUID.
 * @param {string} uuid
 */
export function shortCode(uuid) {
  let bits = BigInt(`0x${uuid.replace(/-/g, "")}`) & ((1n << 50n) - 1n);
  let code = "";
  for (let n = 0; n < 10; n += 1) {
    code = DIGITS[Number(bits & 31n)] + code;
    bits >>= 5n;
  }
  return code;
}
