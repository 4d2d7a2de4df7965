// What an evaluator's pages know: the drill as the county told it, its clock, and what was written
// down here since. A phone keeps real time; drill time is worked out from the clock last heard of.

import { countyNow, simAt } from "./clock.js";
import { realAt } from "./drill_time.js";
import * as model from "./model.js";
import { language } from "./words.js";

/** The reference's part for evaluators, or null. */
export const drill = () => model.reference().drill || null;
/** Drills that this person evaluates, by their books. */
export const books = () => model.reference().books.filter((one) => one.watches);

/** The drill's clock as far as this phone knows it: a reading now and whenever it is asked. */
export async function clock() {
  const ahead = (await countyNow()) - Date.now();
  const stretches = model.reference().clock || [];
  const last = stretches[stretches.length - 1];
  return {
    rate: last ? last.rate : 0,
    now: () => simAt(stretches, Date.now() + ahead),
    /** The phone's own time of a drill time the county told. */
    own: (sim) => new Date(realAt(stretches, Date.parse(sim)) - ahead).toISOString(),
    /** Drill time of a moment that this phone took down. */
    of: (own) => simAt(stretches, Date.parse(own) + ahead),
  };
}

/** This moment by the phone's own clock. To the millisecond: in a fast drill a second is a minute. */
export const instant = () => new Date().toISOString();

/** What is written down about a thing goes by this: `i12` an inject, `o3` an objective. */
export const keyOf = ({ inject, objective }) => (inject ? `i${inject}` : `o${objective}`);

/** A thing to watch by its key, or null. */
export function thing(key) {
  const [kind, id] = [key[0], Number(key.slice(1))];
  const found = (kind === "i" ? drill().injects : drill().objectives).find((one) => one.id === id);
  return found ? { key, kind, ...found } : null;
}

/**
 * What this person wrote down last about each thing, by its key: saved here, or else as the county
 * has it.
 * @returns {Promise<Map<string, {seen: boolean | null, rating: string, note: string,
 *   photos: string[], seen_at: string, row: any}>>} `seen_at` by this phone's clock
 */
export async function written() {
  const { own } = await clock();
  const found = new Map();
  for (const one of drill().observed) {
    found.set(keyOf(one), { ...one, seen_at: own(one.seen_at), row: null });
  }
  for (const row of await model.savedItems("observation")) {
    found.set(keyOf(row.body), { ...row.body, photos: row.photos, row });
  }
  return found;
}

/**
 * Saves what was seen of a thing, with the drill time this phone shows for it.
 * @param {string} key
 * @param {{seen: boolean | null, rating?: string, note?: string, seen_at?: string, photos?: any[],
 *   replaces?: string | null}} said
 */
export async function save(key, {
  seen, rating = "", note = "", seen_at = instant(), photos = [], replaces = null,
}) {
  const shown = (await clock()).of(seen_at);
  return model.save({
    kind: "observation", photos, draft: draftOf(key), replaces,
    body: {
      inject: key[0] === "i" ? Number(key.slice(1)) : null,
      objective: key[0] === "o" ? Number(key.slice(1)) : null,
      seen, rating, note: note.trim(), seen_at,
      shown_at: shown === null ? null : new Date(shown).toISOString(),
    },
  });
}

export const draftOf = (key) => `observation:${key}`;

/** A field in the person's language. */
export function inWords(thing, name) {
  return (language() === "en" && thing[`${name}_en`]) || thing[name] || "";
}
