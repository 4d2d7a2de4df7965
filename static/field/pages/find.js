// Looking goods up (查询): by name, initials of the pinyin, code or scan; lots by expiry, and where
// they lie.

import * as keeper from "../keeper.js";
import * as model from "../model.js";
import { barred, byExpiry } from "../picking.js";
import { el, field, fill, go, head, icon, note } from "../ui.js";
import { say } from "../words.js";
import { lead } from "./lead.js";
import { quantityIn, unitOf } from "./quantity.js";
import { scanBar } from "./scan_bar.js";

const SHOWN = 20;
const DAY_MS = 24 * 3600_000;

/**
 * @param {HTMLElement} page
 * @param {string} [what] lot, bin, item or expiring; nothing for the search
 * @param {string} [which]
 */
export async function show(page, what = "", which = "") {
  const bar = scanBar({ onText: (text) => lead(text, bar), hint: say("find.hint") });
  const list = el("div", { class: "list" });
  const depots = keeper.store().depots;
  const lots = (await Promise.all(depots.map((one) => keeper.lotsOf(one.id)))).flat();
  const titles = {
    lot: () => say("find.lot"), bin: () => say("find.bin", { bin: keeper.binName(Number(which)) }),
    item: () => model.name(keeper.itemByCode(which)),
    expiring: () => say(`store.task.expiring${which}`),
  };
  fill(page, head(titles[what] ? titles[what]() : say("find.title"), what ? "#/find" : "#/store"), bar,
    !what && search(list, lots), list);
  if (what) {
    const fits = {
      lot: (one) => one.id === Number(which), bin: (one) => one.bin === Number(which),
      item: (one) => one.item === which && one.on_hand > 0,
      expiring: (one) => one.on_hand > 0 && one.good_until && one.good_until <= until(Number(which)),
    }[what] || (() => false);
    fill(list, lotCards(lots.filter(fits)));
  }
  return () => bar.stop();
}

/** The day so many days from now. */
function until(days) {
  return new Date(Date.parse(keeper.today()) + days * DAY_MS).toISOString().slice(0, 10);
}

function search(list, lots) {
  const typed = el("input", { type: "search", autocomplete: "off", "data-act": "search", oninput: () => draw() });
  const draw = () => {
    const wanted = typed.value.trim();
    const batches = wanted.length > 1
      ? lots.filter((one) => one.batch.toLowerCase().includes(wanted.toLowerCase())) : [];
    const items = keeper.itemsLike(wanted).slice(0, SHOWN);
    fill(list, batches.length > 0 && lotCards(batches.slice(0, SHOWN)),
      items.length || batches.length ? items.map((one) => itemCard(one, lots))
        : note("info", say("scan.bind_none")));
  };
  draw();
  return el("section", { class: "card" }, field(say("find.search"), typed));
}

function itemCard(item, lots) {
  const sum = lots.reduce((total, one) => total + (one.item === item.code ? one.on_hand : 0), 0);
  return go(`${model.name(item)} · ${item.code} · ${say("pick.units", { n: sum, unit: model.unit(item) })}`,
    `#/find/item/${item.code}`, { icon: "goods" });
}

function lotCards(lots) {
  if (!lots.length) return note("info", say("find.none"));
  return [...lots].sort(byExpiry).map((lot) => {
    const bar = barred(lot, keeper.today());
    return el("article", { class: "card", "data-lot": lot.id },
      el("h2", {}, model.name(keeper.itemByCode(lot.item))),
      el("dl", { class: "facts" },
        el("dt", {}, say("pick.lot")), el("dd", {}, lot.batch),
        el("dt", {}, say("pick.bin")), el("dd", {}, keeper.binName(lot.bin)),
        el("dt", {}, say("find.depot")), el("dd", {}, model.name(keeper.depotById(lot.depot))),
        el("dt", {}, say("pick.until")), el("dd", {}, keeper.goodUntil(lot)),
        el("dt", {}, say("find.on_hand")), el("dd", {}, quantityIn(lot.on_hand, lot, lot.item)),
        el("dt", {}, say("find.free")), el("dd", {}, say("pick.units", { n: lot.free, unit: unitOf(lot.item) }))),
      bar && el("p", { class: "state state--refused" }, icon("warning"), say(`pick.barred.${bar}`)),
      el("a", { class: "button button--quiet", href: `/store/lots/${lot.id}/` }, say("find.history")));
  });
}
