// What is done with an item, decided without database, network or clock.

/** For so long after a save it can be taken back, and is not sent unless asked for. */
export const HOLD_MS = 10_000;
/** Items in one request. */
export const BATCH = 50;
/** Items whose photos have all gone are asked about together, so many at a time. */
const CONFIRM = 20;
const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 300_000;

const GROUPS = {
  saved: "waiting", partial: "waiting", refused: "returned", returned: "returned",
  to_merge: "to_merge", removed: "gone", corrected: "gone",
};

/** Which list shows an item of this state. @param {string} state */
export function groupOf(state) {
  return GROUPS[state] || "received";
}

/** A row with what is derived from its state in step. @param {any} row */
export function settled(row) {
  const next = { ...row, group: groupOf(row.state) };
  if (next.todo === null) delete next.todo; // the index lists what has something to do
  return next;
}

/** Whether somebody may still take it back. A clock set back or forth must not hold it for ever. */
export function isHeld(row, now_ms = Date.now()) {
  const left = row.hold_until_ms - now_ms;
  return left > 0 && left <= HOLD_MS;
}

/** Whether it must wait for its next try; again, no moved clock may stretch that. */
export function isResting(row, now_ms = Date.now()) {
  const left = row.next_ms - now_ms;
  return left > 0 && left <= LONGEST_WAIT_MS;
}

/** Lives are in danger: these go before everything else. */
export function isUrgent({ kind, body }) {
  const figures = (body && body.figures) || {};
  const scene = (body && body.scene) || {};
  return kind === "report" && (figures.deaths > 0 || figures.missing > 0 || scene.trapped > 0
    || (scene.what || []).includes("trapped"));
}

/**
 * Milliseconds to wait after so many tries in a row: 5 s · 2ⁿ with jitter, at most 5 min.
 * @param {number} tries at least 1
 * @param {number} [random] from 0 to 1
 */
export function wait(tries, random = Math.random()) {
  const whole = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(tries - 1, 10));
  return Math.round(whole * (0.5 + random / 2));
}

/**
 * Texts that may go now, in order: lives in danger first, with whatever they rest on; then the
 * oldest. A version goes only after the one it rests on has its receipt, except that lives in
 * danger wait for nothing that was refused. What only asks whether all photos are there comes last.
 * @param {any[]} rows all with text to send, and all that were refused
 * @param {{now_ms: number, blocked?: Set<number>}} when `blocked`: authors who cannot send now
 */
export function order(rows, { now_ms, blocked = new Set() }) {
  const open = new Map(rows.filter((row) => !row.receipt).map((row) => [row.id, row]));
  const under = (row) => [row.body.base, row.body.chain]
    .filter((id) => id && id !== row.id && open.has(id))
    .map((id) => open.get(id));
  const lifted = new Set();
  const lift = (row) => {
    if (lifted.has(row.id)) return;
    lifted.add(row.id);
    under(row).forEach(lift);
  };
  rows.filter((row) => row.urgent && !row.receipt && row.todo === "text").forEach(lift);
  const free = (row) => under(row).every((one) => row.urgent && one.state === "refused");
  const rank = (row) => (row.receipt ? 2 : lifted.has(row.id) ? 0 : 1);
  return rows
    .filter((row) => row.todo === "text" && !isHeld(row, now_ms) && !isResting(row, now_ms)
      && !blocked.has(senderOf(row)) && free(row))
    .map((row) => ({ ...row, rank: rank(row) }))
    .sort((one, other) => one.rank - other.rank || one.device_seq - other.device_seq);
}

/** Whose token an item travels under: its author's, or that of who carries it for them. */
export function senderOf(row) {
  return row.channel ? row.carrier : row.author;
}

/**
 * The next request: a batch of texts of one sender, or one photo of one item, or null.
 * @param {{texts: any[], photos: any[], width: number}} work texts in order, photos that may go
 * @returns {{texts: any[]} | {row: any, sha256: string} | null}
 */
export function next({ texts, photos, width }) {
  const [first] = texts;
  const confirms = texts.filter((row) => row.rank === 2);
  const photo = photos
    .map((row) => ({ row, sha256: row.missing.find((sha256) => !row.photo_errors[sha256]) }))
    .find((one) => one.sha256);
  if (first && (first.rank < 2 || !photo || confirms.length >= CONFIRM)) {
    const same = texts.filter((row) => senderOf(row) === senderOf(first)
      && (first.rank !== 0 || row.rank === 0));
    return { texts: same.slice(0, width) };
  }
  return photo || null;
}

/** Answers after which the same is sent again by itself. @param {number} status */
export function isPassing(status) {
  return status === 400 || status === 408 || status === 429 || status >= 500;
}

/**
 * The row after the county's answer to its text.
 * @param {any} row
 * @param {{status: number, receipt?: any, problem?: any}} answer
 * @param {{now_ms: number, county_ms?: number, random?: number}} when
 */
export function answered(row, { status, receipt, problem }, { now_ms, county_ms, random }) {
  const later = { ...row, next_ms: now_ms + wait(Math.max(1, row.tries), random) };
  if (status < 300) {
    if (!receipt || receipt.id !== row.id || !receipt.receipt) {
      return { ...later, error: fault({ code: "answer.damaged" }, now_ms) };
    }
    return told(row, receipt, { now_ms, county_ms, random });
  }
  const error = fault(problem || { code: `http.${status}` }, now_ms);
  // With a receipt nothing is lost; the question whether it is whole is asked again.
  const stays = isPassing(status) || status === 401 || status === 403 || status === 426;
  if (row.receipt || stays) return { ...later, error };
  return { ...row, state: "refused", todo: null, error };
}

/**
 * The row after the county told its state, in a receipt or later. `received_at` is the time in the
 * item's book, which a drill (演练) may set as it likes; `heard_ms` is the county's own.
 * @param {any} row
 * @param {any} receipt
 * @param {{now_ms: number, county_ms?: number, random?: number}} when
 */
export function told(row, receipt, { now_ms, county_ms = now_ms, random }) {
  const complete = receipt.complete === true;
  const missing = receipt.missing_photos || [];
  const plain = { received: complete ? "sent" : "partial" };
  const todo = complete ? null : missing.length ? "photos" : "text";
  return {
    ...row, receipt: receipt.receipt, received_at: receipt.received_at, complete, missing, todo,
    heard_ms: heardAt(row) || county_ms,
    state: plain[receipt.state] || receipt.state, reason: receipt.reason || "", error: null,
    next_ms: todo === "text" ? now_ms + wait(Math.max(1, row.tries), random) : 0,
  };
}

/** When this phone heard that the county has the item, in the county's time; NaN before. */
export function heardAt({ heard_ms, received_at }) {
  return heard_ms || Date.parse(received_at || "");
}

/** What a row keeps of a refusal. */
export function fault({ code = "", sentence = "", detail = "", problems = [] }, at_ms) {
  return { code, sentence: sentence || detail, problems, at_ms };
}
