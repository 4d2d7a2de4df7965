// Whose clock is right. A phone's clock may be hours off, and may be put right, or wrong, between a
// save and the sending; the county must be able to tell. Order on a phone is its running number.

import { fact, setFact } from "./db.js";

/** One page's life: the monotonic clock only compares moments of the same page. */
export const SESSION = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;

/**
 * RFC 3339 to the second, with the phone's own offset.
 * @param {Date} [date]
 */
export function stamp(date = new Date()) {
  const minutes = -date.getTimezoneOffset();
  const local = new Date(date.getTime() + minutes * 60_000).toISOString().slice(0, 19);
  const two = (number) => String(Math.floor(Math.abs(number))).padStart(2, "0");
  return `${local}${minutes < 0 ? "-" : "+"}${two(minutes / 60)}:${two(minutes % 60)}`;
}

/**
 * What an item keeps of the moment it is saved.
 * @param {{offset_seconds: number} | undefined} known what the last contact told
 */
export function moment(known) {
  return {
    made_at: stamp(),
    mono_ms: Math.round(performance.now()),
    session: SESSION,
    offset_seconds: known ? known.offset_seconds : 0,
  };
}

/**
 * Seconds the county's clock is ahead of the phone's, measured on one exchange. Where the answer
 * took long, the truth lies within half that time of it.
 * @param {{server: string, sent_ms: number, took_ms: number}} exchange
 */
export function measured({ server, sent_ms, took_ms }) {
  return Math.round((Date.parse(server) - (sent_ms + took_ms / 2)) / 1000) || 0;
}

/**
 * Learns the offset from an exchange and keeps it for saves without a network.
 * @param {{server: string, sent_ms: number, took_ms: number}} exchange
 */
export async function learn(exchange) {
  const found = { offset_seconds: measured(exchange), learnt_ms: exchange.sent_ms };
  const before = await fact("clock");
  // Waiting on a slow line looks like a small offset; only real differences are worth a write.
  if (before && Math.abs(before.offset_seconds - found.offset_seconds) < 5) return before;
  await setFact("clock", found);
  return found;
}

/**
 * The offset an item's time stands under, now that the county is reached and `offset` is measured.
 *
 * The clock may have been moved before or after the save: the larger of both offsets is told, so
 * that a doubtful time is looked at and never passes as sure. In the page that saved it the
 * monotonic clock gives the latest moment the save can have been (it stands still in a sleeping
 * phone, so it gives no earliest): a time after that is told as what it is.
 * @param {{made_at: string, mono_ms: number, session: string, offset_seconds: number}} item
 * @param {{offset: number, now_ms?: number, mono?: number, session?: string}} now
 */
export function offsetOf(item, now) {
  const { offset, now_ms = Date.now(), mono = performance.now(), session = SESSION } = now;
  const larger = Math.abs(item.offset_seconds) > Math.abs(offset) ? item.offset_seconds : offset;
  if (item.session !== session || mono < item.mono_ms) return larger;
  const latest = now_ms + offset * 1000 - (mono - item.mono_ms);
  const most = Math.round((latest - Date.parse(item.made_at)) / 1000);
  return most < larger - 5 ? most : larger;
}

/** The county's time in milliseconds, as well as this phone knows it. */
export async function countyNow() {
  const known = await fact("clock");
  return Date.now() + (known ? known.offset_seconds * 1000 : 0);
}

/**
 * Drill time at a real moment; before the first stretch the clock stands at its start.
 * @param {{real: string, sim: string, rate: number}[]} stretches the oldest first
 * @param {number} real_ms
 * @returns {number | null} milliseconds; null while no clock runs
 */
export function simAt(stretches, real_ms) {
  if (!stretches.length) return null;
  const begun = stretches.filter((one) => Date.parse(one.real) <= real_ms);
  if (!begun.length) return Date.parse(stretches[0].sim);
  const last = begun[begun.length - 1];
  return Date.parse(last.sim) + last.rate * (real_ms - Date.parse(last.real));
}
