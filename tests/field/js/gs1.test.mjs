import assert from "node:assert/strict";
import test from "node:test";

import { forms, parts, read, shown } from "../../../static/field/gs1.js";

const YEAR = 2026;
const GTIN = "06901234567892";

test("a box as printed: article, both dates, then batch and count with a separator", () => {
  assert.deepEqual(read(`]C101${GTIN}1126060117310630` + "10Q-2026\u001d3740", YEAR), {
    gtin: GTIN, batch: "Q-2026", made_on: "2026-06-01", expires_on: "2031-06-30", quantity: 40,
  });
});

test("the same as people read it, in brackets", () => {
  assert.deepEqual(read(`(01)${GTIN}(17)271200(10)A1/B`, YEAR), {
    gtin: GTIN, batch: "A1/B", made_on: null, expires_on: "2027-12-31", quantity: null,
  });
});

test("weights are stepped over, a best-before day stands for the expiry", () => {
  const found = read(`01${GTIN}3103001250` + "15280229", YEAR);
  assert.equal(found.expires_on, "2028-02-29");
  assert.equal(parts(`01${GTIN}3103001250`)["3103"], "001250");
});

test("what is no such code is none: a plain barcode, a wrong check digit, our own tags, nothing", () => {
  for (const text of ["6901234567892", `01${GTIN.slice(0, 13)}3`, "K000-00C7-4", "https://a.b/q/K", "", "01123", "(01)"]) {
    assert.equal(read(text, YEAR), null, text);
  }
});

test("a day that is not in the calendar is left out, the rest is kept", () => {
  assert.deepEqual(read(`01${GTIN}17271301` + "10B", YEAR), {
    gtin: GTIN, batch: "B", made_on: null, expires_on: null, quantity: null,
  });
  assert.equal(read(`01${GTIN}17270230`, YEAR).expires_on, null);
});

test("years of two digits are at most 49 past and 50 to come", () => {
  const year = (short) => read(`01${GTIN}11${short}0101`, YEAR).made_on.slice(0, 4);
  assert.deepEqual(["77", "76", "78", "00"].map(year), ["1977", "2076", "1978", "2000"]);
});

test("an article is known by its numbers of any length", () => {
  assert.deepEqual(forms(GTIN), [GTIN, "6901234567892"]);
  assert.deepEqual(forms("00000096385074"), ["00000096385074", "0000096385074", "000096385074", "96385074"]);
  assert.equal(shown(GTIN), "6901234567892");
  assert.equal(shown("16901234567899"), "16901234567899");
});
