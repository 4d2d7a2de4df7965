// When things of a drill were by the phone's own clock, and what there is to watch at what drill time.

/**
 * A real moment at which the clock showed that drill time.
 * @param {{real: string, sim: string, rate: number}[]} stretches
 * @param {number} sim_ms
 */
export function realAt(stretches, sim_ms) {
  const begun = stretches.filter((one) => Date.parse(one.sim) <= sim_ms);
  const last = begun[begun.length - 1] || stretches[0];
  return Date.parse(last.real) + (last.rate ? (sim_ms - Date.parse(last.sim)) / last.rate : 0);
}

/** When an inject was sent, or is by the clock; and by when what is expected should be done. */
export function times({ sent_at: sent, due_at: due, deadline_minutes: minutes }) {
  const begins = sent || due ? Date.parse(sent || due) : null;
  const ends = begins !== null && minutes !== null ? begins + minutes * 60_000 : null;
  return { begins, ends };
}

/**
 * What there is to watch: under way and not written down yet, by deadline; to come; done with.
 * @param {any[]} injects
 * @param {number | null} now drill time
 * @param {Map<string, any>} found what was written down
 */
export function sorted(injects, now, found) {
  const all = injects.map((one) => ({ key: `i${one.id}`, kind: "i", ...one, ...times(one) }));
  const open = all.filter((one) => !found.has(one.key) && one.state !== "skipped");
  const begun = (one) => one.sent_at || (one.due_at && now !== null && one.begins <= now);
  const last = (ms) => (ms === null ? Infinity : ms);
  return {
    now: open.filter(begun).sort((one, other) => last(one.ends) - last(other.ends)),
    next: open.filter((one) => !begun(one)).sort((one, other) => last(one.begins) - last(other.begins)),
    done: all.filter((one) => found.has(one.key)),
  };
}
