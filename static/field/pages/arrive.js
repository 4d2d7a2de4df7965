// Goods arrive (到货入库): bought, given or sent from above; scanned box by box, partly and damaged as
// they come. Each lot with its dates goes into a bin; the county books it as it was counted.

import { photoPart } from "../camera.js";
import { stamp } from "../clock.js";
import * as keeper from "../keeper.js";
import * as model from "../model.js";
import { button, chips, el, field, fill, head, icon, note, stepper } from "../ui.js";
import { say } from "../words.js";
import { binChoice, choice, chooseItem, depotChoice, goodsIn, ofItem, row, saveRow } from "./goods_scan.js";
import { unitOf } from "./quantity.js";
import { scanBar } from "./scan_bar.js";

const KEY = "arrival";
const ORIGINS = ["purchase", "donation", "allocated"];

/**
 * @param {HTMLElement} page
 * @param {string} [id] of a purchase
 */
export async function show(page, id = "") {
  if (!keeper.isKeeper()) {
    fill(page, head(say("arrive.title"), "#/"), note("warn", say("arrive.no_store")));
    return undefined;
  }
  const purchases = keeper.store().purchases.filter((one) => one.lines.some((line) => left(line) > 0));
  const found = await model.draft(KEY);
  const form = found ? found.body : empty(purchases.find((one) => String(one.id) === id));
  let shots = found ? found.photos : [];
  let saving = false;
  /** The bin that was scanned last: what is scanned next goes there. */
  let bin = null;

  const told = el("div", { role: "alert" });
  const from = el("section", { class: "card" });
  const list = el("div", { class: "list" });
  const bar = scanBar({ onText: take, hint: say("arrive.hint") });
  const keep = () => {
    dispatchEvent(new CustomEvent("relief-form", { detail: true }));
    fill(told);
    return model.keepDraft({ key: KEY, kind: "arrival", body: form, photos: shots });
  };
  const purchase = () => purchases.find((one) => one.id === form.purchase) || null;
  /** What is still to come of an item on the purchase order, less what is on this form. */
  const due = (code) => {
    const line = purchase() && purchase().lines.find((one) => one.item === code);
    const here = form.lines.filter((one) => one.item === code);
    return line ? Math.max(0, left(line) - here.reduce((sum, one) => sum + one.good + one.damaged, 0)) : 0;
  };

  async function take(text) {
    const order = purchases.find((one) => keeper.plain(one.number) === keeper.plain(text));
    if (order) {
      choose(order);
      bar.told("good", say("arrive.order_found", { number: order.number, name: order.supplier }));
      return;
    }
    const goods = await goodsIn(text, bar);
    if (goods && goods.tag) binned(goods);
    else if (goods) came(goods);
  }
  const binned = ({ tag, row: found_ }) => {
    if (tag.kind !== "bin" || found_.depot !== form.depot) {
      bar.told("warn", say("arrive.not_goods"));
      return;
    }
    bin = found_.id;
    const last = form.lines[form.lines.length - 1];
    if (last && last.bin === null) last.bin = bin;
    bar.told("good", say("arrive.into", { bin: found_.code }));
    draw();
    keep();
  };
  /** A box more: the line of its lot, or a new one with what the box and the order say. */
  const came = (goods) => {
    const name = model.name(goods.item);
    const same = form.lines.find((one) => one.item === goods.item.code && one.batch === goods.batch);
    const one = goods.quantity || goods.pack;
    if (same && !same.by_box) bar.told("info", say("arrive.there_already", { name }));
    else if (same) {
      same.good += one;
      same.expected = Math.max(same.expected, same.good + same.damaged);
      bar.told("good", say("arrive.one_more", { name, n: same.good, unit: unitOf(same.item) }));
    } else {
      const expected = due(goods.item.code) || one;
      form.lines.push(line(goods, { expected, bin, by_box: !due(goods.item.code) }));
      bar.told("good", say("arrive.came", { name, n: expected, unit: unitOf(goods.item.code) }));
    }
    draw();
    keep();
  };
  const choose = (order) => {
    form.origin = "purchase";
    form.purchase = order ? order.id : null;
    if (order) form.depot = order.depot;
    draw();
    keep();
  };

  const drawFrom = () => {
    const source = el("input", { maxLength: 120, value: form.source, autocomplete: "off", oninput: () => {
      form.source = source.value;
      keep();
    } });
    const orders = purchases.filter((one) => one.depot === form.depot);
    fill(from,
      depotChoice(form.depot, (value) => {
        Object.assign(form, { depot: value, purchase: null });
        form.lines.forEach((one) => {
          one.bin = null;
        });
        draw();
        keep();
      }),
      chips({
        legend: say("arrive.origin"), picked: [form.origin],
        options: ORIGINS.map((value) => ({ value, label: say(`arrive.origin.${value}`) })),
        onchange: ([value = form.origin]) => {
          Object.assign(form, { origin: value, purchase: null });
          draw();
          keep();
        },
      }),
      form.origin === "purchase" && orders.length > 0 && choice(say("arrive.order"),
        [{ value: null, label: say("arrive.no_order") }, ...orders.map((one) =>
          ({ value: one.id, label: `${one.number} · ${one.supplier}` }))],
        form.purchase, (value) => choose(orders.find((one) => one.id === value))),
      !purchase() && field(say(`arrive.source.${form.origin}`), source));
  };
  const draw = () => {
    drawFrom();
    const open = purchase() ? purchase().lines.filter((one) => due(one.item) > 0) : [];
    fill(list,
      form.lines.map((one) => card(one)),
      open.map((one) => el("section", { class: "card", "data-due": one.item },
        el("h2", {}, model.name(keeper.itemByCode(one.item))),
        row(say("arrive.due", { n: due(one.item), unit: unitOf(one.item) }),
          button(say("arrive.is_here"), () => came(ofItem({ item: keeper.itemByCode(one.item) })),
            { icon: "plus", "data-act": "is-here" })))),
      button(say("arrive.by_hand"), async () => {
        const item = await chooseItem(say("arrive.which"));
        if (item) came(ofItem({ item }));
      }, { icon: "search", "data-act": "by-hand" }));
  };
  const card = (one) => {
    const sum = el("p", { class: "small" });
    const tell = () => {
      const short = one.expected - one.good - one.damaged;
      fill(sum, short > 0 && say("goods.short", { n: short, unit: unitOf(one.item) }),
        short < 0 && say("goods.surplus", { n: -short, unit: unitOf(one.item) }));
    };
    const count = (key, label, least = 0) =>
      row(label, stepper({ label, value: one[key], least, onvalue: (value) => {
        one[key] = value;
        tell();
        keep();
      } }));
    const text = (key, more) => {
      const input = el("input", { value: one[key] || "", autocomplete: "off", ...more, oninput: () => {
        one[key] = input.value || (more.type === "date" ? null : "");
        keep();
      } });
      return input;
    };
    tell();
    return el("section", { class: "card", "data-line": one.item },
      el("div", { class: "card__row" },
        el("h2", { class: "grow" }, model.name(keeper.itemByCode(one.item))),
        button(say("arrive.remove"), () => {
          form.lines.splice(form.lines.indexOf(one), 1);
          draw();
          keep();
        }, { look: "quiet", icon: "cross" })),
      one.lot ? el("p", {}, say("arrive.known_lot", { batch: one.batch })) : [
        field(say("arrive.batch"), text("batch", { maxLength: 40, autocapitalize: "characters" })),
        !one.batch && button(say("arrive.no_batch", { batch: undated() }), () => {
          one.batch = undated();
          draw();
          keep();
        }, { "data-act": "no-batch" }),
        el("div", { class: "pair" },
          field(say("arrive.made_on"), text("made_on", { type: "date", max: keeper.today() })),
          field(say("arrive.expires_on"), text("expires_on", { type: "date" }))),
      ],
      count("expected", say("arrive.expected")),
      count("good", say("arrive.good")),
      sum,
      el("details", { class: "section", open: one.damaged > 0 },
        el("summary", {}, say("arrive.more")),
        el("div", { class: "list" },
          count("damaged", say("goods.damaged")),
          !one.lot && [count("pack", say("scan.bind_pack"), 1),
            field(say("arrive.maker"), text("maker", { maxLength: 80 }))])),
      binChoice(form.depot, one.bin, (value) => {
        one.bin = value;
        keep();
      }));
  };

  const wrong = () => {
    const here = form.lines.filter((one) => one.good + one.damaged > 0);
    const name = (one) => ({ name: model.name(keeper.itemByCode(one.item)) });
    if (!purchase() && !form.source.trim()) return say("arrive.who");
    if (!here.length) return say("arrive.nothing");
    const bare = here.find((one) => !one.batch.trim());
    if (bare) return say("arrive.batch_needed", name(bare));
    const odd = here.find((one) => one.made_on && one.expires_on && one.made_on >= one.expires_on);
    return odd ? say("arrive.dates", name(odd)) : "";
  };
  const save = async () => {
    if (saving) return;
    if (wrong()) {
      fill(told, note("danger", wrong()));
      return;
    }
    saving = true;
    try {
      await photos.stop();
      await model.save({
        kind: "arrival", body: said(form, purchase()), photos: shots, draft: KEY,
        replaces: form.replaces || null,
      });
      location.hash = "#/store";
    } finally {
      saving = false;
    }
  };
  const photos = photoPart({ photos: shots, hint: say("arrive.photo_hint"), onchange: (all) => {
    shots = [...all];
    keep();
  } });
  const words = (key, most) => {
    const input = el("input", { maxLength: most, value: form[key], autocomplete: "off", oninput: () => {
      form[key] = input.value;
      keep();
    } });
    return input;
  };
  fill(page, head(say("arrive.title"), "#/store"), bar, from, list,
    el("details", { class: "section" }, el("summary", {}, icon("camera"), say("arrive.proof")),
      el("div", { class: "list" },
        field(say("arrive.counted_with"), words("counted_with", 60)),
        field(say("goods.note"), words("note", 200)), photos)),
    saveRow(say("arrive.save"), save, told));
  draw();
  return () => {
    bar.stop();
    photos.stop();
  };
}

const left = (line) => line.quantity - line.arrived;
/** Goods without a batch number go by the day they came. */
const undated = () => keeper.today().replace(/-/g, "");

function empty(order) {
  return {
    depot: order ? order.depot : keeper.store().depots[0].id, origin: "purchase",
    purchase: order ? order.id : null, source: "", counted_with: "", note: "", lines: [],
  };
}

function line(goods, { expected, bin, by_box }) {
  return {
    lot: goods.lot ? goods.lot.id : null, item: goods.item.code, batch: goods.batch, maker: "",
    made_on: goods.lot ? null : goods.made_on, expires_on: goods.lot ? null : goods.expires_on,
    pack: goods.pack, expected, good: expected, damaged: 0, bin, by_box,
  };
}

/** The form as the county takes it: what was counted, without what only the page needs. */
function said(form, order) {
  const { depot, origin, purchase, counted_with, note: words, lines } = form;
  return {
    depot, origin, purchase, arrived_at: stamp(), counted_with: counted_with.trim(), note: words.trim(),
    source: order ? order.supplier : form.source.trim(),
    lines: lines.filter((one) => one.good + one.damaged > 0)
      .map(({ by_box: _page, ...one }) => ({ ...one, batch: one.batch.trim(), maker: one.maker.trim() })),
  };
}
