import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

const tags = await import("../../../static/field/tags.js");
const picking = await import("../../../static/field/picking.js");

const examples = JSON.parse(readFileSync(new URL("../tags.json", import.meta.url)));
const TODAY = "2026-07-15";

const lot = (id, more = {}) => ({
  id, item: "QUILT", batch: `B${id}`, bin: 10 + id, on_hand: 100, free: 100, good_until: null,
  state: "good", pack: 1, stored_on: "2026-01-01", ...more,
});
const load = (id, more = {}) => ({ id, stop: 1, item: "QUILT", planned: 50, lot: 1, picks: [], ...more });
const pick = (load_, lot_, quantity, more = {}) =>
  ({ load: load_, lot: lot_, quantity, bin: null, reason: "", note: "", ...more });
const work = (picks = [], more = {}) => ({ picks, closed: [], at: null, ...more });

test("tags are those the county writes and reads", () => {
  for (const { kind, id, tag } of examples.written) assert.equal(tags.write({ kind, id }), tag);
  for (const { text, says } of examples.read) assert.deepEqual(tags.read(text), says, text);
});

test("one wrong character or two swapped neighbours never read as another tag", () => {
  const right = tags.write({ kind: "lot", id: 7 * 32 + 9 }).replaceAll("-", "");
  assert.deepEqual(tags.read(right), { kind: "lot", id: 7 * 32 + 9 });
  for (let at = 0; at < right.length; at += 1) {
    for (const other of "0123456789ABCDEFGHJKMNPQRSTVWXYZ") {
      const wrong = right.slice(0, at) + other + right.slice(at + 1);
      if (other !== right[at]) assert.equal(tags.read(wrong), null, wrong);
    }
    const [one, two] = right.slice(at, at + 2);
    const swapped = right.slice(0, at) + two + one + right.slice(at + 2);
    if (two && one !== two) assert.equal(tags.read(swapped), null, swapped);
  }
});

test("the own lot is proposed first, then what expires first, ties by the day stored", () => {
  const lots = [
    lot(1, { on_hand: 30, good_until: "2031-06-01" }),
    lot(2, { good_until: "2027-06-01", stored_on: "2026-02-01" }),
    lot(3, { good_until: "2027-06-01", stored_on: "2026-01-01" }),
    lot(4, { good_until: "2026-07-14" }),
    lot(5, { good_until: "2026-08-01", state: "quarantined" }),
    lot(6),
  ];
  const store = { lots, today: TODAY };
  const first = picking.proposal(load(1), work(), store);
  assert.deepEqual([first.lot.id, first.quantity], [1, 30]);
  const next = picking.proposal(load(1), work([pick(1, 1, 30)]), store);
  assert.deepEqual([next.lot.id, next.quantity], [3, 20]);
  const none = picking.proposal(load(1, { item: "RICE", lot: null }), work(), store);
  assert.equal(none, null);
  assert.deepEqual([...lots].sort(picking.byExpiry).map((one) => one.id), [4, 5, 3, 2, 1, 6]);
});

test("a lot on its last good day may leave, a day later it may not", () => {
  assert.equal(picking.barred(lot(1, { good_until: TODAY }), TODAY), "");
  assert.equal(picking.barred(lot(1, { good_until: "2026-07-14" }), TODAY), "expired");
  assert.equal(picking.barred(lot(1, { state: "condemned" }), TODAY), "state");
});

test("a scanned lot is picked, asked about, confirmed or refused in words", () => {
  const lots = [
    lot(1, { good_until: "2027-06-01" }), lot(2, { good_until: "2029-03-01" }),
    lot(3, { good_until: "2026-01-01" }), lot(4, { item: "RICE" }), lot(5, { item: "TENT" }),
  ];
  const loads = [load(1), load(2, { item: "RICE", lot: 4, planned: 10 })];
  const list = (done, shown = loads[0]) => ({ loads, work: done, lots, today: TODAY, shown });
  const heard = (id, done = work(), shown = loads[0]) => {
    const said = picking.heard(lots[id - 1], list(done, shown));
    return [said.act, said.code, said.load && said.load.id, said.quantity];
  };
  assert.deepEqual(heard(1), ["pick", "pick.picked", 1, 50]);
  assert.deepEqual(heard(2), ["ask", "pick.fefo", 1, 50]);
  assert.equal(picking.heard(lots[1], list(work())).instead.id, 1);
  assert.deepEqual(heard(3), ["told", "pick.expired", undefined, undefined]);
  assert.deepEqual(heard(4), ["pick", "pick.picked", 2, 10]); // another line: people walk their own way
  assert.deepEqual(heard(5), ["told", "pick.not_on_slip", undefined, undefined]);
  const done = work([pick(1, 1, 50)]);
  assert.deepEqual(heard(1, done), ["confirm", "pick.confirmed", 1, undefined]);
  assert.deepEqual(heard(1, done, loads[1]), ["told", "pick.line_done", undefined, undefined]);
  assert.deepEqual(heard(1, work([pick(1, 1, 30)])), ["told", "pick.already", undefined, undefined]);
});

test("the same lot for two stops is picked twice, and confirmed in between", () => {
  const lots = [lot(1)];
  const loads = [load(1), load(2, { stop: 2, planned: 20 })];
  const list = (done, shown) => ({ loads, work: done, lots, today: TODAY, shown });
  const once = picking.withPick(work(), pick(1, 1, 50));
  assert.equal(picking.heard(lots[0], list(once, loads[0])).act, "confirm");
  assert.deepEqual(picking.heard(lots[0], list(once, loads[1])).load.id, 2);
});

test("a short pick leaves its line open for another lot, or given up", () => {
  const one = load(1);
  const short = picking.withPick(work(), pick(1, 1, 30));
  assert.equal(picking.isDone(one, short), false);
  assert.equal(picking.isDone(one, picking.withPick(short, pick(1, 2, 20))), true);
  assert.equal(picking.isDone(one, { ...short, closed: [1] }), true);
  assert.deepEqual(picking.withPick(short, pick(1, 1, 0)).picks, []);
  assert.equal(picking.stage({ loads: [one] }, short), "pick");
  assert.equal(picking.stage({ loads: [one] }, { ...short, closed: [1] }), "load");
});

test("what the second person counted is what leaves", () => {
  const loads = [load(1), load(2, { stop: 2, planned: 20 })];
  const lots = [lot(1), lot(2), lot(9, { item: "TENT" })];
  const picks = [pick(1, 1, 50), pick(2, 1, 20)];
  const left = (counted) => picking.loaded({ picks, counted, loads, lots, note: "torn" })
    .map((one) => [one.load, one.lot, one.quantity]);
  assert.deepEqual(picking.mismatches(picks, { 1: 70 }), []);
  assert.deepEqual(left({ 1: 70 }), [[1, 1, 50], [2, 1, 20]]);
  assert.deepEqual(left({ 1: 45 }), [[1, 1, 45]]);
  assert.deepEqual(left({ 1: 72 }), [[1, 1, 50], [2, 1, 22]]);
  assert.deepEqual(left({ 1: 70, 2: 5 }), [[1, 1, 50], [2, 1, 20], [1, 2, 5]]);
  assert.deepEqual(left({ 1: 70, 9: 5 }), [[1, 1, 50], [2, 1, 20]]);
  assert.equal(picking.loaded({ picks, counted: { 1: 45 }, loads, lots, note: "torn" })[0].note, "torn");
});

test("packages are told where there are whole ones, numbers of slips go up and are not told twice", () => {
  assert.deepEqual(picking.inPacks(53, 10), { packs: 5, pack: 10, over: 3 });
  assert.equal(picking.inPacks(53, 1), null);
  assert.equal(picking.inPacks(9, 10), null);
  assert.equal(picking.nextSlip(["CK-0001", "CK-0002"], ["CK-0001"]), "CK-0002");
  assert.equal(picking.nextSlip(["CK-0001"], ["CK-0001"]), null);
});

test("a scanner is heard among typing by hand and between two pages, and a hand is left alone", async (on) => {
  let soon = null;
  on.mock.method(globalThis, "setTimeout", (later) => {
    soon = later;
  });
  const listeners = new Set();
  globalThis.HTMLInputElement = class {};
  globalThis.HTMLTextAreaElement = class {};
  globalThis.document = {
    activeElement: null,
    addEventListener: (_name, heard) => listeners.add(heard),
    removeEventListener: (_name, heard) => listeners.delete(heard),
  };
  const wedge = await import("../../../static/field/wedge.js");
  let now = 0;
  const press = (key, gap, more = {}) => {
    now += gap;
    const event = {
      key, code: "", timeStamp: now, stopped: false,
      preventDefault: () => undefined, stopImmediatePropagation() { this.stopped = true; }, ...more,
    };
    for (const heard of [...listeners]) heard(event);
    return event;
  };
  const type = (text, gap) => [...text].map((key) => press(key, gap));
  const texts = [];
  const deaf = wedge.listen((text) => texts.push(text));
  type("abc", 200);
  press("K", 300);
  type("000-0077-X", 8);
  press("Shift", 1);
  assert.equal(press("Enter", 8).stopped, true);
  type("246810", 130);
  assert.equal(press("Enter", 130).stopped, false);
  type("123", 5); // too short for a code
  press("Enter", 5);
  for (const code of ["Digit1", "KeyT", "Minus", "Digit9"]) press("Process", 6, { code, shiftKey: true });
  press("Enter", 6);
  assert.deepEqual(texts, ["K000-0077-X", "1T-9"]);
  const above = [];
  const quiet = wedge.listen((text) => above.push(text));
  type("6901234567892", 10);
  press("Enter", 10);
  quiet();
  assert.deepEqual([texts.length, above], [2, ["6901234567892"]]);

  // One page has closed, the next is not open yet, in the middle of a text.
  type("CK-00", 10);
  deaf();
  type("01", 10);
  press("Enter", 10);
  type("B-07", 10);
  press("Enter", 10);
  const next = [];
  const closed = wedge.listen((text) => next.push(text));
  assert.deepEqual(next, []);
  await Promise.resolve();
  assert.deepEqual([next, texts.length], [["CK-0001", "B-07"], 2]);

  // Long after the last page that listened, nothing is kept and keys are nobody's business.
  closed();
  closed();
  wedge.tell("B-08");
  soon();
  assert.equal(listeners.size, 0);
  wedge.listen((text) => next.push(text));
  await Promise.resolve();
  assert.equal(next.length, 2);
});
