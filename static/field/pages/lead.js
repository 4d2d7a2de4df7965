// Where a scan leads when no form waits for it: to the trip, the goods, the bin or the count it names.

import * as keeper from "../keeper.js";
import { stage } from "../picking.js";
import { say } from "../words.js";
import { unknown } from "./found.js";

/**
 * Goes to what a text names, or says why not.
 * @param {string} text
 * @param {{told: (kind: string, text: string) => void}} bar
 */
export async function lead(text, bar) {
  const found = await keeper.resolve(text);
  if (found.kind === "wrong_world") bar.told("danger", wrongWorld());
  else if (found.kind === "code") location.hash = `#/find/item/${found.item.code}`;
  else if (found.kind === "tag") location.hash = await addressOf(found);
  else {
    bar.told("warn", say("scan.unknown_code", { code: found.text }));
    const bound = keeper.isKeeper() && (await unknown(found.text));
    if (bound) location.hash = `#/find/item/${bound.item.code}`;
  }
}

/** The sentence for a paper of the other world. */
export function wrongWorld() {
  return say(keeper.inDrill() ? "scan.real_in_drill" : "scan.wrong_world");
}

async function addressOf({ tag, row }) {
  if (tag.kind === "trip" && row.loads) {
    const [issued] = (await keeper.trips()).filter((one) => one.id === tag.id && one.issued);
    return issued ? `#/slip/${tag.id}` : `#/${stage(row, await keeper.work(row))}/${tag.id}`;
  }
  // A township's goods: the slip names the trip, what is received is its stop here.
  if (tag.kind === "trip" || tag.kind === "stop") return `#/goods/${row.id}`;
  if (tag.kind === "count") return `#/count/${tag.id}`;
  return `#/find/${tag.kind}/${tag.id}`;
}
