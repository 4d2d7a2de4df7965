// Tags (编码): what a QR code on paper, a lot or a bin says, short enough to type. The same rules as
// in relief/catalog/tags.py; both are tried on the same examples.

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; // Crockford's: no letter looks like another
const ALIKE = { O: "0", I: "1", L: "1" };
const DIGITS = 7;
const KINDS = {
  B: "bin", K: "lot", D: "order", T: "trip", S: "stop", E: "blank", C: "count", Y: "call",
  A: "arrival", R: "return",
};
const LETTERS = Object.fromEntries(Object.entries(KINDS).map(([letter, kind]) => [kind, letter]));

/**
 * The tag of a row, such as `K000-00C7-4`.
 * @param {{kind: string, id: number}} row
 */
export function write({ kind, id }) {
  let digits = "";
  for (let left = id, n = 0; n < DIGITS; n += 1, left = Math.floor(left / 32)) {
    digits = ALPHABET[left % 32] + digits;
  }
  const body = LETTERS[kind] + digits;
  return `${body.slice(0, 4)}-${body.slice(4)}-${check(body)}`;
}

/**
 * What a typed or scanned text names, or null. The address before a tag may be there or not.
 * @param {string} text
 * @returns {{kind: string, id: number} | null}
 */
export function read(text) {
  const last = text.trim().replace(/\/+$/, "").split("/").pop().toUpperCase();
  const plain = last.replace(/[^\p{L}\p{N}]/gu, "").replace(/[OIL]/g, (one) => ALIKE[one]);
  if (plain.length !== DIGITS + 2 || [...plain].some((one) => !ALPHABET.includes(one))) return null;
  const body = plain.slice(0, -1);
  if (!(body[0] in KINDS) || check(body) !== plain[plain.length - 1]) return null;
  let id = 0;
  for (const one of body.slice(1)) id = id * 32 + ALPHABET.indexOf(one);
  return { kind: KINDS[body[0]], id };
}

/** What a QR code on paper holds: an address that any phone's scanner can open. */
export function address(row) {
  return `${location.origin}/q/${write(row)}`;
}

/** Σ αⁿ·digit over GF(2⁵), α a root of x⁵ + x² + 1. */
function check(body) {
  let total = 0;
  for (const one of body) {
    const value = (total ^ ALPHABET.indexOf(one)) << 1;
    total = value & 32 ? value ^ 0b100101 : value;
  }
  return ALPHABET[total];
}
