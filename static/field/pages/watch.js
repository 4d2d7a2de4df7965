// What an evaluator (评估员) watches: by task what is expected and by when, and one press when it is
// seen. The drill's clock goes on without a network.

import { NoNetwork, Problem } from "../api.js";
import { sorted, times } from "../drill_time.js";
import * as model from "../model.js";
import * as outbox from "../outbox.js";
import { button, el, fill, go, head, icon, moment, note, span } from "../ui.js";
import * as watching from "../watching.js";
import { say } from "../words.js";
import { stateOf, whyOf } from "./card.js";

const TICK_MS = 1000;
const REFRESH_MS = 20_000;

/** @param {HTMLElement} page @param {string} [key] of the one thing to be written down */
export async function show(page, key) {
  if (!watching.drill()) return choose(page);
  const found = key && watching.thing(key);
  if (found) return (await import("./watch_one.js")).one(page, found);
  return list(page);
}

/** In another book: the drills that this person evaluates, each a press away. */
function choose(page) {
  const told = el("div", { role: "alert" });
  const open = (book) => async () => {
    if (!(await model.enter(book.id))) fill(told, note("warn", say("watch.needs_network")));
  };
  const books = watching.books();
  fill(page, head(say("watch.title")), told,
    note("info", say(books.length ? "watch.other_book" : "watch.none")),
    books.map((book) => button(say("watch.open", { name: book.name }), open(book),
      { look: "main", icon: "watch", "data-book": book.id })));
  return undefined;
}

async function list(page) {
  const top = el("section", { class: "card watch__clock" });
  const body = el("div", { class: "list" });
  const bar = el("div", { class: "save watch__saved", role: "status" });
  let clock = await watching.clock();
  let undo = 0;
  let shown = "";

  const tick = () => {
    clockLine(top, clock);
    const now = clock.now();
    if (now === null) return;
    for (const due of body.querySelectorAll("[data-ends]")) countdown(due, now);
  };

  const draw = async () => {
    clock = await watching.clock();
    const found = await watching.written();
    const { now, next, done } = sorted(watching.drill().injects, clock.now(), found);
    const cards = (all, more) => all.map((one) => card(one, found.get(one.key), more));
    shown = JSON.stringify([model.reference().drill, model.reference().clock]);
    fill(body,
      section("now", now.length > 0 ? cards(now) : note("info", say("watch.nothing_now"))),
      next.length > 0 && section("next", cards(next, "watch__acts--next")),
      section("objectives", watching.drill().objectives.map((one) =>
        objective({ key: `o${one.id}`, kind: "o", ...one }, found.get(`o${one.id}`)))),
      done.length > 0 && el("details", { class: "section", open: true },
        el("summary", {}, say("watch.done", { n: done.length })),
        el("div", { class: "list" }, cards(done))));
    tick();
  };

  /** One press, and it is on the phone; ten seconds to take it back. */
  const press = (key, seen) => async () => {
    await watching.save(key, { seen });
    await draw();
    tell();
  };

  const tell = () => {
    const item = model.lastSaved();
    if (!item || item.kind !== "observation") return;
    model.toldSaved();
    clearInterval(undo);
    const back = button("", async () => {
      clearInterval(undo);
      await outbox.undo(item.id);
      await model.dropDraft(item.draft);
      fill(bar);
      await model.count();
      await draw();
    }, { icon: "undo", "data-act": "undo" });
    const left = () => Math.ceil((item.hold_until_ms - Date.now()) / 1000);
    const count = () => {
      if (left() <= 0) {
        clearInterval(undo);
        fill(bar);
      }
      back.querySelector("span").textContent = say("saved.undo", { n: left() });
    };
    fill(bar, note("good", say("saved.told", { code: `…\u2060${item.code.slice(-4)}` }), back));
    undo = setInterval(count, TICK_MS / 2);
    count();
  };

  const card = (one, said, look) => el("article", { class: "card", "data-thing": one.key },
    el("div", { class: "card__row" },
      el("h3", { class: "grow" }, say("watch.inject", { n: one.number, seat: watching.inWords(one, "seat") })),
      said && stateIn(said)),
    el("p", { class: "watch__expected" }, watching.inWords(one, "expected") || watching.inWords(one, "text") || say("watch.no_words")),
    dueLine(one, said ? null : clock.now()),
    said ? written(one, said, clock) : acts(one, press, look),
    said && whyIn(said));

  const objective = (one, said) => el("article", { class: "card", "data-thing": one.key },
    el("div", { class: "card__row" }, el("h3", { class: "grow" }, watching.inWords(one, "title")),
      said && stateIn(said), !said && one.own && el("span", { class: "quiet small" }, say("watch.yours"))),
    said && written(one, said, clock),
    !said && go(say("watch.judge"), `#/watch/${one.key}`, { icon: "draft", "data-act": "judge" }),
    said && whyIn(said));

  const refresh = async () => {
    if (document.hidden || !navigator.onLine) return;
    try {
      await model.refresh();
    } catch (fault) {
      if (!(fault instanceof NoNetwork || fault instanceof Problem)) throw fault;
      return; // the clock goes on as it was last heard of
    }
    const drill = watching.drill();
    if (!drill) dispatchEvent(new Event("hashchange"));
    else if (JSON.stringify([drill, model.reference().clock]) !== shown) await draw();
  };

  fill(page, head(say("watch.title")), top, body, bar);
  await draw();
  tell();
  const ticking = setInterval(tick, TICK_MS);
  const refreshing = setInterval(refresh, REFRESH_MS);
  const heard = ({ detail }) => ["sync.received", "sync.duplicate"].includes(detail.code) && draw();
  addEventListener("relief", heard);
  addEventListener("online", refresh);
  refresh();
  return () => {
    for (const timer of [ticking, refreshing, undo]) clearInterval(timer);
    removeEventListener("relief", heard);
    removeEventListener("online", refresh);
  };
}

function section(name, ...inside) {
  return el("section", { class: "list", "data-section": name },
    el("h2", {}, say(`watch.${name}`)), inside);
}

/** Drill time, how fast it runs, and whether this phone may be wrong about it. */
function clockLine(part, clock) {
  const now = clock.now();
  const { state } = watching.drill();
  const how = state !== "running" ? say(`watch.${state}`)
    : clock.rate === 0 ? say("watch.paused") : say("watch.rate", { n: clock.rate });
  fill(part,
    el("p", { class: "watch__title" }, watching.inWords(watching.drill(), "title")),
    el("p", { class: "watch__now" },
      el("b", { role: "timer", "data-now": now }, now === null ? "--:--:--" : hms(now)),
      el("span", { class: "quiet" }, how)),
    !navigator.onLine && el("p", { class: "place__fix" }, icon("offline"),
      say("watch.as_of", { time: moment(model.reference().server_time) })));
}

const two = (n) => String(n).padStart(2, "0");
const hm = (ms) => hms(ms).slice(0, 5);

/** `03:12:05` of drill time. */
export function hms(ms) {
  const date = new Date(ms);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/**
 * When it was or will be sent, and by when players should have done it.
 * @param {any} one an inject
 * @param {number | null} now drill time, to count down to it
 */
export function dueLine(one, now) {
  const { begins, ends } = times(one);
  const when = one.sent_at ? "watch.sent" : begins === null ? `watch.by_${one.trigger}` : "watch.planned";
  const counts = now !== null && !one.done_at;
  const left = ends !== null && el("span",
    { class: "watch__left", "data-ends": counts ? ends : undefined }, say("watch.by", { at: hm(ends) }));
  if (left && counts) countdown(left, now);
  return el("p", { class: "small watch__due" },
    el("span", { class: "quiet" }, say(when, { time: begins === null ? "" : hm(begins) })),
    left,
    one.done_at && el("span", { class: "quiet" },
      say("watch.known_done", { time: hm(Date.parse(one.done_at)) })));
}

function countdown(part, now) {
  const ends = Number(part.dataset.ends);
  const left = ends - now;
  const words = say(left < 0 ? "watch.late" : "watch.left", { at: hm(ends), time: span(left) });
  if (part.textContent === words) return;
  part.textContent = words;
  part.classList.toggle("is-late", left < 0);
}

function acts(one, press, look = "") {
  return el("div", { class: `watch__acts ${look}` },
    button(say("watch.seen_now"), press(one.key, true), { look: look ? "plain" : "main", icon: "check", "data-act": "seen" }),
    button(say("watch.not_seen"), press(one.key, false), { icon: "cross", "data-act": "not-seen" }),
    go(say("watch.more"), `#/watch/${one.key}`, { icon: "draft", "data-act": "more" }));
}

/** What was written down: seen when, the rating, the note, how many photos. */
function written(one, said, clock) {
  const at = clock.of(said.seen_at);
  const { ends } = one.kind === "i" ? times(one) : { ends: null };
  const timed = said.seen && at !== null && ends !== null;
  const seen = { true: "watch.was_seen", false: "watch.was_not_seen", null: "watch.was_noted" }[said.seen];
  return [
    el("p", {},
      el("b", {}, say(seen, { time: at === null ? moment(said.seen_at) : hms(at) })),
      timed && el("span", { class: at > ends ? "watch__left is-late" : "" },
        ` · ${at > ends ? say("watch.was_late", { time: span(at - ends) }) : say("watch.in_time")}`),
      said.rating && ` · ${say(`rating.${said.rating}`)}`,
      said.photos.length > 0 && ` · ${say("watch.photos", { n: said.photos.length })}`),
    said.note && el("p", { class: "small" }, said.note),
    go(say(said.rating ? "watch.change" : "watch.rate_it"), `#/watch/${one.key}`,
      { icon: "draft", "data-act": "more" }),
  ];
}

/** Where it is on its way; what is done with at the county has been received there. */
function stateIn({ row }) {
  return stateOf(!row || row.state === "done" ? { state: "sent" } : row);
}

function whyIn({ row }) {
  return row && whyOf(row).map((why) => el("p", { class: "small" }, why));
}
