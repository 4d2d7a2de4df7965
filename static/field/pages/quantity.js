// Quantities for people: in units, and in whole packages where goods come so.

import * as keeper from "../keeper.js";
import * as model from "../model.js";
import { inPacks } from "../picking.js";
import { say } from "../words.js";

/** The unit an item is counted in. @param {string} code */
export function unitOf(code) {
  const item = keeper.itemByCode(code);
  return item ? model.unit(item) : "";
}

/** `5 × 10 = 50` where a lot comes in packages, else the units alone. */
export function quantityIn(quantity, lot, code) {
  const unit = unitOf(code);
  const found = inPacks(quantity, lot.pack);
  if (!found) return say("pick.units", { n: quantity, unit });
  const { packs, pack, over } = found;
  return say(over ? "pick.packs_over" : "pick.packs", { packs, pack, over, n: quantity, unit });
}
