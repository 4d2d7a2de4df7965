import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import { readFileSync } from "node:fs";
import test from "node:test";

globalThis.crypto ??= webcrypto; // node 18
const { checkCharacter, fromParts, qrParts, smsLine } = await import("../../../static/field/codec.js");
const { measured, offsetOf, stamp } = await import("../../../static/field/clock.js");
const { shortCode, uuid7 } = await import("../../../static/field/db.js");
const { fitted, jpegSize } = await import("../../../static/field/photos.js");
const { better, village } = await import("../../../static/field/place.js");
const { browser, judged } = await import("../../../static/field/store.js");
const { say, use } = await import("../../../static/field/words.js");

const examples = JSON.parse(readFileSync(new URL("../sms.json", import.meta.url)));
const idOf = new Map(examples.codes.map(({ id, code }) => [code, id]));

function reportOf({ place, kinds, households, people, dead, missing, moved, point, code }) {
  const said = { dwelling_hh_collapsed: households, affected_population: people, deaths: dead, missing, relocated_now: moved };
  const figures = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== null));
  const what = [...kinds].reverse(); // as tapped; the line has an order of its own
  return { id: idOf.get(code), body: { area: "222426100000", village: place, point, figures, scene: { what } } };
}

test("codes of ids are those the county knows", () => {
  for (const { id, code } of examples.codes) assert.equal(shortCode(id), code);
});

test("text messages are those the county reads", () => {
  for (const { line, says } of examples.messages) {
    assert.equal(smsLine(reportOf(says), { drill: says.drill }), line);
    assert.ok(line.length <= 70);
  }
});

test("a message that grows too long rounds the position, then leaves it out", () => {
  const item = reportOf({ ...examples.messages[0].says, kinds: ["houses"] });
  const { body } = item;
  const place = (figures) => smsLine({ ...item, body: { ...body, figures } }).split("*")[8];
  const large = { dwelling_hh_collapsed: 1234567, affected_population: 1234567, deaths: 1234, missing: 1234, relocated_now: 9000 };
  assert.equal(place({}), "43.1234,128.9012");
  assert.equal(place({ affected_population: 34000, missing: 11, relocated_now: 9000, deaths: 12, dwelling_hh_collapsed: 12345 }), "43.123,128.901");
  assert.equal(place(large), "");
  assert.equal(smsLine({ ...item, body: { ...body, village: null, figures: {} } }).split("*")[1], "222426100000");
});

test("any wrong digit and any two swapped change the check character", () => {
  const text = "ZQ1*222426102201*HTR*12*340*0*1*25*42.1234,128.4568*HMASW9NF6Y*";
  const right = checkCharacter(text);
  for (let at = 0; at < text.length; at += 1) {
    for (const other of "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") {
      if (other === text[at] || !/[0-9A-Z]/.test(text[at])) continue;
      assert.notEqual(checkCharacter(text.slice(0, at) + other + text.slice(at + 1)), right);
    }
    const [one, two] = text.slice(at, at + 2);
    if (/[0-9A-Z]{2}/.test(one + two) && one !== two) {
      assert.notEqual(checkCharacter(text.slice(0, at) + two + one + text.slice(at + 2)), right);
    }
  }
  assert.throws(() => checkCharacter("村"), /expected digits/);
});

test("ids are of version 7, in the order of time, and their codes differ", () => {
  const made = Array.from({ length: 500 }, (_, n) => uuid7(1_764_000_000_000 + n));
  for (const id of made) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.deepEqual([...made].sort(), made);
  assert.equal(new Set(made.map(shortCode)).size, 500);
  assert.equal(uuid7(0x0193_41a0_3c2b, new Uint8Array(10).fill(255)), "019341a0-3c2b-7fff-bfff-ffffffffffff");
});

test("QR codes carry an item of any length, in any order, one missing is noticed", () => {
  const item = { id: examples.codes[0].id, book: 1, kind: "report", author: 7, device_seq: 1, schema: 1, made_at: "x", mono_ms: 1, offset_seconds: 0, photos: [], body: { narrative: "水" } };
  assert.deepEqual(qrParts(item), [JSON.stringify(item)]);
  const long = { ...item, body: { narrative: "水已退,道路中断。".repeat(110), half: "a𠮷".repeat(80) } };
  const parts = qrParts(long);
  assert.equal(parts.length, 4);
  for (const part of parts) assert.ok(new TextEncoder().encode(part).length <= 1024);
  assert.deepEqual(fromParts([...parts, parts[0]].reverse()), long);
  assert.equal(fromParts(parts.slice(1)), null);
  assert.throws(() => fromParts(["https://example.org"]), /expected the QR codes/);
});

test("a moment carries the phone's own offset", () => {
  assert.match(stamp(new Date(1_764_000_000_000)), /^2025-11-2\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/);
  assert.equal(Date.parse(stamp(new Date(1_764_000_000_000))), 1_764_000_000_000);
});

test("the offset is measured in the middle of the exchange", () => {
  assert.equal(measured({ server: "2026-11-22T00:00:10Z", sent_ms: Date.parse("2026-11-22T00:00:00Z"), took_ms: 4_000 }), 8);
});

test("a doubtful time is told, an honest one passes", () => {
  const at = Date.parse("2026-11-22T00:00:00Z");
  const item = { made_at: "2026-11-22T00:00:00Z", mono_ms: 1_000, session: "s", offset_seconds: -3 };
  const later = (more) => offsetOf(item, { offset: -3, session: "s", mono: 61_000, now_ms: at + 60_000, ...more });
  assert.equal(later({}), -3);
  // The phone slept for an hour: the monotonic clock stood still, the wall clock did not.
  assert.equal(later({ now_ms: at + 3_660_000 }), -3);
  // The clock was moved forth by three days before the contact, in this page and in another.
  assert.equal(later({ now_ms: at + 259_260_000, offset: -259_203 }), -259_203);
  assert.equal(later({ offset: -259_203, session: "t" }), -259_203);
  // It was three days ahead at the save and has been put right since.
  assert.equal(later({ now_ms: at - 259_140_000, offset: 0 }), -259_200);
  assert.equal(offsetOf({ ...item, offset_seconds: 900 }, { offset: 0, session: "t" }), 900);
});

test("a picture is never made larger, and its header tells its size", async () => {
  assert.deepEqual(fitted(4000, 3000), { width: 1280, height: 960 });
  assert.deepEqual(fitted(3000, 4000), { width: 960, height: 1280 });
  assert.deepEqual(fitted(640, 480), { width: 640, height: 480 });
  const header = [0xff, 0xd8, 0xff, 0xe1, 0, 4, 1, 2, 0xff, 0xc0, 0, 17, 8, 0x0b, 0xb8, 0x0f, 0xa0, 3, 0, 0, 0];
  assert.deepEqual(await jpegSize(new Blob([new Uint8Array(header)])), { width: 4000, height: 3000 });
  assert.equal(await jpegSize(new Blob([new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0, 0])])), null);
  assert.equal(await jpegSize(new Blob([new Uint8Array(header.slice(0, 9))])), null);
});

test("the finer fix is kept until it is old", () => {
  const fine = { accuracy_m: 12, at_ms: 0 };
  assert.equal(better(fine, { accuracy_m: 80, at_ms: 60_000 }), fine);
  assert.equal(better(fine, { accuracy_m: 80, at_ms: 120_001 }).accuracy_m, 80);
  assert.equal(better(null, fine), fine);
});

test("the nearest village is proposed, none beyond ten kilometres", () => {
  const areas = [
    { code: "far", level: 12, point: [128.5, 42.2] },
    { code: "near", level: 12, point: [128.451, 42.121] },
    { code: "town", level: 9, point: [128.45, 42.12] },
    { code: "unknown", level: 12, point: null },
  ];
  assert.equal(village([128.45, 42.12], areas).code, "near");
  assert.equal(village([127, 42.12], areas), null);
  assert.equal(village(null, areas), null);
});

test("room for photos ends before room for texts", () => {
  assert.deepEqual(judged(19e6).level, "full");
  assert.deepEqual(judged(99e6), { free_bytes: 99e6, level: "low", reports: 330 });
  assert.deepEqual(judged(101e6).level, "ok");
});

test("browsers inside other apps are known by name", () => {
  assert.equal(browser("Mozilla/5.0 (Linux; Android 9) AppleWebKit/537.36 MicroMessenger/8.0.1"), "wechat");
  assert.equal(browser("Mozilla/5.0 (Linux; Android 9) DingTalk/6.5"), "dingtalk");
});

test("a sentence is filled in; a code without one is shown itself", () => {
  use("en", { "net.offline_saved": "Saved on this phone ({n})." });
  assert.equal(say("net.offline_saved", { n: 3 }), "Saved on this phone (3).");
  assert.equal(say("not.there"), "not.there");
});
