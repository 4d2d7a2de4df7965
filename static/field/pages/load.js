// Checking a load (复核装车): a second person scans the slip and then what stands on the vehicle. Their
// count is what leaves. With plate, driver and seal it becomes the issue (出库), offline too.

import { photoPart } from "../camera.js";
import * as keeper from "../keeper.js";
import * as model from "../model.js";
import { expected, loaded, mismatches, stage } from "../picking.js";
import * as pin from "../pin.js";
import { ask, button, chips, el, field, fill, go, head, icon, note, stepper } from "../ui.js";
import { say } from "../words.js";
import { lead, wrongWorld } from "./lead.js";
import { quantityIn, unitOf } from "./quantity.js";
import { scanBar } from "./scan_bar.js";
import { keepSlip } from "./slip.js";

/** What follows from a number is drawn when it has stood for so long. */
const REDRAWN_MS = 300;

/**
 * @param {HTMLElement} page
 * @param {string} id of a trip
 */
export async function show(page, id) {
  const trip = (await keeper.trips()).find((one) => String(one.id) === id);
  const work = trip && !trip.issued && (await keeper.work(trip));
  if (!work || stage(trip, work) !== "load") {
    fill(page, head(say("load.title"), "#/store"),
      !trip ? note("warn", say("pick.gone"))
        : work ? [note("info", say("load.pick_first")),
          go(say("store.do.pick"), `#/pick/${id}`, { look: "main", icon: "goods" })]
          : go(say("slip.open"), `#/slip/${id}`, { look: "main", icon: "file" }));
    return undefined;
  }
  const lots = await keeper.lotsOf(trip.depot);
  const lotOf = (key) => lots.find((one) => one.id === key) || keeper.lotById(key);
  const wanted = expected(work.picks);
  /** @type {Record<string, number>} */
  const counted = work.counted;
  let slipSeen = false;
  let saving = false;
  /** A signature under way; the goods do not leave before it is there. */
  let signing = Promise.resolve();

  const list = el("div", { class: "list" });
  const signs = el("div", {});
  const why = el("input", { maxLength: 100, value: work.why, oninput: () => {
    work.why = why.value;
    keep();
  } });
  const reason = el("section", { class: "card card--danger", hidden: true });
  const words = el("span", {});
  const bar = scanBar({ onText: take, hint: say("load.hint") });
  const keep = () => keeper.keep(trip, work);
  const left = () => [...wanted.keys()].filter((lot) => !(lot in counted));
  const wrong = () => mismatches(work.picks, counted).filter(({ lot }) => lot in counted);

  async function take(text) {
    const found = await keeper.resolve(text);
    if (found.kind === "wrong_world") bar.told("danger", wrongWorld());
    else if (found.kind === "code") counting(lots.filter((one) => one.item === found.item.code));
    else if (found.kind === "unknown") bar.told("warn", say("scan.unknown_code", { code: text }));
    else if (found.tag.kind === "lot") counting([lotOf(found.tag.id)]);
    else if (found.tag.kind === "trip") await slip(found);
    else await lead(text, bar);
  }
  /** The slip first says which vehicle this is; scanned again it says that all is on it. */
  const slip = async ({ tag, row }) => {
    if (tag.id !== trip.id) bar.told("danger", say("load.other_slip", { slip: row.number }));
    else if (!slipSeen) {
      slipSeen = true;
      bar.told("good", say("load.slip_right", { n: left().length }));
    } else await save();
  };
  const counting = (found) => {
    const name = found[0] && model.name(keeper.itemByCode(found[0].item));
    const lot = found.find((one) => wanted.has(one.id) && !(one.id in counted))
      || found.find((one) => wanted.has(one.id));
    if (!slipSeen) bar.told("warn", say("load.slip_first"));
    else if (!lot && found.length !== 1) bar.told("danger", say("load.not_picked", { name: name || "?" }));
    else if (!lot) {
      counted[found[0].id] = (counted[found[0].id] || 0) + found[0].pack;
      bar.told("danger", say("load.not_picked", { name }));
      changed();
    } else if (lot.id in counted) bar.told("info", say("load.counted_already", { name, batch: lot.batch }));
    else {
      counted[lot.id] = wanted.get(lot.id);
      bar.told("good", say("load.counted", { n: counted[lot.id], unit: unitOf(lot.item), name }));
      changed();
    }
  };
  const changed = () => {
    keep();
    draw();
  };

  const draw = () => {
    const extra = Object.keys(counted).map(Number).filter((lot) => !wanted.has(lot));
    fill(list, byItem([...wanted.keys(), ...extra]));
    const differs = wrong();
    reason.hidden = differs.length === 0;
    fill(reason, differs.length > 0 && [
      note("warn", say("load.differs", { n: differs.length })), field(say("load.why"), why)]);
    const whole = differs.length ? "load.issue_counted" : "load.issue";
    fill(words, say(left().length ? "load.left" : whole, { n: left().length }));
  };
  const byItem = (all) => {
    const codes = [...new Set(all.map((lot) => lotOf(lot).item))];
    return codes.map((code) => {
      const mine = all.filter((lot) => lotOf(lot).item === code);
      const sum = (of) => mine.reduce((total, lot) => total + (of(lot) || 0), 0);
      return el("section", { class: "card", "data-item": code },
        el("div", { class: "card__row" },
          el("h2", { class: "grow" }, model.name(keeper.itemByCode(code))),
          el("b", { class: "load__sum" }, say("load.sum", {
            n: sum((lot) => counted[lot]), of: sum((lot) => wanted.get(lot)), unit: unitOf(code),
          }))),
        mine.map((lot) => row(lotOf(lot))));
    });
  };
  const row = (lot) => {
    const due = wanted.get(lot.id) || 0;
    const done = lot.id in counted;
    const same = counted[lot.id] === due;
    return el("div", { class: "load__lot", "data-lot": lot.id },
      el("p", { class: `state ${done ? (same ? "state--sent" : "state--refused") : "quiet"}` },
        icon(done ? (same ? "check" : "warning") : "other"),
        due ? say("load.lot", { batch: lot.batch, due: quantityIn(due, lot, lot.item) })
          : say("load.lot_extra", { batch: lot.batch })),
      el("div", { class: "acts" },
        !done && button(say("load.same"), () => {
          counted[lot.id] = due;
          changed();
        }, { look: "main", icon: "check", "data-act": "same" }),
        stepper({ label: say("load.found", { batch: lot.batch }), value: counted[lot.id] ?? due,
          onvalue: (given) => {
            if (given === 0 && !due) delete counted[lot.id];
            else counted[lot.id] = given;
            keep();
            redraw();
          } })));
  };
  let pause = 0;
  /** A number being typed keeps its field; a pressed button is there again after the drawing. */
  const redraw = () => {
    clearTimeout(pause);
    pause = setTimeout(() => {
      const held = document.activeElement;
      if (!list.contains(held)) draw();
      else if (held.tagName === "BUTTON") {
        const at = [...list.querySelectorAll("button, input")].indexOf(held);
        draw();
        const again = list.querySelectorAll("button, input")[at];
        if (again) again.focus();
      }
    }, REDRAWN_MS);
  };
  list.addEventListener("focusout", redraw);

  const drawSigns = async () => {
    const others = (await pin.people()).filter((one) => one.has_pin && one.id !== model.person().id);
    fill(signs, el("section", { class: "card" }, el("h2", {}, say("load.second")),
      others.length > 0 && chips({
        legend: say("load.who"),
        options: others.map((one) => ({ value: one.id, label: model.name(one) })),
        picked: work.checked_by === null ? [] : [work.checked_by],
        onchange: ([who]) => {
          signing = sign(who);
        },
      }),
      work.checked_by === null
        ? el("p", { class: "quiet" }, say("load.office_checks"))
        : el("p", { class: "state state--sent" }, icon("check"),
          say("load.signed", { name: model.personName(work.checked_by) }))));
  };
  /** The second person signs with their own PIN; nobody signs for another. */
  const sign = async (who) => {
    work.checked_by = null;
    if (who !== undefined) {
      const typed = el("input", {
        class: "pin", type: "password", inputMode: "numeric", autocomplete: "off", maxLength: 6,
      });
      const yes = await ask({
        title: model.personName(who), text: say("load.pin"), yes: say("load.sign"), look: "main",
      }, field(say("pin.enter"), typed));
      const found = yes ? await pin.confirm(who, typed.value) : null;
      if (found && found.ok) work.checked_by = who;
      else if (found) bar.told("danger", found.left ? say("pin.wrong", { left: found.left }) : say("auth.locked"));
    }
    keep();
    await drawSigns();
  };

  const written = (key, code, more = {}) => field(say(code), el("input", {
    value: work[key], autocomplete: "off", "data-key": key, oninput: ({ target }) => {
      work[key] = target.value;
      keep();
    }, ...more,
  }));
  const photos = photoPart({ photos: work.photos, hint: say("load.photo_hint"), onchange: (all) => {
    work.photos = [...all];
    keep();
  } });

  const save = async () => {
    if (left().length) {
      bar.told("warn", say("load.left", { n: left().length }));
      return;
    }
    if (wrong().length && !work.why.trim()) {
      bar.told("danger", say("load.why_first"));
      why.focus();
      return;
    }
    if (saving) return;
    saving = true;
    try {
      await photos.stop();
      await signing;
      await issue();
    } finally {
      saving = false;
    }
  };
  const issue = async () => {
    const remark = wrong().length ? work.why.trim() : "";
    const picks = remark
      ? loaded({ picks: work.picks, counted, loads: trip.loads, lots, note: remark }) : work.picks;
    if (!picks.length) {
      bar.told("danger", say("load.nothing"));
      return;
    }
    const { plate, driver, driver_phone, seal, checked_by } = work;
    const body = {
      trip: trip.id, slip: await keeper.takeSlip(), plate: plate.trim(), driver: driver.trim(),
      driver_phone: driver_phone.trim(), seal: seal.trim(), checked_by, picks,
    };
    // Goods that have left cannot be taken back: what is told goes at once.
    const item = await model.save({
      kind: "issue", body, photos: work.photos, draft: `issue:${trip.id}`, hold_ms: 0,
    });
    model.toldSaved();
    await keepSlip(trip, item);
    location.hash = `#/slip/${trip.id}`;
  };

  fill(page, head(say("load.of", { trip: trip.number }), `#/pick/${trip.id}`), bar, list, reason, signs,
    el("section", { class: "card" }, el("h2", {}, say("load.vehicle")),
      el("p", { class: "quiet" }, model.name({ name: trip.fleet, name_en: trip.fleet_en })),
      written("plate", "load.plate", { autocapitalize: "characters", maxLength: 20 }),
      written("driver", "load.driver", { maxLength: 40 }),
      written("driver_phone", "load.phone", { inputMode: "tel", maxLength: 30 }),
      written("seal", "load.seal", { maxLength: 40 })),
    el("details", { class: "section" }, el("summary", {}, say("load.photo")), photos),
    el("div", { class: "save" },
      el("button", { type: "button", class: "button button--main", "data-act": "issue", onclick: save },
        icon("truck"), words)));
  draw();
  await drawSigns();
  return () => {
    clearTimeout(pause);
    photos.stop();
    bar.stop();
  };
}
