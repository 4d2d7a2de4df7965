import assert from "node:assert/strict";
import test from "node:test";

import { answered, groupOf, isHeld, isPassing, isResting, isUrgent, next, order, settled, told, wait } from "../../../static/field/rules.js";

const NOW = 1_800_000_000_000;
let sequence = 0;

function row(id, more = {}) {
  sequence += 1;
  const body = { kind: "initial", chain: id, base: null, figures: {}, ...more.body };
  return {
    id, kind: "report", author: 7, device_seq: sequence, state: "saved", todo: "text", receipt: null,
    missing: [], photo_errors: {}, complete: false, tries: 1, next_ms: 0, hold_until_ms: 0,
    urgent: false, error: null, reason: "", ...more, body,
  };
}

const ids = (rows) => rows.map((one) => one.id);
const ordered = (rows, when = {}) => ids(order(rows, { now_ms: NOW, ...when }));

test("the oldest goes first by the phone's number, whatever its clock said", () => {
  const rows = [row("a", { made_at: "2026-11-22" }), row("b", { made_at: "2020-01-01" })];
  assert.deepEqual(ordered(rows.reverse()), ["a", "b"]);
});

test("lives in danger go first", () => {
  assert.deepEqual(ordered([row("a"), row("b", { urgent: true }), row("c")]), ["b", "a", "c"]);
});

test("lives in danger lift the version they rest on, and wait for its receipt", () => {
  const base = row("base");
  const deaths = row("deaths", { urgent: true, body: { chain: "base", base: "base" } });
  assert.deepEqual(ordered([row("other"), base, deaths].map((one, n) => ({ ...one, device_seq: n }))), ["base", "other"]);
  assert.deepEqual(ordered([{ ...base, receipt: "ZQ-1", todo: "photos" }, deaths]), ["deaths"]);
});

test("versions of one chain go one after the other's receipt", () => {
  const first = row("v1");
  const second = row("v2", { body: { chain: "v1", base: "v1" } });
  const third = row("v3", { body: { chain: "v1", base: "v2" } });
  assert.deepEqual(ordered([third, second, first]), ["v1"]);
  assert.deepEqual(ordered([third, second]), ["v2"]);
});

test("a version rests while the one below is refused, but lives in danger do not", () => {
  const first = row("v1", { state: "refused", todo: undefined });
  const plain = row("v2", { body: { chain: "v1", base: "v1" } });
  assert.deepEqual(ordered([first, plain]), []);
  assert.deepEqual(ordered([first, { ...plain, urgent: true }]), ["v2"]);
});

test("what is held, rests or has nobody to send it stays; a bad one hinders no other", () => {
  const rows = [
    row("held", { hold_until_ms: NOW + 9_000 }),
    row("rests", { next_ms: NOW + 60_000 }),
    row("hers", { author: 8 }),
    row("refused", { state: "refused", todo: undefined }),
    row("free"),
  ];
  assert.deepEqual(ordered(rows, { blocked: new Set([8]) }), ["free"]);
});

test("a clock set back by three days holds nothing back", () => {
  const days = 72 * 3600_000;
  assert.equal(isHeld({ hold_until_ms: NOW + days }, NOW), false);
  assert.equal(isResting({ next_ms: NOW + days }, NOW), false);
});

test("one request holds lives in danger alone, and then one person's items alone", () => {
  const texts = order([row("a"), row("b", { urgent: true }), row("c", { author: 8 }), row("d")], { now_ms: NOW });
  assert.deepEqual(ids(next({ texts, photos: [], width: 50 }).texts), ["b"]);
  assert.deepEqual(ids(next({ texts: texts.slice(1), photos: [], width: 50 }).texts), ["a", "d"]);
  assert.deepEqual(ids(next({ texts: texts.slice(1), photos: [], width: 1 }).texts), ["a"]);
});

test("photos go after all texts, and whether items are whole is asked after photos", () => {
  const photos = [row("p", { receipt: "ZQ-1", missing: ["x", "y"], photo_errors: { x: {} }, todo: "photos" })];
  const whole = { ...row("w", { receipt: "ZQ-2" }), rank: 2 };
  assert.equal(next({ texts: [{ ...row("t"), rank: 1 }, whole], photos, width: 50 }).texts[0].id, "t");
  assert.equal(next({ texts: [whole], photos, width: 50 }).sha256, "y");
  assert.deepEqual(ids(next({ texts: [whole], photos: [], width: 50 }).texts), ["w"]);
  const many = Array.from({ length: 20 }, () => whole);
  assert.equal(next({ texts: many, photos, width: 50 }).texts.length, 20);
  assert.equal(next({ texts: [], photos: [], width: 50 }), null);
});

test("waiting doubles from five seconds to five minutes", () => {
  assert.deepEqual([1, 2, 3, 6, 7, 8, 99].map((n) => wait(n, 1)), [5, 10, 20, 160, 300, 300, 300].map((s) => s * 1000));
  assert.equal(wait(1, 0), 2_500);
});

const RECEIPT = { id: "a", receipt: "ZQ-1122-0031", received_at: "2026-11-22T03:41:00Z", state: "received", complete: true, missing_photos: [] };

test("only a receipt number makes it received", () => {
  const sent = settled(answered(row("a"), { status: 201, receipt: RECEIPT }, { now_ms: NOW }));
  assert.deepEqual([sent.state, sent.group, sent.receipt, sent.complete, "todo" in sent], ["sent", "received", "ZQ-1122-0031", true, false]);
  for (const receipt of [undefined, { ...RECEIPT, receipt: "" }, { ...RECEIPT, id: "b" }]) {
    const kept = answered(row("a"), { status: 200, receipt }, { now_ms: NOW, random: 1 });
    assert.deepEqual([kept.state, kept.todo, kept.receipt, kept.error.code, kept.next_ms], ["saved", "text", null, "answer.damaged", NOW + 5_000]);
  }
});

test("with photos missing it is received in part, and nothing is whole before the county says so", () => {
  const part = answered(row("a"), { status: 201, receipt: { ...RECEIPT, complete: false, missing_photos: ["x"] } }, { now_ms: NOW });
  assert.deepEqual([part.state, part.todo, part.complete, part.missing], ["partial", "photos", false, ["x"]]);
  const asked = told(part, { ...RECEIPT, complete: false, missing_photos: [] }, { now_ms: NOW, random: 1 });
  assert.deepEqual([asked.state, asked.todo, asked.complete, asked.next_ms], ["partial", "text", false, NOW + 5_000]);
});

test("what is passing is tried again, what is wrong is shown, and all is kept", () => {
  for (const status of [400, 401, 403, 408, 426, 429, 500, 503]) {
    const kept = answered(row("a"), { status, problem: { code: "c", detail: "s" } }, { now_ms: NOW, random: 1 });
    assert.deepEqual([kept.state, kept.todo, kept.error.sentence, kept.next_ms], ["saved", "text", "s", NOW + 5_000], String(status));
  }
  for (const status of [404, 409, 413, 422]) {
    const shown = settled(answered(row("a"), { status, problem: { code: "c", detail: "s", problems: [1] } }, { now_ms: NOW }));
    assert.deepEqual([shown.state, shown.group, "todo" in shown, shown.error.problems], ["refused", "returned", false, [1]], String(status));
  }
  assert.equal(isPassing(422), false);
});

test("an item with a receipt is never called refused", () => {
  const kept = answered(row("a", { receipt: "ZQ-1", state: "partial" }), { status: 422, problem: {} }, { now_ms: NOW });
  assert.deepEqual([kept.state, kept.todo, kept.receipt], ["partial", "text", "ZQ-1"]);
});

test("the county's word on it shows where the list says", () => {
  const groups = ["saved", "partial", "sent", "adopted", "verified", "done", "merged", "to_merge", "returned", "refused", "removed", "corrected"].map(groupOf);
  assert.deepEqual(groups, ["waiting", "waiting", "received", "received", "received", "received", "received", "to_merge", "returned", "returned", "gone", "gone"]);
});

test("dead, missing and trapped are urgent; unknown and nought are not", () => {
  const urgent = (figures, scene = {}) => isUrgent({ kind: "report", body: { figures, scene } });
  assert.equal(urgent({ deaths: 1 }) && urgent({ missing: 2 }), true);
  assert.equal(urgent({}, { trapped: 1 }) && urgent({}, { what: ["trapped"] }), true);
  assert.equal(urgent({ deaths: 0 }) || urgent({}) || isUrgent({ kind: "task", body: { figures: { deaths: 1 } } }), false);
});
