// The issue slip and waybill (出库单、运单) as paper: from what is on this phone, so that it can be
// printed and signed without a network. Its number is of the phone's own block.

import { fact, setFact } from "../db.js";
import * as keeper from "../keeper.js";
import * as model from "../model.js";
import * as tags from "../tags.js";
import { button, el, fill, head, icon, note } from "../ui.js";
import { say } from "../words.js";
import { stateOf } from "./card.js";
import { quantityIn, unitOf } from "./quantity.js";

/** Slips are kept for so many trips; older ones are with the county. */
const KEPT = 60;
const FACT = "issued";
const QUIET = 4;
const SIGNERS = ["ordered", "keeper", "carrier", "receiver"];

/** Keeps what a slip says, for the county names a trip that has left no more. */
export async function keepSlip(trip, item) {
  const all = ((await fact(FACT)) || []).filter((one) => one.item !== item.id);
  await setFact(FACT, [...all, slipOf(trip, item)].slice(-KEPT));
}

function slipOf(trip, item) {
  return {
    item: item.id, trip, depot: keeper.depotById(trip.depot),
    lots: item.body.picks.map((one) => keeper.lotById(one.lot)),
    incident: model.reference().incidents.find((one) => one.id === trip.incident) || null,
  };
}

/**
 * @param {HTMLElement} page
 * @param {string} id of a trip
 */
export async function show(page, id) {
  const issued = (await model.said("issue", "trip")).get(Number(id));
  const trip = keeper.store().trips.find((one) => String(one.id) === id);
  const kept = issued && (((await fact(FACT)) || []).find((one) => one.item === issued.id)
    || (trip && slipOf(trip, issued)));
  if (!kept) {
    fill(page, head(say("slip.title"), "#/store"), note("warn", say("slip.gone")));
    return undefined;
  }
  const state = el("div", { class: "list", role: "status" });
  const draw = async () => {
    const row = (await model.said("issue", "trip")).get(Number(id));
    fill(state,
      el("p", { class: "card__row" }, stateOf(row)),
      row.receipt ? note("good", say("slip.issued", { receipt: row.receipt }))
        : note("info", say("slip.saved")),
      row.reason && note("warn", row.reason));
  };
  const share = async () => {
    const text = say("slip.message", {
      number: numberOf(issued), address: tags.address({ kind: "trip", id: kept.trip.id }),
    });
    location.href = `sms:${issued.body.driver_phone}?body=${encodeURIComponent(text)}`;
  };
  const sheet = await paper(issued, kept);
  fill(page, head(numberOf(issued), "#/store"), state,
    el("div", { class: "acts" },
      button(say("slip.print"), () => print(), { look: "main", icon: "print", "data-act": "print" }),
      button(say("slip.send"), share, { icon: "sms" })),
    sheet);
  await draw();
  return model.onchange(draw);
}

/** The slip's number; where the block was used up, the item's own code until the county gives one. */
function numberOf({ body, code }) {
  return body.slip || say("slip.no_number", { code });
}

async function paper(issued, { trip, lots, depot, incident }) {
  const { body } = issued;
  const lotOf = (key) => lots.find((one) => one && one.id === key)
    || { batch: "?", good_until: null, pack: 1 };
  const orders = trip.orders.map((one) => one.number).join(say("comma"));
  const unpapered = trip.orders.find((one) => one.paper_due);
  const facts = [
    ["slip.number", numberOf(issued)], ["slip.trip", trip.number], ["slip.orders", orders],
    ["slip.incident", model.name(incident)], ["slip.depot", model.name(depot)],
    ["slip.left", issued.made_at.slice(0, 16).replace("T", " ")], ["slip.plate", body.plate],
    ["slip.driver", [body.driver, body.driver_phone].filter(Boolean).join(" ")],
    ["slip.seal", body.seal],
    ["slip.checked", body.checked_by ? model.personName(body.checked_by) : say("load.office_checks")],
  ];
  return el("article", { class: `paper${trip.drill ? " paper--drill" : ""}` },
    trip.drill && el("p", { class: "paper__drill" }, say("slip.drill")),
    el("div", { class: "paper__top" },
      el("div", {}, el("h2", {}, say("slip.title")),
        unpapered && el("p", { class: "paper__stamp" }, say("slip.stamp"))),
      await code(trip)),
    // What nobody typed has room to be written by hand.
    el("dl", { class: "facts" }, facts.map(([key, text]) =>
      [el("dt", {}, say(key)), el("dd", {}, text || "\u00a0")])),
    trip.stops.map((stop) => goods(stop, trip, body.picks, lotOf)),
    el("dl", { class: "paper__signs" }, SIGNERS.map((one) =>
      el("div", {}, el("dt", {}, say(`slip.sign.${one}`)), el("dd", {}, "\u00a0")))));
}

/** What one receiver gets, lot by lot. */
function goods(stop, trip, picks, lotOf) {
  const loads = trip.loads.filter((one) => one.stop === stop.id);
  const rows = loads.flatMap((load) => picks
    .filter((one) => one.load === load.id)
    .map((one) => ({ load, pick: one, lot: lotOf(one.lot), item: keeper.itemByCode(load.item) })));
  const heads = ["item", "lot", "until", "bin", "due", "out"].map((one) => say(`slip.col.${one}`));
  const cells = ({ load, pick, lot, item }) => [
    model.name(item), lot.batch, lot.good_until || "—", keeper.binName(pick.bin),
    `${load.planned} ${unitOf(load.item)}`, quantityIn(pick.quantity, lot, load.item),
  ];
  return el("table", { class: "paper__goods" },
    el("caption", {}, say("slip.receiver", { name: model.name(stop) })),
    el("thead", {}, el("tr", {}, heads.map((one) => el("th", { scope: "col" }, one)))),
    el("tbody", {}, rows.map((row) => el("tr", {}, cells(row).map((text, n) =>
      el("td", { "data-head": heads[n] }, text))))));
}

/** The trip's tag as a QR code and in letters. */
async function code(trip) {
  const { qrcode } = await import("../../vendor/qrcode-generator/qrcode.mjs");
  const made = qrcode(0, "M");
  made.addData(tags.address({ kind: "trip", id: trip.id }), "Byte");
  made.make();
  const count = made.getModuleCount();
  const side = count + 2 * QUIET;
  let path = "";
  for (let y = 0; y < count; y += 1) {
    for (let x = 0; x < count; x += 1) {
      if (made.isDark(y, x)) path += `M${x + QUIET} ${y + QUIET}h1v1h-1z`;
    }
  }
  const name = tags.write({ kind: "trip", id: trip.id });
  const svg = icon("code");
  svg.setAttribute("class", "paper__qr");
  svg.setAttribute("viewBox", `0 0 ${side} ${side}`);
  svg.firstChild.setAttribute("d", path);
  return el("figure", {}, svg, el("figcaption", {}, name));
}
