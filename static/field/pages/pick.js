// Picking by slip (拣货): one line at a time, the lot that expires first. Scanning the bin and the lot
// picks a line; by hand one press does.

import * as keeper from "../keeper.js";
import * as model from "../model.js";
import { barred, byExpiry, heard, isDone, pickedOf, proposal, stage, turn, withPick } from "../picking.js";
import { button, chips, el, field, fill, go, head, icon, note, stepper } from "../ui.js";
import { say } from "../words.js";
import { unknown } from "./found.js";
import { lead, wrongWorld } from "./lead.js";
import { quantityIn, unitOf } from "./quantity.js";
import { scanBar } from "./scan_bar.js";

export const REASONS = ["blocked", "damaged", "named", "other"];

/**
 * @param {HTMLElement} page
 * @param {string} id of a trip
 */
export async function show(page, id) {
  const trip = (await keeper.trips()).find((one) => String(one.id) === id);
  if (!trip || trip.issued) {
    fill(page, head(say("pick.title"), "#/store"),
      trip ? go(say("slip.open"), `#/slip/${id}`, { look: "main", icon: "file" })
        : note("warn", say("pick.gone")));
    return undefined;
  }
  let work = await keeper.work(trip);
  const lots = await keeper.lotsOf(trip.depot);
  const { loads } = trip;
  const store = { lots, today: keeper.today() };
  /** A lot that needs a reason before it may be picked. */
  let asking = null;
  /** The bin that was scanned since the last pick: goods are taken from it, whatever the book says. */
  let fresh = null;

  const line = el("div", { class: "list" });
  const others = el("div", {});
  const steps = el("b", {});
  const meter = el("progress", {});
  /** What the thumb presses next, always in its reach. */
  const hand = el("div", { class: "save" });
  const bar = scanBar({ onText: take, hint: say("pick.hint") });
  const lotOf = (key) => lots.find((one) => one.id === key) || keeper.lotById(key);
  const shown = () => loads.find((one) => one.id === work.at) || turn(loads, work);
  const stopOf = (load) => trip.stops.find((one) => one.id === load.stop);

  const keep = (next) => {
    work = next;
    keeper.keep(trip, work);
    draw();
  };
  const advance = () => {
    asking = null;
    const next = loads.find((one) => one.id !== work.at && !isDone(one, work)) || null;
    keep({ ...work, at: next ? next.id : null });
  };
  const record = ({ load, lot, quantity, reason = "", note: words = "", on = false }) => {
    asking = null;
    const bin = fresh ?? lot.bin ?? work.bin;
    fresh = null;
    const own = load.lot === null || load.lot === lot.id;
    const next = withPick(work, {
      load: load.id, lot: lot.id, quantity, bin,
      // What the lot meant for a line cannot give is given by the next, and that is why.
      reason: reason || (own ? "" : "other"), note: words || (own || reason ? "" : say("pick.own_short")),
    });
    work = { ...next, at: load.id };
    if (on && isDone(load, work)) advance();
    else keep(work);
  };

  async function take(text) {
    const found = await keeper.resolve(text);
    if (found.kind === "wrong_world") bar.told("danger", wrongWorld());
    else if (found.kind === "code") coded(found);
    else if (found.kind === "unknown") await bind(text);
    else if (found.tag.kind === "bin") binned(found.row);
    else if (found.tag.kind === "lot") picked(lotOf(found.tag.id));
    else if (found.tag.kind === "trip" && found.tag.id === trip.id) slipped();
    else await lead(text, bar);
  }
  const bind = async (text) => {
    bar.told("warn", say("scan.unknown_code", { code: text }));
    const bound = await unknown(text);
    if (bound) coded(bound);
    else bar.quiet();
  };
  const slipped = () => {
    if (stage(trip, work) === "load") location.hash = `#/load/${trip.id}`;
    else bar.told("info", say("pick.this_slip", keeper.progress(trip, work)));
  };
  const binned = (bin) => {
    if (bin.depot !== trip.depot) {
      bar.told("danger", say("pick.other_depot", { bin: bin.code }));
      return;
    }
    fresh = bin.id;
    const here = loads.find((one) => {
      const next = !isDone(one, work) && proposal(one, work, store);
      return next && next.lot.bin === bin.id;
    });
    bar.told(here ? "good" : "info", here
      ? say("pick.at_bin", { bin: bin.code, item: model.name(keeper.itemByCode(here.item)) })
      : say("pick.at_other_bin", { bin: bin.code }));
    asking = null;
    keep({ ...work, bin: bin.id, at: here ? here.id : (turn(loads, work) || { id: null }).id });
  };
  /** A maker's barcode tells the item; the lot is the one whose turn it is, or the only one here. */
  const coded = ({ item }) => {
    const mine = loads.find((one) => one.id === (shown() || {}).id && one.item === item.code)
      || loads.find((one) => one.item === item.code && !isDone(one, work));
    const last = work.picks[work.picks.length - 1];
    if (mine && isDone(mine, work) && last && last.load === mine.id) {
      picked(lotOf(last.lot));
      return;
    }
    const next = mine && proposal(mine, work, store);
    const here = lots.filter((one) => one.item === item.code && fresh !== null && one.bin === fresh
      && !barred(one, store.today));
    if (!mine) bar.told("danger", say("pick.not_on_slip", { name: model.name(item) }));
    else if (here.length === 1) picked(here[0]);
    else if (next) {
      picked(next.lot);
      bar.told("good", say("pick.by_code", { batch: next.lot.batch }));
    } else bar.told("warn", say("pick.no_lot"));
  };
  const picked = (lot) => {
    const said = heard(lot, { loads, work, ...store, shown: shown() });
    const name = model.name(keeper.itemByCode(lot.item));
    const date = keeper.goodUntil(lot);
    if (said.act === "confirm") {
      bar.told("good", say("pick.confirmed", { name, batch: lot.batch }));
      advance();
    } else if (said.act === "pick") {
      record(said);
      bar.told("good", say("pick.picked", {
        n: said.quantity, unit: unitOf(lot.item), name, batch: lot.batch,
      }));
    } else if (said.act === "ask") {
      asking = said;
      bar.told("warn", fefo(said));
      keep({ ...work, at: said.load.id });
    } else bar.told("danger", say(said.code, { name, batch: lot.batch, date }));
  };
  const fefo = ({ instead }) => instead ? say("pick.fefo", {
    date: keeper.goodUntil(instead), batch: instead.batch, bin: keeper.binName(instead.bin),
  }) : say("pick.not_own");

  const draw = () => {
    const load = shown();
    const { n, of } = keeper.progress(trip, work);
    const words = say("pick.progress", { n, of });
    fill(steps, words);
    Object.assign(meter, { max: of, value: n }).setAttribute("aria-label", words);
    fill(hand);
    if (asking) fill(line, reasonCard());
    else if (!load) fill(line, allPicked());
    else if (isDone(load, work)) fill(line, pickedCard(load));
    else fill(line, openCard(load));
    drawOthers(load);
  };
  const title = (load) => [
    el("p", { class: "quiet" }, say("pick.for", { place: model.name(stopOf(load)) })),
    el("h2", { class: "pick__item" }, model.name(keeper.itemByCode(load.item))),
  ];
  const openCard = (load) => {
    const next = proposal(load, work, store);
    const done = pickedOf(load, work.picks);
    const rest = load.planned - done;
    if (!next) {
      return el("section", { class: "card pick", "data-load": load.id }, title(load),
        note("warn", say("pick.no_lot")),
        button(say("pick.leave_rest", { n: rest, unit: unitOf(load.item) }), () => close(load),
          { icon: "cross", "data-act": "leave-rest" }));
    }
    let quantity = next.quantity;
    const { lot } = next;
    const label = (given) => say("pick.take", { n: given, unit: unitOf(load.item) });
    const press = button(label(quantity), () => {
      record({ load, lot, quantity, on: true });
      bar.told("good", say("pick.picked", {
        n: quantity, unit: unitOf(load.item), name: model.name(keeper.itemByCode(load.item)),
        batch: lot.batch,
      }));
    }, { look: "main", icon: "check", "data-act": "picked" });
    fill(hand, press);
    const others = lots.filter((one) => one.item === load.item && one.id !== lot.id && one.on_hand > 0)
      .sort(byExpiry);
    return el("section", { class: "card pick", "data-load": load.id, "data-lot": lot.id },
      title(load),
      el("dl", { class: "pick__facts" },
        fact("pick.bin", keeper.binName(lot.bin), lot.bin !== null && lot.bin === work.bin),
        fact("pick.lot", lot.batch), fact("pick.until", keeper.goodUntil(lot)),
        fact("pick.quantity", quantityIn(next.quantity, lot, load.item), false, "pick__due")),
      done > 0 && el("p", { class: "quiet" }, say("pick.so_far", { n: done, unit: unitOf(load.item) })),
      el("details", { class: "section" }, el("summary", {}, say("pick.else")),
        el("div", { class: "list" },
          el("div", { class: "card__row" }, el("span", { class: "grow" }, say("pick.less")),
            stepper({ label: say("pick.less"), value: quantity, least: 1, most: rest, onvalue: (given) => {
              quantity = given;
              press.querySelector("span").textContent = label(given);
            } })),
          others.map((one) => otherLot(load, one)),
          button(say("pick.leave_rest", { n: rest, unit: unitOf(load.item) }), () => close(load),
            { icon: "cross", "data-act": "leave-rest" }))));
  };
  const fact = (code, text, here = false, look = "") => [
    el("dt", {}, say(code)),
    el("dd", { class: `${look}${here ? " is-here" : ""}` }, text, here && icon("check")),
  ];
  const otherLot = (load, lot) => {
    const bar_ = barred(lot, store.today);
    const words = say("pick.lot_line", {
      batch: lot.batch, date: keeper.goodUntil(lot), bin: keeper.binName(lot.bin), n: lot.free,
    });
    if (bar_) return el("p", { class: "small quiet" }, words, el("br"), say(`pick.barred.${bar_}`));
    return button(words, () => {
      keep({ ...work, at: load.id });
      picked(lot);
    }, { icon: "goods", "data-lot": lot.id });
  };
  const close = (load) => {
    work = { ...work, closed: [...work.closed, load.id], at: load.id };
    advance();
    bar.told("info", say("pick.rest_left"));
  };
  const reasonCard = () => {
    const { load, lot, instead, quantity } = asking;
    const words = el("input", { maxLength: 100 });
    const other = el("div", { class: "list", hidden: true }, field(say("pick.why_text"), words),
      button(say("pick.keep_lot"), () => words.value.trim()
        && record({ load, lot, quantity, reason: "other", note: words.value.trim() }),
      { look: "main", icon: "check", "data-act": "reason" }));
    return el("section", { class: "card pick pick--ask" }, title(load),
      note("warn", fefo(asking)),
      el("p", {}, say("pick.scanned", { batch: lot.batch, date: keeper.goodUntil(lot) })),
      instead && button(say("pick.change_lot", { batch: instead.batch }), () => {
        asking = null;
        bar.quiet();
        draw();
      }, { look: "main", icon: "undo", "data-act": "change-lot" }),
      chips({
        legend: say("pick.why"),
        options: REASONS.map((value) => ({ value, label: say(`pick.reason.${value}`) })),
        picked: [],
        onchange: ([reason]) => {
          other.hidden = reason !== "other";
          if (reason === "other") words.focus();
          else if (reason) {
            record({ load, lot, quantity, reason });
            bar.told("good", say("pick.with_reason", { batch: lot.batch, why: say(`pick.reason.${reason}`) }));
          }
        },
      }), other);
  };
  const pickedCard = (load) => {
    fill(hand, button(say("pick.next"), advance, { look: "main", icon: "check", "data-act": "next" }));
    const mine = work.picks.filter((one) => one.load === load.id);
    return el("section", { class: "card pick pick--done", "data-load": load.id }, title(load),
      mine.map((one) => el("p", { class: "state state--sent" }, icon("check"),
        say("pick.done_line", { n: one.quantity, unit: unitOf(load.item), batch: lotOf(one.lot).batch }))),
      work.closed.includes(load.id) && el("p", { class: "quiet" }, say("pick.rest_left")),
      button(say("pick.take_back"), () => takeBack(load), { icon: "undo", "data-act": "take-back" }));
  };
  const takeBack = (load) => {
    const picks = work.picks.filter((one) => one.load !== load.id);
    keep({ ...work, picks, closed: work.closed.filter((one) => one !== load.id), at: load.id });
    bar.quiet();
  };
  const allPicked = () => {
    fill(hand, go(say("store.do.load"), `#/load/${trip.id}`,
      { look: "main", icon: "check", "data-act": "to-load" }));
    return el("section", { class: "card pick pick--done" },
      el("h2", {}, say("pick.all")), el("p", {}, say("pick.all_next")));
  };
  const drawOthers = (load) => {
    const rest = loads.filter((one) => !load || one.id !== load.id);
    fill(others, rest.length > 0 && el("details", { class: "section", open: !load },
      el("summary", {}, say("pick.lines", { n: rest.length })),
      el("div", { class: "list" }, rest.map((one) => button(
        say(isDone(one, work) ? "pick.line_picked" : "pick.line_open", {
          name: model.name(keeper.itemByCode(one.item)), n: one.planned, unit: unitOf(one.item),
        }),
        () => {
          asking = null;
          keep({ ...work, at: one.id });
        },
        { icon: isDone(one, work) ? "check" : "goods", "data-line": one.id })))));
  };

  fill(page, head(trip.number, "#/store", steps), meter, bar, line, others, hand);
  if (work.at === null && turn(loads, work)) work.at = turn(loads, work).id;
  draw();
  return () => bar.stop();
}
