// Opens the app: the person's choices, the words, who is here, then the page the address names.

import { speak } from "./api.js";
import * as pin from "./pin.js";
import { button, chosen, el, fill, icon, look, note, span } from "./ui.js";
import { load, say } from "./words.js";

const PAGES = {
  "": { file: "home", tab: "report" },
  report: { file: "report", tab: "report" },
  mine: { file: "mine", tab: "mine" },
  follow: { file: "series", tab: "mine", first: "follow" },
  verified: { file: "series", tab: "mine", first: "verified" },
  houses: { file: "houses", tab: "mine" },
  house: { file: "house", tab: "report" },
  goods: { file: "goods", tab: "goods" },
  tasks: { file: "tasks", tab: "tasks" },
  scan: { file: "scan", tab: "mine" },
  watch: { file: "watch", tab: "watch", pack: "drill" },
  settings: { file: "settings", tab: "" },
};
/** Pages of stores and of hand-outs: with files and words that only some phones keep. */
const OF_STORES = {
  store: "store", pick: "store", load: "store", slip: "store", find: "store", arrive: "store",
  bring_back: "store", count: "store", hand_out: "goods",
};
const TABS = [["report", "#/"], ["store", "#/store"], ["watch", "#/watch"], ["mine", "#/mine"],
  ["goods", "#/goods"], ["tasks", "#/tasks"]];
const STRIP_EVERY_MS = 15_000;

let page = document.getElementById("page");
const strip = document.getElementById("strip");
const tabs = document.getElementById("tabs");
const notes = document.getElementById("notes");
const told = new Map();

let model = null;
let sync = null;
let leave = null;
let turn = 0;
let counting = 0;
/** The tab that is shown, and in a drill the module that asks how it stands. */
let at = null;
let playing = null;

/** A line above the page until it is taken away; one for each code. */
function tell(code, kind, text, ...more) {
  told.set(code, note(kind, text, ...more));
  fill(notes, [...told.values()]);
}

function untell(code) {
  if (told.delete(code)) fill(notes, [...told.values()]);
}

/** An empty page in place of the one shown; what still opens that one draws where nobody sees it. */
function blank() {
  const next = page.cloneNode(false);
  page.replaceWith(next);
  page = next;
  return next;
}

/**
 * The page that the address names, in place of the one shown. Once it is there the element says so
 * by that address in `data-page`; it is empty for the enrolment and the PIN.
 */
async function show() {
  const mine = (turn += 1);
  delete page.dataset.page;
  if (leave) leave();
  leave = null;
  dispatchEvent(new CustomEvent("relief-form", { detail: false }));
  const hash = decodeURIComponent(location.hash);
  const code = (/^#enrol=(.+)$/.exec(hash) || [])[1] || "";
  const person = await pin.person();
  if (code || !person || (await pin.locked())) {
    const { enrol, unlock } = await import("./pages/enrol.js");
    if (mine !== turn) return;
    draw(null);
    const own = blank();
    await (person && !code ? unlock(own, show) : enrol(own, { code, done: begin }));
    own.dataset.page = "";
    return;
  }
  if (!model) await begin();
  if (!model.reference()) {
    const { fetching } = await import("./pages/enrol.js");
    if (mine !== turn) return;
    draw(null);
    await fetching(blank(), async () => {
      await model.load();
      await show();
    });
    return;
  }
  const [, asked = "", ...rest] = hash.replace(/^#/, "").split("/");
  const found = pageOf(asked || model.first());
  if (found.pack) await (await import("./packs.js")).openPack(found.pack);
  const { show: open } = await import(`./pages/${found.file}.js`);
  if (mine !== turn) return;
  draw(found.tab);
  const own = blank();
  scrollTo(0, 0);
  const ended = await open(own, ...(found.first ? [found.first] : []), ...rest);
  if (mine !== turn) {
    if (ended) ended();
    return;
  }
  leave = ended || null;
  own.focus({ preventScroll: true });
  own.dataset.page = hash || "#/";
}

/** Where the address leads to. */
function pageOf(name) {
  if (name in OF_STORES) return { file: name, tab: OF_STORES[name], pack: "store" };
  return PAGES[name] || PAGES[""];
}

/** Somebody is here: the phone's own data, and the sending of what waits. */
async function begin() {
  const found = await Promise.all([import("./model.js"), import("./sync.js")]);
  // Two pages that open at once both ask for it.
  if (!model) {
    [model, sync] = found;
    model.onchange(drawStrip);
    model.onchange(tellOthers);
    model.onchange(recount);
    model.onchange(play);
    addEventListener("relief-gone", gone);
    document.addEventListener("visibilitychange", () => document.hidden || renew());
    sync.start({ onChange: heard });
    setInterval(drawStrip, STRIP_EVERY_MS);
  }
  untell("auth");
  await model.load();
  const { needs } = model.person();
  if (needs) heard({ code: needs });
  model.startFix();
  renew();
}

function renew() {
  model.refresh().catch(model.unreached);
}

/** In a drill: what only its phones have. Without a network it is tried at the next change. */
async function play() {
  if (playing || !model.isDrill()) return;
  playing = {};
  try {
    await (await import("./packs.js")).openPack("drill");
    playing = await import("./playing.js");
  } catch (fault) {
    playing = null;
    if (navigator.onLine) throw fault;
    return;
  }
  playing.start({ tell, untell });
}

/** The duty in the book on this phone has ended; what was saved under it stays. */
async function gone() {
  await model.load();
  tell("gone", "warn", say("book.gone"), el("a", { class: "button", href: "#/mine" }, say("tab.mine")));
  await show();
}

/** What others saved here and only they can send: said until it has gone. */
async function tellOthers() {
  const able = (await pin.people()).filter((one) => !one.needs).map((one) => one.id);
  const left = Object.entries((model.counts() && model.counts().by_author) || {})
    .map(([id, n]) => ({ id: Number(id), name: model.personName(Number(id)), n }))
    .filter(({ id }) => id !== model.person().id && !able.includes(id));
  if (!left.length) {
    untell("others");
    return;
  }
  tell("others", "warn", left.map((one) => say("auth.others_left", one)).join(" "),
    el("a", { class: "button", href: "#/mine" }, say("tab.mine")));
}

/** Something nobody foresaw, told in words; what was saved before is not touched by it. */
async function failed(fault) {
  const { browser } = await import("./store.js");
  if (browser() !== "ok") {
    tell("fault", "danger", say("app.no_storage"));
    return;
  }
  const full = fault && fault.name === "QuotaExceededError";
  tell("fault", "danger", full ? say("store.full") : say("app.fault", {
    why: (fault && (fault.name || fault.message)) || "?",
  }));
}

/** Counts anew soon; once for many events. */
function countSoon() {
  if (counting) return;
  counting = setTimeout(() => {
    counting = 0;
    model.count();
  }, 300);
}

/** What the sending found. */
function heard(event) {
  countSoon();
  // Perhaps the person's duty there has ended.
  if (event.code === "item.unknown_place") renew();
  if (event.code.startsWith("auth.")) {
    const n = model.counts() ? model.counts().waiting : 0;
    const own = ["auth.expired", "auth.revoked"].includes(event.code);
    tell("auth", "danger", own ? say(event.code, { n }) : event.sentence,
      el("a", { class: "button", href: "#/settings" }, say("auth.sign_in")));
  } else if (event.code === "sync.version_conflict") {
    tell("conflict", "info", say(event.code), el("a", { class: "button", href: "#/mine" }, say("tab.mine")));
  } else if (event.code === "item.returned") {
    tell("returned", "warn", say("item.returned", { reason: event.reason }),
      el("a", { class: "button", href: "#/mine" }, say("tab.mine")));
  } else if (event.code === "app.too_old") {
    tell("old", "danger", say(event.code));
  }
  dispatchEvent(new CustomEvent("relief", { detail: event }));
}

function draw(tab) {
  at = tab;
  drawStrip();
  drawTabs();
  if (tab === null) return;
  untell("conflict");
  untell("fault");
  if (tab === "mine") ["returned", "gone"].forEach(untell);
}

/** What is unread is counted while a page is open; else nothing moves under a thumb. */
function recount() {
  if (tabs.dataset.unread !== String(model.unread())) drawTabs();
}

function drawTabs() {
  tabs.hidden = at === null;
  tabs.setAttribute("aria-label", say("tabs"));
  if (at === null) return;
  const unread = model.unread();
  tabs.dataset.unread = unread;
  const mine = TABS.filter(([name]) => model.tabs().includes(name));
  fill(tabs, el("ul", {}, mine.map(([name, href]) =>
    el("li", {},
      el("a", { href, "aria-current": name === at ? "page" : undefined },
        icon(name),
        el("span", {}, say(`tab.${name === "mine" && !model.reports() ? "box" : name}`),
          name === "tasks" && unread > 0 && el("span", { class: "tab__count" }, String(unread))))))));
}

function drawStrip() {
  const online = navigator.onLine;
  const here = model && model.reference() ? model : null;
  const drill = Boolean(here && here.isDrill());
  document.body.classList.toggle("is-drill", drill);
  const waits = here && here.counts() ? here.counts().waiting : 0;
  fill(strip,
    drill && el("strong", { class: "strip__drill" }, say("drill")),
    el("div", { class: "strip strip__row" },
      el("div", { class: "strip__event" },
        el("b", {}, here ? here.name(here.incident()) || say("event.none") : say("app")),
        here && dueLine(here)),
      waits > 0 && el("a", { class: "strip__waits", href: "#/mine" }, say("strip.waits", { n: waits })),
      el("span", { class: `strip__net${online ? "" : " is-off"}` },
        icon(online ? "online" : "offline"), say(online ? "online" : "offline")),
      here && el("a", { href: "#/settings", "aria-label": say("settings.title") }, icon("settings"))));
  if (playing && playing.draw) playing.draw();
}

/** How long until the next report is due, or how late it is. */
function dueLine(here) {
  const due = here.reports() && here.due();
  if (!due) return el("span", {}, here.name(here.person()));
  const left = Date.parse(due.due_at) - here.now();
  return el("span", { class: left < 0 ? "is-late" : "" },
    say(left < 0 ? "due.late" : "due.left", { kind: say(`kind.${due.kind}`), time: span(left) }));
}

/** Keeps the app on the phone; a new version waits until the person says so. */
async function keep() {
  const renew = await import("./renew.js");
  addEventListener("relief-form", ({ detail }) => renew.setDirty(detail));
  const take = async () => {
    if ((await renew.update()) === "dirty") tell("update", "info", say("app.update"));
  };
  await renew.register({
    onWaiting: () =>
      tell("update", "info", say("app.update_ready"),
        button(say("app.update_now"), take, { "data-act": "update" })),
  });
}

async function open() {
  look();
  const { language } = chosen();
  speak(language === "en" ? "en" : "zh-hans");
  await load(language);
  addEventListener("unhandledrejection", ({ reason }) => failed(reason));
  addEventListener("error", ({ error }) => failed(error));
  addEventListener("relief-fault", ({ detail }) => failed(detail));
  addEventListener("hashchange", show);
  for (const change of ["online", "offline"]) addEventListener(change, drawStrip);
  addEventListener("relief-look", async () => {
    await load(chosen().language);
    speak(chosen().language === "en" ? "en" : "zh-hans");
    show();
  });
  await show();
  keep().catch((fault) => tell("worker", "warn", say("app.no_worker", { why: fault.name })));
}

open();
