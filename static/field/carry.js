// Items on another way than the network of the phone that made them: an exported file, or QR codes
// on its screen that a colleague's phone takes along. They keep id and author, so they count once.

import { wire } from "./api.js";
import { fromParts } from "./codec.js";
import { STRICT, open, shortCode } from "./db.js";
import { changed } from "./outbox.js";
import { people, person } from "./pin.js";
import { isUrgent, settled } from "./rules.js";
import { sha256 } from "./photos.js";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const KINDS = ["report", "damage", "receipt", "task"];

/**
 * A file of what the county does not have whole, read item by item: it may be larger than memory.
 * @param {(row: any) => boolean} [wanted] others than those
 * @returns {Promise<File>} text, one JSON object a line: items as they are sent, then their photos
 */
export async function exportFile(wanted = (row) => !row.complete && row.group !== "gone") {
  const db = await open();
  const parts = [];
  const written = new Set();
  const line = (value) => parts.push(new Blob([JSON.stringify(value), "\n"]));
  for (const id of await db.getAllKeysFromIndex("outbox", "made")) {
    const row = await db.get("outbox", id);
    if (!row || !wanted(row)) continue;
    line(wire(row));
    for (const name of row.photos) {
      const blob = written.has(name) ? null : await db.get("blobs", name);
      if (!blob) continue;
      written.add(name);
      line({ photo: name, base64: toBase64(blob.bytes) });
    }
  }
  const day = new Date().toISOString().slice(0, 10);
  return new File(parts, `relief-${day}.txt`, { type: "text/plain" });
}

/**
 * Takes the items of a file into this outbox. A bad line is counted and hinders no other.
 * @param {Blob} file
 * @returns {Promise<{added: number, known: number, bad: number}>}
 */
export async function importFile(file) {
  const found = { added: 0, known: 0, bad: 0 };
  for await (const text of lines(file)) {
    try {
      const value = JSON.parse(text);
      if (value.photo) await takePhoto(value);
      else found[await take(value)] += 1;
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
      found.bad += 1;
    }
  }
  changed();
  return found;
}

/**
 * Takes the item that scanned QR codes carry.
 * @param {string[]} texts
 * @returns {Promise<"added" | "known" | null>} null while codes are missing
 */
export async function takeScanned(texts) {
  const found = fromParts(texts);
  if (!found) return null;
  const done = await take(found);
  changed();
  return done;
}

async function take(item) {
  checkItem(item);
  const here = await people();
  const own = here.some((one) => one.id === item.author);
  const carrier = await person();
  if (!own && !carrier) throw new RangeError("expected somebody enrolled on this phone");
  const tx = (await open()).transaction("outbox", "readwrite", STRICT);
  if (await tx.store.getKey(item.id)) return "known";
  const sent = wire({ ...item, channel: null });
  tx.store.put(settled({
    ...sent, code: shortCode(sent.id), session: "", urgent: isUrgent(item), state: "saved",
    todo: "text", receipt: null, received_at: null, missing: sent.photos, complete: false,
    error: null, photo_errors: {}, reason: "", tries: 0, next_ms: 0, hold_until_ms: 0, draft: null,
    // Back on a phone of its author it goes as its own; otherwise the county is told who brings it.
    ...(own ? {} : { channel: "code", carrier: carrier.id }),
  }));
  await tx.done;
  return "added";
}

function checkItem(item) {
  const fits = UUID.test(item.id) && KINDS.includes(item.kind) && Number.isInteger(item.book)
    && Number.isInteger(item.author) && Number.isInteger(item.device_seq)
    && Array.isArray(item.photos) && item.body && typeof item.body === "object"
    && !Number.isNaN(Date.parse(item.made_at));
  if (!fits) throw new RangeError("expected an item of the field app, got something else");
}

async function takePhoto({ photo, base64 }) {
  const bytes = fromBase64(base64);
  if (await sha256(bytes) !== photo) throw new RangeError(`expected other bytes of ${photo}`);
  const db = await open();
  if (!(await db.getKey("blobs", photo))) {
    await db.put("blobs", { sha256: photo, type: "image/jpeg", bytes });
  }
}

async function* lines(file) {
  const reader = file.stream().pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    const pieces = (rest + (done ? "\n" : value)).split("\n");
    rest = pieces.pop();
    for (const piece of pieces) if (piece.trim()) yield piece;
    if (done) return;
  }
}

function toBase64(bytes) {
  const view = new Uint8Array(bytes);
  let text = "";
  for (let at = 0; at < view.length; at += 32_768) {
    text += String.fromCharCode(...view.subarray(at, at + 32_768));
  }
  return btoa(text);
}

function fromBase64(text) {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0)).buffer;
  } catch (error) {
    throw new RangeError(`expected base64, got ${String(text).slice(0, 20)}: ${error}`);
  }
}
