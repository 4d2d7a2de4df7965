// Goods as a keeper meets them: a label of ours, a maker's code on the box, or neither, when the item
// is looked up by hand.

import * as gs1 from "../gs1.js";
import * as keeper from "../keeper.js";
import * as model from "../model.js";
import { button, el, field, fill, icon, note } from "../ui.js";
import { say } from "../words.js";
import * as wedge from "../wedge.js";
import { unknown } from "./found.js";
import { wrongWorld } from "./lead.js";

const SHOWN = 8;
const year = () => Number(keeper.today().slice(0, 4));

/**
 * What goods a text stands for. Null where it names none or the other world's; that has been told.
 * Something of ours that is no goods comes back as its tag.
 * @param {string} text
 * @param {{told: (kind: string, text: string) => void, quiet: () => void}} bar
 * @returns {Promise<{item: any, lot: any, pack: number, batch: string, made_on: string | null,
 *   expires_on: string | null, quantity: number | null} | {tag: any, row: any} | null>}
 */
export async function goodsIn(text, bar) {
  const box = gs1.read(text, year());
  if (box) return boxed(box, bar);
  const found = await keeper.resolve(text);
  if (found.kind === "wrong_world") {
    bar.told("danger", wrongWorld());
    return null;
  }
  if (found.kind === "tag" && found.tag.kind !== "lot") return { tag: found.tag, row: found.row };
  if (found.kind === "tag") return ofLot(found.row);
  if (found.kind === "code") return ofItem(found);
  const bound = await bind(found.text, bar);
  return bound && ofItem(bound);
}

const EMPTY = { lot: null, pack: 1, batch: "", made_on: null, expires_on: null, quantity: null };

/** A lot the county knows. */
export const ofLot = (lot) =>
  ({ ...EMPTY, item: keeper.itemByCode(lot.item), lot, pack: lot.pack, batch: lot.batch });
/** An item of which neither lot nor dates are known. */
export const ofItem = ({ item, pack = 1 }) => ({ ...EMPTY, item, pack });

async function boxed(box, bar) {
  const numbers = gs1.forms(box.gtin);
  const code = box.gtin && (await keeper.codes()).find((one) => numbers.includes(one.code));
  const known = code && { item: keeper.itemByCode(code.item), pack: code.pack };
  const bound = known || (await bind(gs1.shown(box.gtin) || box.batch, bar));
  if (!bound) return null;
  const lot = keeper.store().lots.find((one) =>
    box.batch && one.item === bound.item.code && one.batch === box.batch) || null;
  const { batch, made_on, expires_on, quantity } = box;
  return { item: bound.item, lot, pack: bound.pack, batch, made_on, expires_on, quantity };
}

/** Asks once which item an unknown code stands for. */
async function bind(code, bar) {
  bar.told("warn", say("scan.unknown_code", { code }));
  const bound = await unknown(code);
  bar.quiet();
  return bound;
}

/**
 * Asks for an item by its name, the initials of its pinyin or its code.
 * @param {string} title
 * @returns {Promise<any>} the item, or null
 */
export function chooseItem(title) {
  return new Promise((answered) => {
    let chosen = null;
    const list = el("div", { class: "list" });
    const typed = el("input", { type: "search", autocomplete: "off", oninput: () => draw() });
    const deaf = wedge.listen(() => undefined);
    const dialog = el("dialog", { class: "ask", "aria-labelledby": "ask-title", onclose: () => {
      deaf();
      dialog.remove();
      answered(chosen);
    } },
    el("h2", { id: "ask-title" }, title), field(say("scan.bind_search"), typed), list,
    button(say("no"), () => dialog.close(), { "data-answer": "no" }));
    const draw = () => {
      const found = keeper.itemsLike(typed.value).slice(0, SHOWN);
      fill(list, found.length
        ? found.map((one) => button(model.name(one), () => {
          chosen = one;
          dialog.close();
        }, { icon: "goods", "data-item": one.code }))
        : note("info", say("scan.bind_none")));
    };
    document.body.append(dialog);
    draw();
    dialog.showModal();
    typed.focus();
  });
}

/** A choice among few: a select with a label. @param {{value: any, label: string}[]} options */
export function choice(label, options, picked, onchoose) {
  const made = el("select", { onchange: () => onchoose(options[made.selectedIndex].value) },
    options.map((one) => el("option", { selected: one.value === picked }, one.label)));
  return field(label, made);
}

/** The own stores to choose from; nothing to choose where there is one. */
export function depotChoice(picked, onchoose) {
  const { depots } = keeper.store();
  if (depots.length < 2) return null;
  return choice(say("find.depot"), depots.map((one) => ({ value: one.id, label: model.name(one) })),
    picked, onchoose);
}

/** The bins of a store, and none. */
export function binChoice(depot, picked, onchoose) {
  const bins = keeper.store().bins.filter((one) => one.depot === depot);
  return choice(say("pick.bin"), [{ value: null, label: say("store.no_bin") },
    ...bins.map((one) => ({ value: one.id, label: one.code }))], picked, onchoose);
}

/** A label with a control on its right. */
export function row(label, control) {
  return el("div", { class: "card__row" }, el("span", { class: "grow" }, label), control);
}

/** The button at the foot of a form, with what hinders it above. */
export function saveRow(label, save, told) {
  return el("div", { class: "save" }, told,
    el("button", { type: "button", class: "button button--main", "data-act": "save", onclick: save },
      icon("check"), el("span", {}, label)));
}
