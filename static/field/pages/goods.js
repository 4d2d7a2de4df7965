// Goods on the way (物资): what comes and when, and the receipt (签收), line by line, offline too.

import * as model from "../model.js";
import { photoPart } from "../camera.js";
import { el, field, fill, go, head, icon, moment, note, stepper } from "../ui.js";
import { say } from "../words.js";
import { stateOf } from "./card.js";

/**
 * @param {HTMLElement} page
 * @param {string} [id] of a stop; all of them without
 */
export async function show(page, id = "") {
  const stops = model.reference().stops;
  const signed = await model.said("receipt", "stop");
  const stop = stops.find((one) => String(one.id) === id);
  if (stop) return receive(page, stop, signed.get(stop.id));
  return coming(page, stops, signed);
}

/** Receiving by scan, once that part of the app is on the phone; until then goods are found by hand. */
async function byScan(make) {
  if (!model.reference().store) return null;
  try {
    return await make(await import("./receive_by_scan.js"));
  } catch (fault) {
    if (navigator.onLine) throw fault;
    return null;
  }
}

/** Whether goods are here that households have not got yet. */
function toHandOut() {
  const { store } = model.reference();
  return Boolean(store && store.to_hand_out.length);
}

async function coming(page, stops, signed) {
  const card = (stop) => {
    const item = signed.get(stop.id);
    return el("article", { class: "card", "data-stop": stop.id },
      el("div", { class: "card__row" }, icon("truck"), el("h2", { class: "grow" }, stop.slip),
        item && stateOf(item)),
      el("dl", { class: "facts" },
        el("dt", {}, say("goods.arrives")), el("dd", {}, moment(stop.arrives_at)),
        el("dt", {}, say("goods.plate")), el("dd", {}, stop.plate || say("unknown")),
        stop.driver && [el("dt", {}, say("goods.driver")), el("dd", {}, stop.driver)]),
      el("ul", {}, stop.lines.map((line) =>
        el("li", {}, say("goods.line", { name: model.name(line), n: line.loaded, unit: model.unit(line) })))),
      el("div", { class: "acts" },
        stop.phone && el("a", { class: "button", href: `tel:${stop.phone}` }, icon("phone"),
          say("goods.call")),
        !item && go(say("goods.receive"), `#/goods/${stop.id}`,
          { look: "main", icon: "check", "data-act": "receive" })));
  };
  const bar = stops.length > 0 && (await byScan(({ findByScan }) => findByScan()));
  fill(page,
    head(say("tab.goods")),
    toHandOut() && go(say("goods.hand_out"), "#/hand_out", { look: "main", icon: "people", "data-act": "hand-out" }),
    bar,
    stops.length
      ? el("div", { class: "list" }, stops.map(card))
      : note("info", say("goods.none")));
  return () => bar && bar.stop();
}

async function receive(page, stop, before) {
  if (before) {
    fill(page, head(stop.slip, "#/goods"), note("good", say("recv.already", {
      name: model.name(model.person()), time: moment(before.made_at),
    })), stateOf(before));
    return undefined;
  }
  const key = `receipt:${stop.id}`;
  const found = await model.draft(key);
  const counts = stop.lines.map((line) => {
    const kept = found && found.body.lines.find((one) => one.line === line.line);
    return kept ? { ...kept } : { line: line.line, received: line.loaded, damaged: 0 };
  });
  let text = found ? found.body.note : "";
  let shots = found ? found.photos : [];
  let saving = false;

  const body = () => ({ stop: stop.id, lines: counts, note: text.trim() });
  const keep = () => {
    dispatchEvent(new CustomEvent("relief-form", { detail: true }));
    return model.keepDraft({ key, kind: "receipt", body: body(), photos: shots });
  };
  const photos = photoPart({
    photos: shots,
    hint: say("goods.photo_hint"),
    onchange: (all) => {
      shots = [...all];
      keep();
    },
  });
  const words = el("input", {
    maxLength: 200,
    value: text,
    oninput: () => {
      text = words.value;
      keep();
    },
  });
  const sign = el("span", {});
  const differs = () => stop.lines.some((line, n) =>
    counts[n].received !== line.loaded || counts[n].damaged > 0);
  const tell = () => {
    fill(sign, say(differs() ? "goods.sign_different" : "goods.sign_all"));
    // A difference is explained and shown; when all is right nobody needs these.
    more.open = more.open || differs();
  };

  const row = (line, n) => {
    const damaged = stepper({
      label: say("goods.damaged"),
      value: counts[n].damaged,
      most: line.loaded * 2,
      onvalue: (value) => {
        counts[n].damaged = Math.min(value, counts[n].received);
        changed();
      },
    });
    const bad = el("details", { open: counts[n].damaged > 0 },
      el("summary", { class: "button" }, say("goods.some_damaged")),
      el("div", { class: "card__row" },
        el("span", { class: "grow" }, say("goods.damaged")), damaged));
    const told = el("p", { class: "small" });
    const changed = () => {
      const short = line.loaded - counts[n].received;
      fill(told, short > 0 && say("goods.short", { n: short, unit: model.unit(line) }),
        short < 0 && say("goods.surplus", { n: -short, unit: model.unit(line) }));
      tell();
      keep();
    };
    return el("section", { class: "card", "data-line": line.line },
      el("h2", {}, model.name(line)),
      el("p", { class: "quiet" }, say("goods.due", { n: line.loaded, unit: model.unit(line) })),
      el("div", { class: "card__row" },
        el("span", { class: "grow" }, say("goods.received")),
        stepper({
          label: say("goods.received"),
          value: counts[n].received,
          most: line.loaded * 2,
          onvalue: (value) => {
            counts[n].received = value;
            counts[n].damaged = Math.min(counts[n].damaged, value);
            changed();
          },
        })),
      told, bad);
  };

  const save = async () => {
    if (saving) return;
    saving = true;
    try {
      await photos.stop();
      await model.save({ kind: "receipt", body: body(), photos: shots, draft: key });
      location.hash = "#/";
    } finally {
      saving = false;
    }
  };

  const more = el("details", { class: "section" }, el("summary", {}, say("goods.more")),
    el("div", { class: "list" }, field(say("goods.note"), words), photos));
  const rows = stop.lines.map(row);
  const mark = (line) => {
    const found = rows[stop.lines.findIndex((one) => one.line === line)];
    found.classList.add("is-found");
    found.scrollIntoView({ block: "center" });
  };
  const bar = await byScan(({ receiveByScan }) => receiveByScan({ stop, save, mark }));
  fill(page,
    head(say("goods.receive_title", { slip: stop.slip }), "#/goods"),
    bar, rows, more,
    el("p", { class: "quiet" }, say("goods.signs", { name: model.name(model.person()) })),
    el("div", { class: "save" },
      el("button", { type: "button", class: "button button--main", "data-act": "save", onclick: save },
        icon("check"), sign)));
  tell();
  return () => {
    photos.stop();
    if (bar) bar.stop();
  };
}
