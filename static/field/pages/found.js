// What a scanned or typed text is: a tag of our papers, a code on a package, or something nobody
// has met before, which is bound to its item on the spot.

import * as keeper from "../keeper.js";
import * as model from "../model.js";
import { button, el, field, fill, icon, note, stepper } from "../ui.js";
import { say } from "../words.js";
import * as wedge from "../wedge.js";

const SHOWN = 8;

/**
 * Asks which item a code stands for and how many units the package holds; the county learns it with
 * the next sending. Null when nobody could tell.
 * @param {string} text as it was scanned
 * @returns {Promise<{code: string, item: any, pack: number} | null>}
 */
export function unknown(text) {
  return new Promise((answered) => {
    let bound = null;
    let pack = 1;
    const list = el("div", { class: "list" });
    const typed = el("input", { type: "search", autocomplete: "off", oninput: () => draw() });
    const dialog = el("dialog", { class: "ask", "aria-labelledby": "ask-title", onclose: () => {
      deaf();
      dialog.remove();
      answered(bound);
    } },
    el("h2", { id: "ask-title" }, say("scan.bind_title")),
    el("p", {}, say("scan.bind_text", { code: text })),
    field(say("scan.bind_search"), typed),
    el("div", { class: "card__row" },
      el("span", { class: "grow" }, say("scan.bind_pack")),
      stepper({ label: say("scan.bind_pack"), value: pack, least: 1, onvalue: (given) => {
        pack = given;
      } })),
    list,
    button(say("no"), () => dialog.close(), { "data-answer": "no" }));
    const draw = () => {
      const found = keeper.itemsLike(typed.value).slice(0, SHOWN);
      fill(list, found.length
        ? found.map((one) => el("button", {
          type: "button", class: "button", "data-item": one.code, onclick: () => choose(one),
        }, icon("goods"), el("span", { class: "grow" }, model.name(one)),
        el("span", { class: "quiet small" }, one.code)))
        : note("info", say("scan.bind_none")));
    };
    const choose = async (item) => {
      await model.save({ kind: "code", body: { code: text, item: item.code, pack }, hold_ms: 0 });
      model.toldSaved();
      bound = { code: text, item, pack };
      dialog.close();
    };
    // A scan meanwhile is another package, not an answer to this question.
    const deaf = wedge.listen(() => undefined);
    document.body.append(dialog);
    draw();
    dialog.showModal();
    typed.focus();
  });
}
