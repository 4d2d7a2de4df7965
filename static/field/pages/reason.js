// Why a figure fell, grew steeply, or is more than there can be (激增激减说明): one chip, or a text.

import * as model from "../model.js";
import { chips, el, field, fill, note } from "../ui.js";
import { say } from "../words.js";

export const REASONS = ["double_count", "new_check", "water_gone", "other"];
const MOST_TEXT = 120;

/** What is odd about one figure, as a sentence. */
export function oddity({ key, code, before, got, most, expected, parts, whole }) {
  return say(code, {
    name: model.label(key),
    before,
    got,
    less: before - got,
    most,
    expected,
    parts: parts && parts.map(model.label).join(" + "),
    whole: whole && model.label(whole),
    ha: Math.round(got / 15),
  });
}

export function doubtNote(found) {
  return note("warn", oddity(found));
}

/**
 * The part of a form that asks why; hidden while nothing is odd.
 * @param {{code: string, text: string}} reason changed in place
 * @param {() => void} keep called after a change
 * @returns {HTMLElement & {ask: (found: any[]) => void, missing: () => boolean,
 *   given: () => {code: string, text: string}}} `missing` shows the person what is missing and says
 *   whether it is; `given` is empty where no reason is asked for
 */
export function reasonPart(reason, keep) {
  let found = [];
  const sentences = el("ul", { class: "list" });
  const text = el("input", {
    maxLength: MOST_TEXT,
    value: reason.text,
    oninput: () => {
      reason.text = text.value;
      keep();
    },
  });
  const free = field(say("reason.text"), text);
  const choice = chips({
    legend: say("reason.why"),
    options: REASONS.map((value) => ({ value, label: say(`reason.${value}`) })),
    picked: reason.code ? [reason.code] : [],
    onchange: ([picked = ""]) => {
      reason.code = picked;
      show();
      keep();
    },
  });
  const part = el("section", { class: "card card--danger", hidden: true }, sentences, choice, free);
  const show = () => {
    part.hidden = !found.length;
    free.hidden = reason.code !== "other";
    fill(sentences, found.map((one) => el("li", {}, oddity(one))));
  };
  part.ask = (odd) => {
    found = odd;
    show();
  };
  part.given = () => {
    const { code, text: words } = found.length ? reason : { code: "", text: "" };
    return { code, text: code === "other" ? words.trim() : "" };
  };
  part.missing = () => {
    const lacks = found.length > 0
      && (!reason.code || (reason.code === "other" && !reason.text.trim()));
    if (lacks) {
      part.scrollIntoView({ block: "center" });
      part.querySelector(reason.code ? "input" : "button").focus();
    }
    return lacks;
  };
  show();
  return part;
}
