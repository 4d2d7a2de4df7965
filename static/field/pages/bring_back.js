// Reusable goods come back (退库): the slip they went out with, and each unit by its condition.

import { photoPart } from "../camera.js";
import { stamp } from "../clock.js";
import * as keeper from "../keeper.js";
import * as model from "../model.js";
import { el, field, fill, go, head, icon, note, stepper } from "../ui.js";
import { say } from "../words.js";
import { depotChoice, row, saveRow } from "./goods_scan.js";
import { lead } from "./lead.js";
import { unitOf } from "./quantity.js";
import { scanBar } from "./scan_bar.js";

const CONDITIONS = ["sound", "repair", "scrap"];

/**
 * @param {HTMLElement} page
 * @param {string} [id] of a stop; all slips without
 */
export async function show(page, id = "") {
  if (!keeper.isKeeper()) {
    fill(page, head(say("bring.title"), "#/"), note("warn", say("arrive.no_store")));
    return undefined;
  }
  const slip = keeper.store().returns.find((one) => String(one.stop) === id);
  return slip ? form(page, slip) : list(page);
}

/** Slips of which something may still come back. */
function list(page) {
  const slips = keeper.store().returns;
  const bar = scanBar({ hint: say("bring.hint"), onText: async (text) => {
    const found = named(text, slips);
    if (found.length === 1) location.hash = `#/bring_back/${found[0].stop}`;
    else if (found.length) draw(found);
    else await lead(text, bar);
  } });
  const cards = el("div", { class: "list" });
  const draw = (shown) => fill(cards, shown.length
    ? shown.map((one) => el("article", { class: "card", "data-stop": one.stop },
      el("div", { class: "card__row" }, icon("truck"), el("h2", { class: "grow" }, one.number)),
      el("p", {}, model.name(one)),
      el("ul", {}, one.lines.map((line) => el("li", {}, say("bring.out", {
        name: model.name(keeper.itemByCode(line.item)), batch: line.batch, n: line.received - line.back,
        unit: unitOf(line.item),
      })))),
      go(say("bring.begin"), `#/bring_back/${one.stop}`, { icon: "undo", "data-act": "bring" })))
    : note("info", say("bring.none")));
  fill(page, head(say("bring.title"), "#/store"), bar, cards);
  draw(slips);
  return () => bar.stop();
}

/** The slips that a text names: by the code on them, or by their number. */
function named(text, slips) {
  const tag = keeper.tagIn(text);
  if (tag && tag.kind === "stop") return slips.filter((one) => one.stop === tag.id);
  if (tag && tag.kind === "trip") return slips.filter((one) => one.trip === tag.id);
  const wanted = keeper.plain(text);
  const numbers = (one) => [one.number, one.slip].filter(Boolean).map(keeper.plain);
  return wanted ? slips.filter((one) => numbers(one).some((number) => number.endsWith(wanted))) : [];
}

async function form(page, slip) {
  const key = `return:${slip.stop}`;
  const found = await model.draft(key);
  const { depot = slip.depot, note: said = "", lines: before = null, replaces = null } = found ? found.body : {};
  const body = { depot, note: said, replaces, lines: slip.lines.map(({ lot, received, back }) => {
    const none = { lot, sound: before ? 0 : received - back, repair: 0, scrap: 0 };
    return { ...none, ...(before || []).find((one) => one.lot === lot) };
  }) };
  let shots = found ? found.photos : [];
  let saving = false;
  const told = el("div", { role: "alert" });
  const keep = () => {
    dispatchEvent(new CustomEvent("relief-form", { detail: true }));
    fill(told);
    return model.keepDraft({ key, kind: "return", body, photos: shots });
  };
  const card = (line) => {
    const held = body.lines.find((one) => one.lot === line.lot);
    const out = line.received - line.back;
    const sum = el("p", { class: "small" });
    const tell = () => {
      const rest = out - CONDITIONS.reduce((all, one) => all + held[one], 0);
      fill(sum, rest > 0 && say("bring.still_out", { n: rest, unit: unitOf(line.item) }),
        rest < 0 && say("bring.more", { n: -rest, unit: unitOf(line.item) }));
    };
    /** What is to be repaired or scrapped is not sound: the first figure gives way to the others. */
    const set = (condition) => (value) => {
      if (condition !== "sound") {
        held.sound = Math.max(0, held.sound - (value - held[condition]));
        sound.querySelector("input").value = held.sound;
      }
      held[condition] = value;
      tell();
      keep();
    };
    const [sound, ...others] = CONDITIONS.map((one) =>
      stepper({ label: say(`bring.${one}`), value: held[one], onvalue: set(one) }));
    tell();
    return el("section", { class: "card", "data-lot": line.lot },
      el("h2", {}, model.name(keeper.itemByCode(line.item))),
      el("p", { class: "quiet" }, say("bring.lot", { batch: line.batch, n: out, unit: unitOf(line.item) })),
      [sound, ...others].map((one, n) => row(say(`bring.${CONDITIONS[n]}`), one)), sum);
  };
  const photos = photoPart({ photos: shots, hint: say("bring.photo_hint"), onchange: (all) => {
    shots = [...all];
    keep();
  } });
  const words = el("input", { maxLength: 200, value: body.note, oninput: () => {
    body.note = words.value;
    keep();
  } });
  const save = async () => {
    const lines = body.lines.filter((one) => CONDITIONS.some((condition) => one[condition] > 0));
    if (saving) return;
    if (!lines.length) {
      fill(told, note("danger", say("bring.nothing")));
      return;
    }
    saving = true;
    try {
      await photos.stop();
      await model.save({ kind: "return", photos: shots, draft: key, replaces, body: {
        depot: body.depot, stop: slip.stop, area: slip.area, returned_at: stamp(),
        note: body.note.trim(), lines,
      } });
      location.hash = "#/store";
    } finally {
      saving = false;
    }
  };
  const bar = scanBar({ hint: say("bring.form_hint"), onText: (text) => heard(text) });
  /** The slip once more is its signature; a lot of it is looked at first. */
  const heard = async (text) => {
    const tag = keeper.tagIn(text);
    const line = tag && tag.kind === "lot" && slip.lines.find((one) => one.lot === tag.id);
    if (named(text, [slip]).length) await save();
    else if (line) {
      page.querySelector(`[data-lot="${line.lot}"]`).scrollIntoView({ block: "center" });
      bar.told("good", say("bring.this_lot", { batch: line.batch }));
    } else if (tag && tag.kind === "lot") bar.told("danger", say("goods.not_on_it"));
    else await lead(text, bar);
  };
  fill(page, head(slip.number, "#/bring_back"), bar,
    el("p", {}, say("bring.from", { name: model.name(slip) })),
    depotChoice(body.depot, (value) => {
      body.depot = value;
      keep();
    }),
    slip.lines.map(card),
    el("details", { class: "section" }, el("summary", {}, icon("camera"), say("bring.proof")),
      el("div", { class: "list" }, field(say("goods.note"), words), photos)),
    saveRow(say("bring.save"), save, told));
  return () => {
    bar.stop();
    photos.stop();
  };
}
