// The stocktake (盘点), blind: what the book says is not shown. Bin by bin, lot by lot; in the second
// round only the lots that differed. Works without a network, each bin by itself.

import { stamp } from "../clock.js";
import * as keeper from "../keeper.js";
import * as model from "../model.js";
import { ask, button, el, field, fill, go, head, icon, moment, note, number } from "../ui.js";
import { say } from "../words.js";
import { stateOf } from "./card.js";
import { chooseItem, goodsIn, ofItem, saveRow } from "./goods_scan.js";
import { lead } from "./lead.js";
import { unitOf } from "./quantity.js";
import { scanBar } from "./scan_bar.js";

/** In an address: goods that lie in no bin. */
const NO_BIN = "0";

/**
 * @param {HTMLElement} page
 * @param {string} [id] of a stocktake
 * @param {string} [place] a bin's id
 */
export async function show(page, id = "", place = "") {
  const counts = keeper.isKeeper() ? keeper.store().counts : [];
  const count = counts.find((one) => String(one.id) === id) || (counts.length === 1 && counts[0]);
  if (!count) return choose(page, counts);
  const mine = (await model.savedItems("count")).filter(({ body }) => body.count === count.id);
  const saved = mine.filter(({ body }) => body.round === count.round);
  const counted = mine.some(({ author, body }) =>
    author === model.person().id && body.round < count.round);
  const bin = keeper.binById(Number(place));
  if (place === NO_BIN || (bin && bin.depot === count.depot)) return oneBin(page, count, bin, saved);
  return bins(page, count, saved, counted);
}

function choose(page, counts) {
  const bar = scanBar({ onText: (text) => lead(text, bar), hint: say("count.hint_paper") });
  fill(page, head(say("count.title"), "#/store"), bar, counts.length
    ? el("div", { class: "list" }, counts.map((one) =>
      go(title(one), `#/count/${one.id}`, { icon: "check", "data-count": one.id })))
    : note("info", say("count.none")));
  return () => bar.stop();
}

const title = (count) => say("count.of", {
  number: count.number, depot: model.name(keeper.depotById(count.depot)),
});
/** Lots to be counted again; all of them in the first round. */
const isWanted = (count, lot) => count.round === 1 || count.again.includes(lot);

/**
 * The bins of the store, and which of them this phone has counted. What one person `counted` in the
 * first round another counts in the second.
 */
function bins(page, count, saved, counted) {
  const lots = keeper.store().lots.filter((one) => one.depot === count.depot && isWanted(count, one.id));
  const inBin = new Set(lots.map((one) => one.bin));
  const all = [null, ...keeper.store().bins.filter((one) => one.depot === count.depot)];
  const shown = count.round === 1 ? all : all.filter((one) => inBin.has(one ? one.id : null));
  const done = (bin) => saved.find(({ body }) => body.bin === (bin ? bin.id : null));
  const bar = scanBar({ hint: say("count.hint_bin"), onText: async (text) => {
    const tag = keeper.tagIn(text);
    const bin = tag && tag.kind === "bin" && keeper.binById(tag.id);
    if (bin && bin.depot === count.depot) location.hash = `#/count/${count.id}/${bin.id}`;
    else if (bin) bar.told("danger", say("pick.other_depot", { bin: bin.code }));
    else await lead(text, bar);
  } });
  fill(page, head(title(count), "#/store"),
    count.frozen && note("info", say("count.frozen")),
    count.round > 1 && note("warn", say("count.again", { n: count.again.length })),
    counted && note("danger", say("count.other_person")),
    bar,
    el("p", { class: "quiet" }, say("count.progress", { n: shown.filter(done).length, of: shown.length })),
    el("div", { class: "list" }, shown.map((bin) => {
      const item = done(bin);
      return el("div", { class: "card card__row", "data-bin": bin ? bin.id : NO_BIN },
        go(bin ? say("find.bin", { bin: bin.code }) : say("count.no_bin"),
          `#/count/${count.id}/${bin ? bin.id : NO_BIN}`, { icon: item ? "check" : "goods" }),
        el("span", { class: "grow" }), item && stateOf(item));
    })));
  return () => bar.stop();
}

/** One bin: the lots the book has here, without its figures, and whatever else is found. */
async function oneBin(page, count, bin, saved) {
  const place = bin ? bin.id : null;
  const key = `count:${count.id}:${count.round}:${place}`;
  const back = `#/count/${count.id}`;
  const before = saved.filter(({ body }) => body.bin === place).pop();
  const found = await model.draft(key);
  const listed = keeper.store().lots.filter((lot) => lot.depot === count.depot && lot.bin === place
    && isWanted(count, lot.id) && (lot.on_hand > 0 || count.round > 1));
  let lines = found ? found.body.lines : listed.map((lot) => ({
    lot: lot.id, item: lot.item, batch: lot.batch, quantity: null,
  }));
  const { replaces = null } = found ? found.body : {};
  let saving = false;
  const list = el("div", { class: "list" });
  const told = el("div", { role: "alert" });
  const bar = scanBar({ onText: take, hint: say("count.hint_lot") });
  const keep = () => {
    dispatchEvent(new CustomEvent("relief-form", { detail: true }));
    fill(told);
    return model.keepDraft({ key, kind: "count", body: { lines, replaces }, photos: [] });
  };
  const same = (line, goods) => (goods.lot ? line.lot === goods.lot.id
    : line.item === goods.item.code && line.batch === goods.batch);

  async function take(text) {
    const goods = await goodsIn(text, bar);
    if (!goods) return;
    if (goods.tag && goods.tag.kind === "bin" && goods.row.depot === count.depot) {
      // The same bin once more is the signature, another bin the next to count.
      if (goods.row.id === place) await save();
      else if (await save()) location.hash = `${back}/${goods.row.id}`;
    } else if (goods.tag) await lead(text, bar);
    else add(goods);
  }
  const add = (goods) => {
    const known = !goods.lot && !goods.batch && lines.filter((line) => line.item === goods.item.code);
    const lot = known && known.length === 1 ? known[0] : lines.find((line) => same(line, goods));
    const name = model.name(goods.item);
    if (goods.lot && !isWanted(count, goods.lot.id)) {
      bar.told("info", say("count.not_again", { name, batch: goods.batch }));
      return;
    }
    const line = lot || {
      lot: goods.lot ? goods.lot.id : null, item: goods.item.code, batch: goods.batch, quantity: null,
    };
    if (!lot) lines = [...lines, line];
    bar.told("good", say("count.how_many", { name, batch: line.batch || "?" }));
    draw();
    keep();
    const input = list.querySelector(`[data-at="${lines.indexOf(line)}"] input[inputmode]`);
    if (input) input.focus();
  };
  const draw = () => fill(list, lines.map((line, n) => el("section", { class: "card", "data-at": n },
    el("h2", {}, model.name(keeper.itemByCode(line.item))),
    line.lot ? el("p", {}, say("arrive.known_lot", { batch: line.batch })) : newBatch(line),
    el("div", { class: "card__row" },
      el("span", { class: "grow" }, say("count.counted", { unit: unitOf(line.item) })),
      number({ label: say("count.counted", { unit: unitOf(line.item) }), value: line.quantity,
        class: "count__number", "data-lot": line.lot, onvalue: (value) => {
          line.quantity = value;
          keep();
        } })))),
  button(say("count.other"), async () => {
    const item = await chooseItem(say("arrive.which"));
    if (item) add(ofItem({ item }));
  }, { icon: "search", "data-act": "by-hand" }));
  /** A lot the book has not here: one of the item's known lots, or a batch nobody knows. */
  const newBatch = (line) => {
    const known = keeper.store().lots.filter((lot) => lot.depot === count.depot
      && lot.item === line.item && isWanted(count, lot.id));
    const input = el("input", { value: line.batch, maxLength: 40, autocapitalize: "characters",
      oninput: () => {
        line.batch = input.value.trim();
        keep();
      } });
    return [
      known.length > 0 && el("div", { class: "chips__row" }, known.map((lot) =>
        button(lot.batch, () => {
          Object.assign(line, { lot: lot.id, batch: lot.batch });
          draw();
          keep();
        }, { "data-batch": lot.batch }))),
      field(say("arrive.batch"), input),
    ];
  };
  /** @returns {Promise<boolean>} whether it was saved */
  const save = async () => {
    if (saving) return false;
    const bare = lines.find((line) => !line.lot && line.quantity !== null && !line.batch);
    if (bare) {
      const name = model.name(keeper.itemByCode(bare.item));
      fill(told, note("danger", say("arrive.batch_needed", { name })));
      return false;
    }
    const open = lines.filter((line) => line.quantity === null && line.lot);
    if (open.length && !(await ask({
      title: say("count.none_of", { n: open.length }), yes: say("count.as_none"), look: "main",
      text: open.map((line) => `${model.name(keeper.itemByCode(line.item))} ${line.batch}`).join(say("comma")),
    }))) return false;
    saving = true;
    try {
      await model.save({ kind: "count", draft: key, replaces, body: {
        count: count.id, round: count.round, bin: place, counted_at: stamp(),
        lines: lines.filter((line) => line.lot || line.quantity !== null)
          .map((line) => ({ ...line, quantity: line.quantity || 0 })),
      } });
      model.toldSaved();
      location.hash = back;
      return true;
    } finally {
      saving = false;
    }
  };
  fill(page, head(bin ? say("find.bin", { bin: bin.code }) : say("count.no_bin"), back),
    before && note("warn", say("count.before", { time: moment(before.made_at) })),
    bar, el("p", { class: "quiet small" }, icon("info"), say("count.blind")), list,
    saveRow(say("count.save"), save, told));
  draw();
  return () => bar.stop();
}
