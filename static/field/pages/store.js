// Today's work in a store (今日任务): what waits, how urgent it is, and whether it is done with or
// without a network. A scan anywhere leads to what it names.

import * as keeper from "../keeper.js";
import * as model from "../model.js";
import { stage } from "../picking.js";
import { button, el, fill, go, head, icon, moment, note, span } from "../ui.js";
import { say } from "../words.js";
import { stateOf } from "./card.js";
import { savedBar } from "./saved.js";
import { scanBar } from "./scan_bar.js";
import { lead } from "./lead.js";

const SHOWN_TRIPS = 12;
/** What else there is to do, where, and by which sign. */
const CARDS = [
  ["arrive", "#/arrive", "plus"], ["return", "#/bring_back", "undo"], ["count", "#/count", "check"],
  ["expiring30", "#/find/expiring/30", "clock"], ["expiring90", "#/find/expiring/90", "clock"],
  ["receive", "", "pin"], ["differences", "#/mine", "warning"],
];

/** @param {HTMLElement} page */
export async function show(page) {
  const saved = el("div", { role: "status" });
  const mode = el("div", { class: "mode" });
  const list = el("div", { class: "list" });
  const cards = el("ul", { class: "tiles" });
  const bar = scanBar({ onText: (text) => lead(text, bar), hint: say("store.scan_hint") });

  const drawMode = async () => {
    const online = navigator.onLine;
    const slips = (await keeper.slipsLeft()).length;
    fill(mode,
      el("strong", { class: online ? "mode__on" : "mode__off" },
        icon(online ? "online" : "offline"), say(online ? "store.online" : "store.offline")),
      el("span", { class: "small quiet" },
        say("store.as_of", { time: moment(model.reference().server_time) })),
      el("span", { class: `small ${slips ? "quiet" : "is-short"}` }, say("store.slips", { n: slips })),
      online && button(say("store.fetch"), fetchAll, { icon: "received", "data-act": "fetch" }));
  };
  const fetchAll = async () => {
    try {
      await keeper.refresh();
      bar.told("good", say("store.fetched"));
    } catch (fault) {
      model.unreached(fault);
      bar.told("warn", say("store.not_fetched"));
    }
    await draw();
  };
  const draw = async () => {
    const all = await Promise.all((await keeper.trips()).map(async (trip) =>
      ({ trip, done: trip.issued ? null : await keeper.work(trip) })));
    const open = all.filter(({ trip }) => !trip.issued);
    const at = (name) => open.filter(({ trip, done }) => stage(trip, done) === name);
    fill(cards, tile("pick", at("pick")), tile("load", at("load")), CARDS.map(rest));
    fill(list,
      el("h2", {}, say("store.trips")),
      all.length ? all.slice(0, SHOWN_TRIPS).map(({ trip, done }) => card(trip, done))
        : note("info", say("store.no_trips")),
      all.length > SHOWN_TRIPS && el("p", { class: "quiet" },
        say("store.more_trips", { n: all.length - SHOWN_TRIPS })));
    await drawMode();
  };

  fill(page, head(say("store.title")), saved, mode, bar, cards, list,
    el("div", { class: "acts" },
      go(say("find.title"), "#/find", { icon: "search", "data-act": "find" }),
      el("a", { class: "button", href: "/store/" }, icon("store"), el("span", {}, say("store.office")))));
  const timer = savedBar(saved, draw);
  await draw();
  const unheard = model.onchange(draw);
  for (const change of ["online", "offline"]) addEventListener(change, drawMode);
  return () => {
    bar.stop();
    clearInterval(timer);
    unheard();
    for (const change of ["online", "offline"]) removeEventListener(change, drawMode);
  };
}

/** How many trips wait for the same, and until when the first of them has. */
function tile(name, waiting) {
  const first = waiting.map(({ trip }) => keeper.due(trip)).sort((one, other) => one - other)[0];
  const left = first - model.now();
  return el("li", { class: "tile" },
    el("a", { class: "tile__link", href: waiting.length ? `#/${name}/${waiting[0].trip.id}` : "#/store" },
      el("b", { class: "tile__count" }, String(waiting.length), icon(name === "pick" ? "goods" : "truck")),
      el("span", { class: "tile__name" }, say(`store.task.${name}`)),
      waiting.length > 0 && el("span", { class: `small ${left < 0 ? "is-late" : "quiet"}` },
        say(left < 0 ? "store.late" : "store.in", { time: span(left) }))));
}

function rest([name, href, sign]) {
  const count = (keeper.store().tasks || {})[name] || 0;
  const inside = [
    el("b", { class: "tile__count" }, String(count), icon(sign)),
    el("span", { class: "tile__name" }, say(`store.task.${name}`)),
  ];
  return el("li", { class: `tile${count ? "" : " is-none"}` },
    href ? el("a", { class: "tile__link", href }, inside) : el("div", { class: "tile__link" }, inside));
}

function card(trip, done) {
  const left = keeper.due(trip) - model.now();
  const name = done && stage(trip, done);
  const { n, of } = done ? keeper.progress(trip, done) : { n: 0, of: 0 };
  const paper = trip.orders.find((one) => one.paper_due);
  return el("article", { class: "card", "data-trip": trip.id },
    el("div", { class: "card__row" }, icon("truck"), el("h3", { class: "grow" }, trip.number),
      trip.issued ? stateOf(trip.issued)
        : el("span", { class: `small ${left < 0 ? "is-late" : "quiet"}` },
          say(left < 0 ? "store.late" : "store.in", { time: span(left) }))),
    el("p", {}, trip.stops.map((one) => model.name(one)).join(say("comma"))),
    done && el("p", { class: "quiet small" },
      say("store.progress", { n, of, what: say(`store.task.${name}`) })),
    paper && note("warn", say("store.by_phone", { name: paper.said_by, time: moment(paper.paper_due) })),
    trip.issued
      ? go(say("slip.open"), `#/slip/${trip.id}`, { icon: "file" })
      : go(say(`store.do.${name}`), `#/${name}/${trip.id}`,
        { look: "main", icon: name === "pick" ? "goods" : "check", "data-act": `do-${name}` }));
}
