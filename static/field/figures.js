// Checks of a report's figures before it is saved, by the rules the county sent with the reference.
// The county checks again; here a person is told at the field, without a network. Pure.

/** Mu (亩) in a hectare (公顷). */
export const MU = 15;

/**
 * What a finger picks instead of typing. A preset fills in its lower end, never its upper: the
 * report says what was seen at least. The number stands in the field, where it can be changed, and
 * the range goes into the report's text as an estimate.
 */
export const HOUSES = [[1, 1], [2, 5], [6, 20], [20, null]];
export const PEOPLE = [[1, 10], [10, 50], [50, 200]];

/** `2–5`, `20+`, or `1`. */
export function range([least, most]) {
  if (most === null) return `${least}+`;
  return least === most ? String(least) : `${least}–${most}`;
}

/**
 * The figures with those not mentioned as they were last, and 累计 raised to 实时 where needed.
 * @param {Record<string, number>} figures
 * @param {Record<string, number>} before
 */
export function completed(figures, before) {
  const whole = { ...before, ...figures };
  for (const [key, value] of Object.entries(figures)) {
    const total = key.replace(/_now$/, "_cum");
    if (total !== key && !(total in figures)) {
      whole[total] = Math.max(Number(value), Number(whole[total] || 0));
    }
  }
  return whole;
}

const sum = (figures, keys) => keys.reduce((total, key) => total + Number(figures[key] || 0), 0);
const same = (one, other) => Math.abs(one - other) < 1e-6;

/**
 * Figures that contradict each other, each at the field where it shows.
 * @param {Record<string, number>} figures
 * @param {{within: [string[], string][], sums: [string[], string][]}} rules
 * @returns {{key: string, code: string, parts: string[], whole: string, expected: number,
 *   got: number}[]}
 */
export function contradictions(figures, { within = [], sums = [] }) {
  const found = [];
  for (const [parts, whole] of within) {
    if (!(whole in figures) || !parts.every((part) => part in figures)) continue;
    const [expected, got] = [Number(figures[whole]), sum(figures, parts)];
    if (got > expected + 1e-6) {
      found.push({ key: parts[0], code: "form.within", parts, whole, expected, got });
    }
  }
  for (const [parts, whole] of sums) {
    if (!(whole in figures) || !parts.some((part) => part in figures)) continue;
    const [expected, got] = [sum(figures, parts), Number(figures[whole])];
    if (!same(expected, got)) {
      found.push({ key: whole, code: "form.sum", parts, whole, expected, got });
    }
  }
  for (const when of ["now", "cum"]) {
    const [sites, people] = [`shelter_sites_${when}`, `relocated_central_${when}`];
    if (sites in figures && people in figures && !figures[sites] !== !figures[people]) {
      found.push({
        key: sites, code: "form.shelters", parts: [people], whole: sites,
        expected: Number(figures[people]), got: Number(figures[sites]),
      });
    }
  }
  return found;
}

/**
 * Changes that need a reason (激增激减说明): a figure of the whole disaster that falls, and any
 * that grows more than the county's factor.
 * @param {Record<string, number>} figures those of this report
 * @param {Record<string, number>} before those of the version it extends
 * @param {{key: string, rises: boolean}[]} indicators
 * @param {{growth_note_factor?: number}} rules
 * @returns {{key: string, code: string, before: number, got: number}[]}
 */
export function changes(figures, before, indicators, { growth_note_factor: factor = 0 }) {
  const found = [];
  for (const { key, rises } of indicators) {
    if (!(key in figures) || !(key in before)) continue;
    const [was, got] = [Number(before[key]), Number(figures[key])];
    if (rises && got < was) found.push({ key, code: "form.decrease", before: was, got });
    else if (factor && was > 0 && got > was * factor) {
      found.push({ key, code: "form.growth", before: was, got });
    }
  }
  return found;
}

/**
 * More than can be in that place: people, or farmland in the wrong unit. A question, no refusal.
 * @param {Record<string, number>} figures
 * @param {{population?: number, farmland_mu?: number}} place
 * @param {{plausible_share?: number|string}} rules
 * @returns {{key: string, code: string, most: number, got: number}[]}
 */
export function doubts(figures, place, rules) {
  const found = [];
  const people = Number(figures.affected_population || 0);
  const most = Math.floor(Number(place.population || 0) * Number(rules.plausible_share || 0));
  if (most && people > most) {
    found.push({ key: "affected_population", code: "form.population", most, got: people });
  }
  const mu = Number(figures.crop_affected_ha || 0) * MU;
  if (place.farmland_mu && mu > place.farmland_mu) {
    found.push({ key: "crop_affected_ha", code: "form.unit", most: place.farmland_mu, got: mu });
  }
  return found;
}
