// Sends what was saved, for ever and in order, by one runner among all tabs. Nothing here deletes:
// an item is whole only when the county says so, and until then every answer is kept with it.

import { NoNetwork, Problem, ask, call, upload, wire } from "./api.js";
import { countyNow, offsetOf } from "./clock.js";
import { STRICT, open } from "./db.js";
import { listen, sending, tidy } from "./outbox.js";
import { refused, tokenOf } from "./pin.js";
import {
  BATCH, answered, fault, isHeld, isPassing, isResting, next, order, senderOf, settled, wait,
} from "./rules.js";
import * as states from "./states.js";

const EVERY_MS = 30_000;
const LOW_BYTES = 100e6;

const shared = {
  running: false, done: 0, total: 0, online: true, last_contact_ms: 0, next_try_ms: 0,
  stopped: null,
};
const channel = new BroadcastChannel("relief-field");
let tell = () => undefined;
let failures = 0;
let width = BATCH;
let timer = 0;
let asked = false;
let current = null;
let again = false;
let offset = 0;

/** How it stands, for the strip on top. */
export function status() {
  return { ...shared };
}

/**
 * Begins to send whenever that may work; once per page.
 * @param {{onChange: (event: {code: string} & Record<string, any>) => void}} how
 */
export function start({ onChange }) {
  tell = onChange;
  shared.online = navigator.onLine;
  channel.onmessage = ({ data }) => heard(data);
  listen(() => {
    announce({ code: "sync.changed" });
    kick();
  });
  addEventListener("online", () => {
    failures = 0;
    shared.next_try_ms = 0;
    shared.online = true;
    tell({ code: "sync.changed" });
    kick();
  });
  addEventListener("offline", () => {
    shared.online = false;
    tell({ code: "sync.changed" });
  });
  document.addEventListener("visibilitychange", () => document.hidden || kick());
  setInterval(() => document.hidden || kick(), EVERY_MS);
  if (navigator.serviceWorker) {
    navigator.serviceWorker.addEventListener("message", ({ data }) => {
      if (data === "relief-sync") kick();
    });
  }
  kick();
}

/** Sends everything now: ends waiting and the ten seconds. The button of the list. */
export async function now() {
  failures = 0;
  shared.next_try_ms = 0;
  states.askAgain();
  const tx = (await open()).transaction("outbox", "readwrite");
  for (const todo of ["text", "photos"]) {
    for (const row of await tx.store.index("todo").getAll(todo)) {
      if (row.next_ms || row.hold_until_ms) tx.store.put({ ...row, next_ms: 0, hold_until_ms: 0 });
    }
  }
  await tx.done;
  await kick({ asked: true });
}

/** One run, unless another tab is at it or it is too early. */
export async function kick(how = {}) {
  asked = asked || Boolean(how.asked);
  if (!asked && isEarly()) return;
  // A run that is under way may have looked for the last time already.
  if (current) again = true;
  else current = runs();
  await current;
}

function isEarly() {
  const early = shared.next_try_ms - Date.now();
  return !navigator.onLine || (early > 0 && early <= 300_000);
}

async function runs() {
  try {
    do {
      again = false;
      await once();
    } while (again && !isEarly());
  } finally {
    current = null;
  }
}

async function once() {
  const mine = await navigator.locks.request("relief-sync", { ifAvailable: true }, async (lock) => {
    if (!lock) return false;
    shared.running = true;
    try {
      await run();
    } finally {
      shared.running = false;
      asked = false;
      mark([]);
      announce({ code: "sync.changed" });
    }
    return true;
  });
  // What this tab saved just after the other looked for the last time must not wait for long.
  wake(mine ? await soonest() : 2_000);
}

async function run() {
  shared.stopped = null;
  shared.done = 0;
  const blocked = new Set();
  try {
    if (!(await work(blocked)) && !(await states.due())) return;
    offset = await ask();
    shared.last_contact_ms = Date.now();
    for (let job = await work(blocked); job; job = await work(blocked)) {
      await (job.texts ? sendTexts(job.texts, blocked) : sendPhoto(job, blocked));
      // Between two photos what became of the texts is asked for, and new texts go first.
      if (!job.texts) await pullStates(blocked);
    }
    await pullStates(blocked);
    const { quota = Infinity, usage = 0 } = await navigator.storage.estimate();
    await tidy({ county_ms: await countyNow(), low: quota - usage < LOW_BYTES });
    failures = 0;
  } catch (error) {
    if (!(error instanceof NoNetwork || error instanceof Problem)) throw error;
    failures += 1;
    const least = (error instanceof Problem && error.wait * 1000) || 0;
    shared.next_try_ms = Date.now() + Math.min(300_000, Math.max(least, wait(failures)));
    if (error instanceof Problem && error.status === 426) shared.stopped = error.code;
    announce({ code: shared.stopped || "net.offline_saved", sentence: error.sentence || "" });
    await askToBeWoken();
  }
}

/** Background Sync: a bonus where the browser has it and allows it; nothing rests on it. */
async function askToBeWoken() {
  const worker = navigator.serviceWorker && await navigator.serviceWorker.getRegistration();
  if (worker && worker.sync) await worker.sync.register("relief-sync").catch(() => undefined);
}

/** What to do next, from the rows as they are now: a save in another tab may go before the rest. */
async function work(blocked) {
  const db = await open();
  const tx = db.transaction("outbox");
  const texts = await tx.store.index("todo").getAll("text");
  const stuck = await tx.store.index("state").getAll("refused");
  const photos = await tx.store.index("todo").getAll("photos");
  const now_ms = Date.now();
  const ready = photos.filter((row) => !isResting(row, now_ms) && !blocked.has(senderOf(row)));
  const pictures = photos.reduce((sum, row) => sum + row.missing.length, 0);
  shared.total = shared.done + texts.length + pictures;
  return next({ texts: order([...texts, ...stuck], { now_ms, blocked }), photos: ready, width });
}

async function sendTexts(rows, blocked) {
  const who = senderOf(rows[0]);
  const token = await tokenOf(who);
  if (!token) {
    blocked.add(who);
    return;
  }
  const claimed = await claim(rows);
  if (!claimed.length) return;
  mark(claimed.map((row) => row.id));
  const items = claimed.map((row) => wire(row, offsetOf(row, { offset })));
  let results;
  try {
    const { body } = await call("POST", "items/batch", { token, json: { items } });
    results = new Map((body.results || []).map((one) => [one.id, one]));
    width = Math.min(BATCH, width * 2);
    failures = 0;
  } catch (error) {
    if (await mustStop(error, who, token, blocked)) throw error;
    if (blocked.has(who)) return;
    // What is too much for the line or the server is tried in smaller pieces.
    width = Math.max(1, Math.floor(width / 2));
    if (error instanceof NoNetwork || [429, 503].includes(error.status)) throw error;
    if (claimed.length > 1) return;
    // Alone it fails as well: this one rests, the others go on.
    results = new Map([[claimed[0].id, { status: error.status, problem: error }]]);
    failures += 1;
    if (failures > 1 && isPassing(error.status)) {
      await settle(claimed, results);
      throw error;
    }
  }
  await settle(claimed, results);
}

/** Asks what became of what the county has. */
function pullStates(blocked) {
  const stop = (error, who, token) => mustStop(error, who, token, blocked);
  return states.pull({ blocked, announce, now: heardNow, mustStop: stop });
}

/** Marks these as tried, in one transaction: from here on nobody takes them back. */
async function claim(rows) {
  const tx = (await open()).transaction("outbox", "readwrite");
  const found = [];
  for (const { id } of rows) {
    const row = await tx.store.get(id);
    if (!row || row.todo !== "text" || isHeld(row)) continue;
    const taken = { ...row, tries: row.tries + 1, hold_until_ms: 0 };
    tx.store.put(taken);
    found.push(taken);
  }
  await tx.done;
  return found;
}

/** This moment by the phone's clock, and by the county's. */
function heardNow() {
  const now_ms = Date.now();
  return { now_ms, county_ms: now_ms + offset * 1000 };
}

/** Writes what the county answered; done when the receipts are on disk. */
async function settle(rows, results) {
  const tx = (await open()).transaction("outbox", "readwrite", STRICT);
  const news = [];
  for (const { id } of rows) {
    const row = await tx.store.get(id);
    const answer = results.get(id) || { status: 500, problem: { code: "answer.left_out" } };
    if (!row) continue;
    const after = settled(answered(row, answer, heardNow()));
    // Removed while it was on its way: with a receipt the county has it all the same.
    if (row.state === "removed" && !after.receipt) continue;
    tx.store.put(after);
    if (after.receipt) shared.done += 1;
    const code = answer.status === 200 ? "sync.duplicate" : "sync.received";
    if (after.receipt && !row.receipt) news.push({ code, id, receipt: after.receipt });
    if (after.state === "refused") {
      news.push({ code: after.error.code, id, sentence: after.error.sentence });
    }
  }
  await tx.done;
  mark([]);
  for (const event of news) announce(event);
  announce({ code: "sync.progress", done: shared.done, total: shared.total });
}

async function sendPhoto({ row, sha256 }, blocked) {
  const who = senderOf(row);
  const token = await tokenOf(who);
  if (!token) {
    blocked.add(who);
    return;
  }
  const kept = await (await open()).get("blobs", sha256);
  if (!kept) {
    await photoFault(row.id, sha256, { code: "photo.not_here" });
    return;
  }
  mark([row.id]);
  try {
    const whole = await upload(sha256, kept.bytes, { token, book: row.book });
    if (whole) await photoDone(row.id, sha256);
    else await rest(row.id, { code: "photo.no_progress" });
    failures = 0;
    shared.done += 1;
  } catch (error) {
    if (await mustStop(error, who, token, blocked)) throw error;
    if (error instanceof NoNetwork || [429, 503].includes(error.status)) throw error;
    if (blocked.has(who)) return;
    if (error.code === "photo.not_shown") await rest(row.id, error, "text");
    else if (isPassing(error.status) || error.code === "photo.damaged") await rest(row.id, error);
    else await photoFault(row.id, sha256, error);
  } finally {
    mark([]);
    announce({ code: "sync.progress", done: shared.done, total: shared.total });
  }
}

async function change(id, next) {
  const tx = (await open()).transaction("outbox", "readwrite", STRICT);
  const row = await tx.store.get(id);
  if (row) tx.store.put(settled(next(row)));
  await tx.done;
}

function photoDone(id, sha256) {
  return change(id, (row) => {
    const missing = row.missing.filter((one) => one !== sha256);
    // Only the county says that nothing is missing: the item is asked about once more.
    return { ...row, missing, todo: missing.length ? "photos" : "text", next_ms: 0 };
  });
}

function photoFault(id, sha256, error) {
  return change(id, (row) => ({
    ...row, photo_errors: { ...row.photo_errors, [sha256]: fault(error, Date.now()) },
  }));
}

function rest(id, error, todo = "photos") {
  return change(id, (row) => {
    const tries = row.tries + 1;
    const now_ms = Date.now();
    return { ...row, tries, todo, error: fault(error, now_ms), next_ms: now_ms + wait(tries) };
  });
}

/** Deals with a refusal of the person or the app; true when nothing more can be sent now. */
async function mustStop(error, who, token, blocked) {
  if (!(error instanceof Problem)) return !(error instanceof NoNetwork);
  if (error.status === 426) return true;
  if (error.status !== 401 && error.status !== 403) return false;
  blocked.add(who);
  const code = error.code === "auth.revoked" ? "auth.revoked" : "auth.expired";
  if (error.status === 401) await refused(who, code, token);
  const { sentence } = error;
  announce({ code: error.status === 401 ? code : error.code, person: who, sentence });
  return false;
}

/** Milliseconds until something may be sent that cannot be now, at most half a minute. */
async function soonest() {
  const now_ms = Date.now();
  const store = (await open()).transaction("outbox").store;
  const left = [shared.next_try_ms - now_ms];
  for (const todo of ["text", "photos"]) {
    for (const row of await store.index("todo").getAll(todo)) {
      if (isHeld(row, now_ms)) left.push(row.hold_until_ms - now_ms);
      if (isResting(row, now_ms)) left.push(row.next_ms - now_ms);
    }
  }
  return Math.min(EVERY_MS, ...left.filter((one) => one > 0));
}

function wake(after) {
  clearTimeout(timer);
  timer = setTimeout(kick, after + 20);
}

function mark(ids) {
  sending.clear();
  ids.forEach((id) => sending.add(id));
  channel.postMessage({ code: "sync.sending", ids });
}

function announce(event) {
  tell(event);
  channel.postMessage(event);
}

function heard(event) {
  if (event.code === "sync.sending") {
    if (shared.running) return;
    sending.clear();
    event.ids.forEach((id) => sending.add(id));
  }
  tell(event.code === "sync.sending" ? { code: "sync.changed" } : event);
}

