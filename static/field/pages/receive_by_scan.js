// Receiving by scan (扫码签收): the slip opens its goods, each lot is found on it, the slip again signs.

import * as keeper from "../keeper.js";
import * as model from "../model.js";
import { openPack } from "../packs.js";
import { say } from "../words.js";
import { lead, wrongWorld } from "./lead.js";
import { scanBar } from "./scan_bar.js";

/** The bar over all that is on the way: a slip leads to its goods. */
export async function findByScan() {
  await openPack("store");
  const bar = scanBar({ onText: (text) => lead(text, bar), hint: say("goods.scan_hint") });
  return bar;
}

/**
 * The bar over the goods of one stop.
 * @param {{stop: any, save: () => Promise<void>, mark: (line: number) => void}} how `mark` shows that
 *   a line was found
 */
export async function receiveByScan({ stop, save, mark }) {
  await openPack("store");
  const take = async (text) => {
    const found = await keeper.resolve(text);
    if (found.kind === "wrong_world") bar.told("danger", wrongWorld());
    else if (isThisSlip(found)) await save();
    else if (found.kind === "tag" && ["trip", "stop"].includes(found.tag.kind)) await lead(text, bar);
    else {
      const line = lineOf(found, text);
      if (line) {
        mark(line.line);
        bar.told("good", say("goods.counted", {
          name: model.name(line), n: line.loaded, unit: model.unit(line),
        }));
      } else bar.told("danger", say("goods.not_on_it"));
    }
  };
  const isThisSlip = ({ kind, tag }) => kind === "tag"
    && ((tag.kind === "stop" && tag.id === stop.id) || (tag.kind === "trip" && tag.id === stop.trip));
  /** Townships know the lots on their slips and no others. */
  const lineOf = (found, text) => {
    const lot = keeper.tagIn(text);
    return stop.lines.find((one) => lot && lot.kind === "lot" && one.lot === lot.id)
      || stop.lines.find((one) => found.kind === "code" && one.item === found.item.code);
  };
  const bar = scanBar({ onText: take, hint: say("goods.scan_lines") });
  return bar;
}
