// Series of reports (初报、续报、零报告、核报): as the county knows them, with what this phone has added
// since, and the saving of their next versions.

import { stamp } from "./clock.js";
import { setFact } from "./db.js";
import { completed } from "./figures.js";
import * as model from "./model.js";

const incidentId = () => (model.incident() ? model.incident().id : null);

/** Reports saved here and not given up or returned, the oldest first. */
async function ownReports() {
  return (await model.savedItems("report")).filter((row) => row.group !== "returned");
}

/**
 * The series of an incident as the county knows them, each with what this phone has added since.
 * @param {number | null} [id] of the incident; all of them without
 */
export async function chains(id) {
  const known = (model.reference().chains || []).map((one) => ({ ...one, mine: false }));
  const own = await ownReports();
  for (const row of own) {
    const { body } = row;
    const extended = known.find((one) => one.chain === body.chain);
    const begins = body.base === null || body.base === undefined;
    if (extended && (extended.head === row.id || extended.head !== body.base)) continue;
    if (!extended && !begins) continue;
    const next = {
      chain: body.chain, head: row.id, incident: body.incident, area: body.area,
      village: body.village, kind: body.kind, state: row.state, as_of: model.inBook(body.as_of), mine: true,
      figures: completed(body.figures, extended ? extended.figures : {}),
    };
    if (extended) Object.assign(extended, next);
    else known.push(next);
  }
  return known
    .filter((one) => id === undefined || one.incident === id)
    .sort((one, other) => Date.parse(other.as_of) - Date.parse(one.as_of));
}

/** The newest series of a place, or null. */
export async function chainOf({ incident: id, key }) {
  return (await chains(id)).find((one) => (one.village || one.area) === key) || null;
}

export async function chainById(id) {
  return (await chains()).find((one) => one.chain === id) || null;
}

/**
 * Saves a report. With a series it extends its newest version, without one it begins a new one.
 * @param {{place: any, chain: any, figures: Record<string, number>, kind?: string,
 *   reason?: {code: string, text: string},
 *   narrative?: string, scene?: any, photos?: any[], fix?: any, incident?: number | null,
 *   draft?: string | null, replaces?: string | null}} said
 */
export async function saveReport({
  place: where, chain, figures, kind, reason = { code: "", text: "" }, narrative = "", scene = {}, photos = [],
  fix = null, incident: id = incidentId(), draft: key = null,
  replaces = null,
}) {
  await setFact("last_place", where.key);
  return model.save({
    kind: "report",
    photos,
    draft: key,
    replaces,
    body: {
      incident: chain ? chain.incident : id,
      area: where.area,
      village: where.village,
      kind: kind || (chain ? "follow_up" : "initial"),
      chain: chain ? chain.chain : null,
      base: chain ? chain.head : null,
      as_of: stamp(),
      figures,
      change_reason: reason.code,
      change_note: reason.text,
      narrative,
      point: fix ? fix.point : null,
      accuracy_m: fix ? fix.accuracy_m : null,
      scene,
    },
  });
}

/** Figures that a first report must hold, all 0: nothing happened here. */
export function nothing() {
  return Object.fromEntries(
    model.reference().indicators.filter((one) => one.needed).map((one) => [one.key, 0]));
}

/**
 * A zero report (零报告): every series of the person's own places stays as it is. Where there is
 * none, an initial report says that nothing happened.
 * @returns {Promise<{where: any, chain: any}[]>} what would be saved, one per series
 */
export async function zeroes() {
  const found = [];
  const all = await chains(incidentId());
  for (const where of model.places()) {
    const chain = all.find((one) => (one.village || one.area) === where.key);
    if (chain && chain.kind !== "verified") found.push({ where, chain });
    // The township's own series stands for its villages.
    if (chain && where.village === null) return [{ where, chain }];
  }
  if (!found.length && model.places().length) found.push({ where: model.places()[0], chain: null });
  return found;
}
