// What became of the items that the county has: adopted, returned and why, to be merged.

import { call } from "./api.js";
import { STRICT, open } from "./db.js";
import { tokenOf } from "./pin.js";
import { senderOf, settled, told } from "./rules.js";

const EVERY_MS = 60_000;

let askedAt = 0;

/** The next run asks, however short ago the last one did. */
export function askAgain() {
  askedAt = 0;
}

/** Whether it is time to ask, and there is anything to ask about. */
export async function due() {
  return Date.now() - askedAt > EVERY_MS && (await senders()).size > 0;
}

/** Oldest receipt still on this phone, by whose token it is asked for. */
async function senders() {
  const found = new Map();
  for (const row of await (await open()).getAll("outbox")) {
    const who = senderOf(row);
    if (!row.receipt || row.group === "gone") continue;
    const since = Date.parse(row.received_at) - 1000;
    if (!(found.get(who) < since)) found.set(who, since);
  }
  return found;
}

/**
 * Asks, if it is time to.
 * @param {{blocked: Set<number>, announce: (event: {code: string} & Record<string, any>) => void,
 *   now: () => {now_ms: number, county_ms: number},
 *   mustStop: (error: unknown, who: number, token: string) => Promise<boolean>}} how
 */
export async function pull({ blocked, announce, now, mustStop }) {
  if (!(await due())) return;
  askedAt = Date.now();
  for (const [who, since] of await senders()) {
    const token = blocked.has(who) ? null : await tokenOf(who);
    if (!token) continue;
    try {
      const path = `items?since=${encodeURIComponent(new Date(since).toISOString())}`;
      const { body } = await call("GET", path, { token });
      (await keep(body.items || [], now())).forEach(announce);
    } catch (error) {
      if (await mustStop(error, who, token)) throw error;
      if (!blocked.has(who)) throw error;
    }
  }
}

/** Writes the states down; what of them is news. */
async function keep(receipts, now) {
  const tx = (await open()).transaction("outbox", "readwrite", STRICT);
  const news = [];
  for (const receipt of receipts) {
    const row = await tx.store.get(receipt.id);
    if (!row || !row.receipt) continue; // only an answer to the item itself gives a receipt
    const after = settled(told(row, receipt, now));
    if (["state", "reason", "todo"].every((key) => after[key] === row[key])) continue;
    tx.store.put(after);
    const code = after.state === "to_merge" ? "sync.version_conflict" : `item.${after.state}`;
    if (after.state !== row.state) news.push({ code, id: row.id, reason: after.reason });
  }
  await tx.done;
  return news;
}
