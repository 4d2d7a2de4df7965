import assert from "node:assert/strict";
import test from "node:test";

const { simAt } = await import("../../../static/field/clock.js");
const { realAt, sorted, times } = await import("../../../static/field/drill_time.js");

// Ten times as fast from noon, standing from 12:06 to 12:10, then ahead by half an hour at ×1.
const CLOCK = [
  { real: "2026-07-15T04:00:00.000Z", sim: "2026-07-19T18:30:00.000Z", rate: 10 },
  { real: "2026-07-15T04:06:00.000Z", sim: "2026-07-19T19:30:00.000Z", rate: 0 },
  { real: "2026-07-15T04:10:00.000Z", sim: "2026-07-19T20:00:00.000Z", rate: 1 },
];
const at = (text) => Date.parse(`2026-07-${text}:00.000Z`);

test("drill time goes on by the last stretch that has begun", () => {
  for (const [real, sim] of [
    ["15T03:50", "19T18:30"], ["15T04:00", "19T18:30"], ["15T04:03", "19T19:00"],
    ["15T04:08", "19T19:30"], ["15T04:10", "19T20:00"], ["15T05:10", "19T21:00"],
  ]) assert.equal(simAt(CLOCK, at(real)), at(sim), real);
  assert.equal(simAt([], at("15T04:00")), null);
});

test("a drill time leads back to a moment at which the clock showed it", () => {
  for (const sim of ["19T18:30", "19T19:00", "19T19:30", "19T20:00", "19T20:59"]) {
    assert.equal(simAt(CLOCK, realAt(CLOCK, at(sim))), at(sim), sim);
  }
  assert.equal(realAt(CLOCK, at("19T19:00")), at("15T04:03"));
});

test("what is under way comes by its deadline, the rest by its time, and what is written down last", () => {
  const inject = (id, due_at, more = {}) => ({
    id, state: "waiting", due_at, sent_at: null, deadline_minutes: null, ...more,
  });
  const injects = [
    inject(1, "2026-07-19T18:30:00Z", { sent_at: "2026-07-19T18:31:00Z", deadline_minutes: 60 }),
    inject(2, "2026-07-19T18:40:00Z", { deadline_minutes: 20 }),
    inject(3, null),
    inject(4, "2026-07-19T21:00:00Z"),
    inject(5, "2026-07-19T18:30:00Z", { state: "skipped" }),
    inject(6, "2026-07-19T18:30:00Z", { state: "sent" }),
  ];
  const keys = (found) => found.map((one) => one.key);
  const { now, next, done } = sorted(injects, at("19T19:00"), new Map([["i6", {}]]));
  assert.deepEqual([keys(now), keys(next), keys(done)], [["i2", "i1"], ["i4", "i3"], ["i6"]]);
  assert.deepEqual(times(injects[0]), { begins: at("19T18:31"), ends: at("19T19:31") });
  assert.deepEqual(times(injects[2]), { begins: null, ends: null });
  // While no clock is known nothing is taken for begun that the county did not say was sent.
  assert.deepEqual(keys(sorted(injects, null, new Map()).now), ["i1"]);
});
