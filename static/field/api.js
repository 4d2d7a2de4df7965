// The field API: one request at a time, with a time-out, and an answer that is surely the county's.

import { learn } from "./clock.js";

export const BASE = "/api/v1/field/";
/** A slow line moves a small batch in this time; a dead one is noticed. */
const PATIENCE_MS = 30_000;
const LONGER_MS = 120_000;
/** Bytes of a photo in one request. */
const CHUNK = 512 * 1024;

/** The county answered, and the answer is no. `code` is the contract, `sentence` is for people. */
export class Problem extends Error {
  /**
   * @param {{status: number, code?: string, detail?: string, title?: string,
   *   problems?: any[]}} said
   * @param {number} [wait] seconds the county asks to wait
   */
  constructor({ status, code = "", detail = "", title = "", problems = [] }, wait = 0) {
    super(detail || title || code);
    Object.assign(this, { status, code, sentence: detail || title, problems, wait });
  }
}

/** Nothing came that was the county's answer: no line, a time-out, a sign-in page of some Wi-Fi. */
export class NoNetwork extends Error {}

let language = "zh-hans";

/** Sentences of the county come in this language. @param {string} chosen */
export function speak(chosen) {
  language = chosen;
}

/**
 * @param {string} method
 * @param {string} path under the base
 * @param {{token?: string | null, json?: any, bytes?: ArrayBuffer | Uint8Array | null,
 *   headers?: Record<string, string>, patience?: number}} [more]
 * @returns {Promise<{status: number, body: any, headers: Headers}>}
 */
export async function call(method, path, more = {}) {
  const { token = null, json, bytes = null, headers = {}, patience = PATIENCE_MS } = more;
  const sent = { Accept: "application/json", "Accept-Language": language, ...headers };
  if (token) sent.Authorization = `Device ${token}`;
  let body = bytes;
  if (json !== undefined) {
    body = new TextEncoder().encode(JSON.stringify(json));
    sent["Content-Type"] = "application/json";
  }
  if (body) sent["Content-Digest"] = await contentDigest(body);
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), patience);
  try {
    const answer = await fetch(BASE + path, {
      method, headers: sent, body, signal: stop.signal, cache: "no-store", credentials: "omit",
      redirect: "error",
    });
    return await read(answer);
  } catch (error) {
    if (error instanceof Problem || error instanceof NoNetwork) throw error;
    throw new NoNetwork(String(error));
  } finally {
    clearTimeout(timer);
  }
}

async function read(answer) {
  const { status, headers } = answer;
  // Drills among those it is about are over; how, a phone that works in one of them asks.
  if (headers.has("Relief-Drill")) dispatchEvent(new Event("relief-drill"));
  const kind = headers.get("Content-Type") || "";
  if (status === 204 || status === 304) return { status, body: null, headers };
  if (!/^application\/(problem\+)?json\b/.test(kind)) {
    // A proxy's page at any status says nothing about the item; a server in trouble is waited for.
    if (status >= 500) throw new Problem({ status });
    throw new NoNetwork(`expected JSON of the county, got ${status} ${kind}`);
  }
  const body = await answer.json();
  const wait = Number(headers.get("Retry-After")) || 0;
  if (status >= 400) throw new Problem({ ...body, status }, wait);
  return { status, body, headers };
}

/** @param {ArrayBuffer | Uint8Array} bytes */
async function contentDigest(bytes) {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return `sha-256=:${btoa(String.fromCharCode(...hash))}:`;
}

/**
 * The item as the county takes it, and nothing of what the phone keeps beside it.
 * @param {any} item a row of the outbox
 * @param {number} [offset] seconds the county's clock is ahead of the phone's
 */
export function wire(item, offset = item.offset_seconds) {
  const sent = {
    id: item.id, book: item.book, kind: item.kind, author: item.author,
    device_seq: item.device_seq, schema: item.schema, made_at: item.made_at,
    mono_ms: item.mono_ms, offset_seconds: offset, photos: item.photos, body: item.body,
  };
  return item.channel ? { ...sent, channel: item.channel } : sent;
}

/**
 * Sends a photo from where an earlier try stopped; tells whether the county has all of it now.
 * @param {string} sha256
 * @param {ArrayBuffer} bytes
 * @param {{token: string, book: number}} under
 * @returns {Promise<boolean>}
 */
export async function upload(sha256, bytes, { token, book }) {
  const path = `photos/${sha256}?book=${book}`;
  let at = 0;
  if (bytes.byteLength > CHUNK) at = (await call("GET", path, { token })).body.stored_bytes;
  for (let idle = 0; idle < 2;) {
    const piece = bytes.slice(at, at + CHUNK);
    const range = `bytes ${at}-${at + piece.byteLength - 1}/${bytes.byteLength}`;
    const headers = { "Content-Range": range, "Content-Type": "application/octet-stream" };
    const more = { token, bytes: piece, headers, patience: LONGER_MS };
    const { body } = await call("PUT", path, more);
    if (body.complete === true) return true;
    idle = body.stored_bytes > at && body.stored_bytes < bytes.byteLength ? 0 : idle + 1;
    at = body.stored_bytes < bytes.byteLength ? body.stored_bytes : 0;
  }
  return false;
}

/** The county's clock, and what the phone's own is off. @returns {Promise<number>} seconds */
export async function ask() {
  const sent_ms = Date.now();
  const began = performance.now();
  const { body } = await call("GET", "now", { patience: 10_000 });
  if (!body || typeof body.now !== "string") throw new NoNetwork("expected the county's time");
  const found = await learn({ server: body.now, sent_ms, took_ms: performance.now() - began });
  return found.offset_seconds;
}
