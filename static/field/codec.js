// What an item looks like outside the outbox: on the wire, in a text message (短信), in QR codes,
// in a file. All of them carry the item's id or its code, so what comes twice counts once.

import { wire } from "./api.js";
import { shortCode } from "./db.js";

const CHECKED = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*,.-";
const CHECKS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ=";

export const SMS_MOST = 70;
export const QR_MOST = 1024;

/** Letters for what is hit, in the order of `scene.what`. */
export const LETTERS = {
  houses: "H", trapped: "T", road: "R", power: "P", farmland: "F", dike: "D", other: "O",
};

/** Where the numbers of the line come from: households whose home collapsed, people, dead, … */
const NUMBERS = [
  "dwelling_hh_collapsed", "affected_population", "deaths", "missing", "relocated_now",
];

/**
 * One check character: finds any single wrong or two swapped digits and letters.
 * @param {string} text
 */
export function checkCharacter(text) {
  let sum = 0;
  for (const character of text) {
    const value = CHECKED.indexOf(character);
    if (value < 0) throw new RangeError(`expected digits, capitals and * , . -, got ${character}`);
    sum = (sum * 5 + value) % 37;
  }
  return CHECKS[sum];
}

/**
 * The report as one text message of at most 70 characters:
 * `ZQ1*village*kinds*households*people*dead*missing*moved*lat,lon*code*check`; `YL1` in a drill.
 * A figure that is not known is left empty. Where it gets too long, the position is rounded, then
 * left out: the village says enough.
 * @param {{id: string, body: any}} item
 * @param {{drill?: boolean}} [options]
 */
export function smsLine(item, { drill = false } = {}) {
  const { body } = item;
  const figures = body.figures || {};
  const what = (body.scene && body.scene.what) || [];
  const hit = Object.keys(LETTERS).filter((key) => what.includes(key));
  const numbers = NUMBERS.map((key) => (Number.isFinite(figures[key]) ? String(figures[key]) : ""));
  for (const decimals of [4, 3, 2, null]) {
    const place = body.point && decimals !== null
      ? `${body.point[1].toFixed(decimals)},${body.point[0].toFixed(decimals)}` : "";
    const parts = [
      drill ? "YL1" : "ZQ1", body.village || body.area, hit.map((key) => LETTERS[key]).join(""),
      ...numbers, place,
      shortCode(item.id),
    ];
    const text = `${parts.join("*")}*`;
    if (text.length < SMS_MOST || decimals === null) return text + checkCharacter(text);
  }
  return "";
}

/**
 * @param {string} number
 * @param {string} line
 */
export function smsLink(number, line) {
  return `sms:${number}?body=${encodeURIComponent(line)}`;
}

/**
 * QR texts of at most 1 KB each that carry the item: its JSON, where it fits into one; otherwise
 * `ZQP*n/of*code*piece` for every piece of it.
 * @param {any} item
 * @returns {string[]}
 */
export function qrParts(item) {
  const text = JSON.stringify(wire(item));
  const encoder = new TextEncoder();
  if (encoder.encode(text).length <= QR_MOST) return [text];
  const pieces = [""];
  let used = 0;
  for (const character of text) {
    const size = encoder.encode(character).length;
    if (used + size > QR_MOST - 30) {
      pieces.push("");
      used = 0;
    }
    pieces[pieces.length - 1] += character;
    used += size;
  }
  const code = shortCode(item.id);
  return pieces.map((piece, n) => `ZQP*${n + 1}/${pieces.length}*${code}*${piece}`);
}

/**
 * The item that scanned texts carry, or null while pieces are missing.
 * @param {string[]} texts in any order, repeats allowed
 */
export function fromParts(texts) {
  const whole = texts.find((text) => text.startsWith("{"));
  if (whole) return JSON.parse(whole);
  const found = new Map();
  let of = 0;
  for (const text of texts) {
    const match = /^ZQP\*(\d+)\/(\d+)\*([0-9A-Z]{10})\*([^]*)$/.exec(text);
    if (!match) throw new RangeError("expected the QR codes of a report, got something else");
    of = Number(match[2]);
    found.set(Number(match[1]), match[4]);
  }
  if (!of || found.size < of) return null;
  return JSON.parse(Array.from({ length: of }, (_, n) => found.get(n + 1)).join(""));
}
