// Goods for households (发放登记): who gets them, how much, and a signature or a photo. What a household
// got is proposed for the next one.

import { photoPart } from "../camera.js";
import { stamp } from "../clock.js";
import { fact, setFact } from "../db.js";
import * as keeper from "../keeper.js";
import * as model from "../model.js";
import { shrink } from "../photos.js";
import { heardAt } from "../rules.js";
import { button, el, field, fill, go, head, icon, note, stepper } from "../ui.js";
import { say } from "../words.js";
import { stateOf } from "./card.js";
import { choice, row, saveRow } from "./goods_scan.js";
import { unitOf } from "./quantity.js";

const SHOWN = 40;
/** In an address: somebody who is not in the register. */
const BY_NAME = "new";

/**
 * @param {HTMLElement} page
 * @param {string} [id] of a household
 */
export async function show(page, id = "") {
  const goods = await left();
  const hindered = !model.incident() ? say("hand.no_incident") : !goods.length && say("hand.no_goods");
  if (hindered) {
    fill(page, head(say("hand.title"), "#/goods"), note("info", hindered));
    return undefined;
  }
  const household = keeper.store().households.find((one) => String(one.id) === id);
  return household || id === BY_NAME ? form(page, goods, household || null) : list(page);
}

/** What can be handed out, less what was on this phone since the county told. */
async function left() {
  if (!keeper.store()) return [];
  const since = Date.parse(model.reference().server_time);
  const given = new Map();
  for (const saved of await model.savedItems("hand_out")) {
    if (saved.book !== model.reference().book || heardAt(saved) < since) continue;
    for (const { lot, quantity } of saved.body.lines) given.set(lot, (given.get(lot) || 0) + quantity);
  }
  return keeper.store().to_hand_out
    .map((one) => ({ ...one, left: one.left - (given.get(one.lot) || 0) }))
    .filter((one) => one.left > 0);
}

/** The households this phone has served in this event, each with its newest item. */
async function served() {
  const { id } = model.incident();
  const here = (await model.savedItems("hand_out")).filter(({ body }) => body.incident === id);
  return new Map(here.map((row) => [row.body.household, row]));
}

const villageOf = (one) => model.placeByKey(one.village);

/** The households, by village and number; those who got something first come last. */
async function list(page) {
  const { households } = keeper.store();
  const had = await served();
  const villages = [...new Set(households.map((one) => one.village))];
  let village = await fact("hand_village");
  if (!villages.includes(village)) village = villages.length === 1 ? villages[0] : null;
  const rows = el("div", { class: "list" });
  const typed = el("input", { type: "search", autocomplete: "off", inputMode: "numeric",
    oninput: () => draw() });
  const draw = () => {
    const wanted = typed.value.trim();
    const found = households
      .filter((one) => (!village || one.village === village) && one.number.includes(wanted))
      .sort((one, other) => Number(had.has(one.id)) - Number(had.has(other.id)));
    fill(rows, found.slice(0, SHOWN).map((one) => el("div", { class: "card card__row", "data-household": one.id },
      go(say("hand.household", { number: one.number.slice(-6), people: one.people }), `#/hand_out/${one.id}`,
        { icon: had.has(one.id) ? "check" : "people", class: "button grow" }),
      had.has(one.id) && stateOf(had.get(one.id)))),
    found.length > SHOWN && note("info", say("hand.more", { n: found.length - SHOWN })));
  };
  fill(page, head(say("hand.title"), "#/goods"),
    villages.length > 1 && choice(say("report.place"), [{ value: null, label: say("hand.all_villages") },
      ...villages.map((code) => ({ value: code, label: villageOf({ village: code }).name }))], village,
    (value) => {
      village = value;
      setFact("hand_village", value);
      draw();
    }),
    households.length > 0 && field(say("hand.search"), typed),
    el("p", { class: "quiet" }, say("hand.done", {
      n: households.filter((one) => had.has(one.id)).length, of: households.length,
    })),
    go(say("hand.by_name"), `#/hand_out/${BY_NAME}`, { icon: "plus", "data-act": "by-name" }), rows);
  draw();
  return undefined;
}

async function form(page, goods, household) {
  const key = `hand_out:${household ? household.id : BY_NAME}`;
  const found = await model.draft(key);
  const usual = (await fact("hand_usual")) || {};
  const places = model.places();
  const kept = found ? found.body : {};
  const body = {
    area: household ? household.village : (places[0] || {}).key, receiver: "",
    people: household ? household.people : 1, replaces: null, ...kept,
    quantities: kept.quantities || (kept.lines ? asGiven(kept.lines) : proposed(goods, usual)),
  };
  let shots = found ? found.photos : [];
  let saving = false;
  const told = el("div", { role: "alert" });
  const keep = () => {
    dispatchEvent(new CustomEvent("relief-form", { detail: true }));
    fill(told);
    return model.keepDraft({ key, kind: "hand_out", body, photos: shots });
  };
  const before = household && (await served()).get(household.id);
  const photos = photoPart({ photos: shots, hint: say("hand.photo_hint"), onchange: (all) => {
    shots = [...all];
    keep();
  } });
  const name = el("input", { maxLength: 60, value: body.receiver, autocomplete: "off", oninput: () => {
    body.receiver = name.value;
    keep();
  } });
  const drawn = await signature();
  const lines = () => goods.filter((one) => body.quantities[one.lot] > 0)
    .map((one) => ({ lot: one.lot, quantity: body.quantities[one.lot] }));
  const wrong = () => {
    if (!household && !name.value.trim()) return say("hand.who");
    if (!lines().length) return say("hand.nothing");
    return drawn.isEmpty() && !shots.length ? say("hand.sign_first") : "";
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
      const signed = drawn.isEmpty() ? null : await shrink(await drawn.picture());
      await setFact("hand_usual", { ...usual, ...byItem(goods, body.quantities) });
      const all = signed ? [signed, ...shots] : shots;
      await model.save({ kind: "hand_out", draft: key, photos: all, replaces: body.replaces, body: {
        incident: model.incident().id, area: body.area, household: household ? household.id : null,
        receiver: body.receiver.trim(), people: body.people, handed_at: stamp(),
        signature: signed ? signed.sha256 : "", lines: lines(),
      } });
      model.toldSaved();
      location.hash = "#/hand_out";
    } finally {
      saving = false;
    }
  };
  fill(page,
    head(household ? say("hand.to", { number: household.number.slice(-6) }) : say("hand.by_name"), "#/hand_out"),
    before && note("warn", say("hand.again"), stateOf(before)),
    el("section", { class: "card" },
      !household && places.length > 1 && choice(say("report.place"),
        places.map((one) => ({ value: one.key, label: one.name })), body.area, (value) => {
          body.area = value;
          keep();
        }),
      household && el("p", {}, villageOf(household).name),
      !household && field(say("hand.receiver"), name),
      row(say("hand.people"), stepper({ label: say("hand.people"), value: body.people, least: 1, most: 999,
        onvalue: (value) => {
          body.people = value;
          keep();
        } }))),
    goods.map((one) => el("section", { class: "card", "data-lot": one.lot },
      row(model.name(keeper.itemByCode(one.item)),
        stepper({ label: model.name(keeper.itemByCode(one.item)), value: body.quantities[one.lot] || 0,
          onvalue: (value) => {
            body.quantities[one.lot] = value;
            keep();
          } })),
      el("p", { class: "small quiet" },
        say("hand.left", { n: one.left, unit: unitOf(one.item), batch: one.batch })))),
    drawn,
    el("details", { class: "section", open: shots.length > 0 },
      el("summary", {}, icon("camera"), say("hand.or_photo")), photos),
    saveRow(say("hand.save"), save, told));
  drawn.begin();
  return () => photos.stop();
}

/** What the household before got of each item, from the lots in their order. */
function proposed(goods, usual) {
  const rest = { ...usual };
  const found = {};
  for (const { item, lot, left: most } of goods) {
    found[lot] = Math.min(most, rest[item] || 0);
    rest[item] = (rest[item] || 0) - found[lot];
  }
  return found;
}

/** A form that comes back to be corrected, with what it said. */
const asGiven = (lines) => Object.fromEntries(lines.map((one) => [one.lot, one.quantity]));

/** Units of each item, whatever their lots. */
function byItem(goods, quantities) {
  const found = {};
  for (const { item, lot } of goods) found[item] = (found[item] || 0) + (quantities[lot] || 0);
  return found;
}

/** Where the receiver signs with a finger; the drawing becomes a photo of the item. */
async function signature() {
  const { default: SignaturePad } = await import("../../vendor/signature_pad/signature_pad.min.js");
  const canvas = el("canvas", { class: "sign", role: "img", "aria-label": say("hand.sign") });
  const pad = new SignaturePad(canvas, { backgroundColor: "#ffffff", penColor: "#10204a" });
  const part = el("section", { class: "card" },
    el("div", { class: "card__row" }, el("h2", { class: "grow" }, say("hand.sign")),
      button(say("hand.clear"), () => pad.clear(), { look: "quiet", icon: "undo" })),
    canvas);
  /** As fine as the screen is, once the canvas has its size on the page. */
  part.begin = () => {
    const scale = Math.max(devicePixelRatio || 1, 1);
    canvas.width = canvas.offsetWidth * scale;
    canvas.height = canvas.offsetHeight * scale;
    canvas.getContext("2d").scale(scale, scale);
    pad.clear();
  };
  part.isEmpty = () => pad.isEmpty();
  part.picture = () => new Promise((done) => canvas.toBlob(done, "image/png"));
  return part;
}
