// Picking (拣货) and checking a load (复核), decided without page, database or network: which lot comes
// next, what a scan means, what is still missing.

/** Days are compared as text; a lot nobody dated comes last. */
const LAST = "9999-12-31";

/** First expired, first out (先进先出、近效期先出): by the last good day, then by the day stored. */
export function byExpiry(one, other) {
  const days = (one.good_until || LAST).localeCompare(other.good_until || LAST);
  return days || one.stored_on.localeCompare(other.stored_on) || one.id - other.id;
}

/** Why a lot may not leave: `state` (封存、报废), `expired`, or nothing. @param {string} today */
export function barred(lot, today) {
  if (lot.state !== "good") return "state";
  return lot.good_until && lot.good_until < today ? "expired" : "";
}

/** Units of a load that were picked so far. */
export function pickedOf(load, picks) {
  return picks.reduce((sum, one) => sum + (one.load === load.id ? one.quantity : 0), 0);
}

/** Whether nothing is left to pick for a load: all of it is there, or the rest was given up. */
export function isDone(load, { picks, closed }) {
  return closed.includes(load.id) || pickedOf(load, picks) >= load.planned;
}

/**
 * The lot to take next for a load and how many units: its own lot first, as that is held for it;
 * for what its own lot does not give, the lot that expires first. Null where the depot has none.
 * @param {any} load @param {any} work picks and closed loads
 * @param {{lots: any[], today: string}} store lots of the trip's depot
 */
export function proposal(load, { picks }, { lots, today }) {
  const rest = load.planned - pickedOf(load, picks);
  const used = new Set(picks.filter((one) => one.load === load.id).map((one) => one.lot));
  const taken = (lot) => picks.reduce((sum, one) => sum + (one.lot === lot.id ? one.quantity : 0), 0);
  const free = (lot) => (lot.id === load.lot ? lot.on_hand - taken(lot) : lot.free - taken(lot));
  const fit = lots
    .filter((one) => one.item === load.item && !used.has(one.id) && !barred(one, today))
    .sort(byExpiry);
  const own = fit.find((one) => one.id === load.lot);
  const lot = own && free(own) > 0 ? own : fit.find((one) => one.id !== load.lot && free(one) > 0);
  return lot ? { lot, quantity: Math.min(rest, free(lot)) } : null;
}

/** The load whose turn it is: the one asked for if it is open, else the first open one; or null. */
export function turn(loads, work) {
  const open = loads.filter((one) => !isDone(one, work));
  return open.find((one) => one.id === work.at) || open[0] || null;
}

/** The work with so many units of a lot picked for a load; none takes the pick back. */
export function withPick(work, pick) {
  const same = (one) => one.load === pick.load && one.lot === pick.lot;
  const picks = work.picks.filter((one) => !same(one));
  if (pick.quantity > 0) picks.push(pick);
  return { ...work, picks, closed: work.closed.filter((one) => one !== pick.load) };
}

/**
 * What a scanned lot means on the way through a pick list. `pick` is to be recorded; `ask` needs a
 * reason first; `confirm` is the lot just picked, seen once more; all else is only told.
 * @param {any} lot
 * @param {{loads: any[], work: any, lots: any[], today: string, shown: any}} list `shown`: the load
 *   on the screen, which may have been picked by the scan before
 * @returns {{act: "pick" | "ask" | "confirm" | "told", code: string, load?: any, lot?: any,
 *   instead?: any, quantity?: number}}
 */
export function heard(lot, { loads, work, lots, today, shown }) {
  const last = work.picks[work.picks.length - 1];
  const seenTwice = shown && isDone(shown, work) && last && last.load === shown.id;
  if (seenTwice && last.lot === lot.id) return { act: "confirm", code: "pick.confirmed", load: shown };
  const mine = loads.filter((one) => one.item === lot.item);
  if (!mine.length) return { act: "told", code: "pick.not_on_slip", lot };
  const bar = barred(lot, today);
  if (bar) return { act: "told", code: `pick.${bar}`, lot };
  const open = mine.filter((one) => !isDone(one, work));
  if (!open.length) return { act: "told", code: "pick.line_done", lot };
  const load = open.find((one) => one.lot === lot.id)
    || open.find((one) => shown && one.id === shown.id) || open[0];
  if (work.picks.some((one) => one.load === load.id && one.lot === lot.id)) {
    return { act: "told", code: "pick.already", lot };
  }
  const next = proposal(load, work, { lots, today });
  const rest = load.planned - pickedOf(load, work.picks);
  const proposed = Boolean(next) && next.lot.id === lot.id;
  if (load.lot === lot.id || proposed) {
    const quantity = proposed ? next.quantity : rest;
    return { act: "pick", code: "pick.picked", load, lot, quantity };
  }
  const quantity = Math.min(rest, Math.max(lot.free, 0)) || rest;
  return { act: "ask", code: "pick.fefo", load, lot, instead: next && next.lot, quantity };
}

/** What was picked, by lot: what the second person must find on the vehicle. */
export function expected(picks) {
  const found = new Map();
  for (const { lot, quantity } of picks) found.set(lot, (found.get(lot) || 0) + quantity);
  return found;
}

/** Lots of which another number was counted than was picked. @param {Record<string, number>} counted */
export function mismatches(picks, counted) {
  const wanted = expected(picks);
  const lots = new Set([...wanted.keys(), ...Object.keys(counted).map(Number)]);
  return [...lots]
    .map((lot) => ({ lot, picked: wanted.get(lot) || 0, counted: counted[lot] || 0 }))
    .filter((one) => one.picked !== one.counted);
}

/** A quantity in whole packages and single units: `5 × 10`, and 3 over. */
export function inPacks(quantity, pack) {
  if (pack < 2 || quantity < pack) return null;
  return { packs: Math.floor(quantity / pack), pack, over: quantity % pack };
}

/** A trip as far as this phone knows: to be picked, to be checked and loaded. */
export function stage(trip, work) {
  return trip.loads.every((load) => isDone(load, work)) ? "load" : "pick";
}

/** The next number of the phone's block, or null where it is used up. */
export function nextSlip(slips, used) {
  return slips.find((one) => !used.includes(one)) || null;
}

/**
 * What left, after the second person's count: their number is what stands on the vehicle. More than
 * was picked goes to a load of that lot or item; a count of something nobody ordered belongs to none.
 * @param {{picks: any[], counted: Record<string, number>, loads: any[], lots: any[], note: string}} what
 */
export function loaded({ picks, counted, loads, lots, note }) {
  let left = picks.map((one) => ({ ...one }));
  for (const { lot, picked, counted: found } of mismatches(picks, counted)) {
    const mine = left.filter((one) => one.lot === lot).reverse();
    if (found > picked) {
      const item = (lots.find((one) => one.id === lot) || {}).item;
      const load = loads.find((one) => one.item === item);
      if (mine[0]) mine[0].quantity += found - picked;
      else if (load) {
        left.push({ load: load.id, lot, quantity: found, bin: null, reason: "other", note: "" });
      }
    }
    for (let less = picked - found, n = 0; less > 0 && n < mine.length; n += 1) {
      const by = Math.min(less, mine[n].quantity);
      mine[n].quantity -= by;
      less -= by;
    }
    for (const one of left) if (one.lot === lot) one.note = note;
  }
  return left.filter((one) => one.quantity > 0);
}
