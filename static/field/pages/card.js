// One saved item as a card: where it is on its way, in word, sign and colour.

import * as model from "../model.js";
import { ago, el, icon } from "../ui.js";
import { knows, say } from "../words.js";

const SIGNS = {
  saved: "phone", sending: "sending", partial: "sending", sent: "received", adopted: "received",
  verified: "received", merged: "merge", done: "received", returned: "returned",
  refused: "returned", to_merge: "merge", removed: "bin", corrected: "draft",
};
const LOOKS = { verified: "adopted", merged: "adopted", done: "adopted", removed: "to_merge", corrected: "to_merge" };

/** The state as people read it: word and sign. */
export function stateOf(row) {
  return el("span", { class: `state state--${LOOKS[row.state] || row.state}` },
    icon(SIGNS[row.state] || "received"), say(`state.${row.state}`));
}

/** What an item is about. */
export function titleOf(row) {
  const { body } = row;
  const kind = row.kind === "task" && body.inject ? "inject" : row.kind;
  if (kind === "report") {
    return `${say(`kind.${body.kind}`)} · ${model.placeOf(body).name}`;
  }
  if (kind === "damage") return `${say("house.one")} · ${body.head || model.placeOf({ village: body.area }).name}`;
  if (kind === "receipt") return `${say("goods.receipt")} · ${model.stopName(body.stop)}`;
  if (knows(`kind.${kind}`)) return [say(`kind.${kind}`), aboutGoods(body)].filter(Boolean).join(" · ");
  return `${say(body.done ? "task.done" : "task.read")} · ${model.taskName(body.task)}`;
}

/** By what people know an item of a store: the slip's number, the code, who got the goods. */
function aboutGoods({ slip, code, receiver, source }) {
  return slip || code || receiver || source || "";
}

/** Why it is where it is: the county's reason, or what went wrong at the last try. */
export function whyOf(row) {
  const said = [];
  if (row.author !== model.person().id && !row.channel && !row.complete) {
    said.push(say("auth.other_user", { name: model.personName(row.author) }));
  }
  // Of what is done the county only adds something: the paper's number, what a person settles.
  if (row.reason) said.push(row.state === "done" ? row.reason : say("mine.reason", { reason: row.reason }));
  const { error } = row;
  if (error) {
    said.push(error.sentence || (knows(error.code) ? say(error.code, { n: 1 }) : say("mine.trying")));
    for (const problem of error.problems || []) said.push(problem.sentence);
  }
  const faults = Object.values(row.photo_errors || {});
  if (faults.length) said.push(faults[0].sentence || say("photo.stuck", { n: faults.length }));
  return said;
}

/**
 * @param {any} row of the outbox
 * @param {...any} more what can be done with it
 */
export function itemCard(row, ...more) {
  const photos = row.photos.length;
  const why = whyOf(row);
  return el("article", { class: "card", "data-item": row.id, "data-state": row.state },
    el("div", { class: "card__row" }, el("h3", { class: "grow" }, titleOf(row))),
    el("div", { class: "card__row" },
      stateOf(row),
      el("span", { class: "quiet small" }, `…${row.code.slice(-4)}`),
      el("span", { class: "quiet small" }, ago(row.made_at)),
      photos > 0 && el("span", { class: "small" },
        say("mine.photos", { n: photos - row.missing.length, of: photos }))),
    row.receipt && el("p", { class: "small" }, say("sync.received", { receipt: row.receipt })),
    row.book !== model.reference().book && el("p", { class: "small" }, model.bookName(row.book)),
    row.state === "partial" && row.missing.length > 0
      && el("p", { class: "small" }, say("sync.partial", { n: row.missing.length })),
    why.length > 0 && el("ul", { class: "small" }, why.map((one) => el("li", {}, one))),
    more);
}
