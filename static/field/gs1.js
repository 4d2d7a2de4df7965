// What makers print on boxes (GS1 application identifiers): which article, which batch, made when,
// good until when, how many. Read from the text a scanner gives, without page or network.

/** Between two parts of which the first has no fixed length. */
const END = "\u001d";
/** What scanners put before the text to say which kind of code it was. */
const KIND = /^\](?:C1|e0|d2|Q3|J1)/;

// Identifier: its fixed length, or the most it may have. Those left out end what can be read.
const FIXED = { "00": 18, "01": 14, "02": 14, 11: 6, 12: 6, 13: 6, 15: 6, 16: 6, 17: 6, 20: 2 };
const MOST = { 10: 20, 21: 20, 22: 20, 30: 8, 37: 8, 240: 30, 241: 30, 250: 30, 251: 30, 400: 30 };
/** Weights and measures, such as 3103: six digits. */
const MEASURE = /^3[1-6]\d\d/;

/**
 * The parts of a text, by identifier; null where it is no such text.
 * @param {string} text
 * @returns {Record<string, string> | null}
 */
export function parts(text) {
  const plain = text.trim().replace(KIND, "");
  const found = plain.startsWith("(") ? inBrackets(plain) : inARow(plain);
  return found && Object.keys(found).length ? found : null;
}

/** As people read it: `(01)06901234567892(17)271201`. */
function inBrackets(text) {
  const found = {};
  let rest = text;
  while (rest) {
    const match = /^\((\d{2,4})\)([^(]+)/.exec(rest);
    if (!match) return null;
    found[match[1]] = match[2].trim();
    rest = rest.slice(match[0].length);
  }
  return found;
}

/** As it is printed: parts of a fixed length follow at once, others end with a separator. */
function inARow(text) {
  const found = {};
  let rest = text.startsWith(END) ? text.slice(1) : text;
  while (rest) {
    const key = [2, 3].map((length) => rest.slice(0, length)).find((one) => one in FIXED || one in MOST);
    const measure = !key && MEASURE.exec(rest);
    const name = key || (measure && measure[0]);
    if (!name) return null;
    rest = rest.slice(name.length);
    const fixed = measure ? 6 : FIXED[name];
    const at = rest.indexOf(END);
    const length = fixed || (at < 0 ? rest.length : at);
    const value = rest.slice(0, length);
    if (!value || value.length > (fixed || MOST[name]) || (fixed && value.length < fixed)) return null;
    if (fixed && !/^\d+$/.test(value)) return null;
    found[name] = value;
    rest = rest.slice(length);
    if (rest.startsWith(END)) rest = rest.slice(1);
  }
  return found;
}

/**
 * What a box says of its goods; null where the text is no such code, or its article number is wrong.
 * @param {string} text
 * @param {number} year this one: years are printed with two digits
 * @returns {{gtin: string, batch: string, made_on: string | null, expires_on: string | null,
 *   quantity: number | null} | null}
 */
export function read(text, year) {
  const found = parts(text);
  if (!found) return null;
  const gtin = found["01"] || found["02"] || "";
  if (gtin && !hasGoodCheck(gtin)) return null;
  if (!gtin && !found["10"]) return null;
  const count = found["37"] || found["30"] || "";
  return {
    gtin,
    batch: found["10"] || "",
    made_on: day(found["11"], year),
    expires_on: day(found["17"] || found["15"], year),
    quantity: /^\d+$/.test(count) && Number(count) > 0 ? Number(count) : null,
  };
}

/** The same article as its numbers of 14, 13, 12 and 8 digits: codes are bound to any of them. */
export function forms(gtin) {
  const all = [gtin];
  for (const zeros of [1, 2, 6]) if (gtin.startsWith("0".repeat(zeros))) all.push(gtin.slice(zeros));
  return all;
}

/** The number people see under the bars. */
export const shown = (gtin) => gtin.replace(/^0(?=\d{13}$)/, "");

/** Digits from the right count 1 and 3 in turn; all of them make a multiple of ten. */
function hasGoodCheck(gtin) {
  if (!/^\d{14}$/.test(gtin)) return false;
  const sum = [...gtin].reduce((all, digit, n) => all + Number(digit) * (n % 2 ? 1 : 3), 0);
  return sum % 10 === 0;
}

/** `271201` as `2027-12-01`; day 00 stands for the month's last. Null where there is no such day. */
function day(text, year) {
  const match = /^(\d\d)(\d\d)(\d\d)$/.exec(text || "");
  if (!match) return null;
  const [short, month, date] = match.slice(1).map(Number);
  const whole = century(short, year);
  const last = new Date(Date.UTC(whole, month, 0)).getUTCDate();
  if (month < 1 || month > 12 || date > last) return null;
  const two = (value) => String(value).padStart(2, "0");
  return `${whole}-${two(month)}-${two(date || last)}`;
}

/** Two digits mean the year at most 49 years ago and at most 50 ahead. */
function century(short, year) {
  const near = year - (year % 100) + short;
  if (near - year > 50) return near - 100;
  return near - year < -49 ? near + 100 : near;
}
