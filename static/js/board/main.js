// Starts a board: reads the page's JSON, keeps its rows live, draws it again when they change.

import { Live } from "../live.js";
import { bookTime, openIncidents } from "./figures.js";
import { draw as drawCounty } from "./county.js";
import { joinMap } from "./map.js";
import { Page, Speech, tick } from "./parts.js";
import { Past } from "./past.js";
import { Status } from "./status.js";
import { Store } from "./store.js";
import { draw as drawTop } from "./top.js";
import { draw as drawTownship } from "./township.js";
import { draw as drawUrgent } from "./urgent.js";
import { draw as drawVillage } from "./village.js";
import { draw as drawWarehouse } from "./warehouse.js";

const BOARDS = {
  command: drawCounty,
  township: drawTownship,
  village: drawVillage,
  warehouse: drawWarehouse,
};

const read = (id) => JSON.parse(document.getElementById(id).textContent);

const about = read("board-about");
const snapshot = read("board-snapshot");
const root = document.querySelector("[data-board]");
const speech = new Speech(about);
const store = new Store(snapshot);
const page = new Page(root);
const status = new Status(root, speech);

const mayDo = about.may;
let chosen = null;
let waiting = false;

// The incident on screen: the one chosen, or the newest open one.
function incident() {
  const open = openIncidents(store);
  return open.find((row) => row.id === chosen) || open[0];
}

// The time in the board's book: the server's clock, or a drill's own.
const bookNow = () => bookTime(store.drill, live.now());

// The time the board shows: that of its book, or the moment of the past one looks at.
const now = () => (past?.moment ? Date.parse(past.moment.at) : bookNow());

function redraw() {
  waiting = false;
  const shown = incident();
  root.classList.toggle("board--idle", !shown);
  const board = { page, store, speech, about, incident: shown?.id, path: about.path, now: now() };
  drawTop(board, shown, choose);
  drawUrgent(board);
  BOARDS[about.view](board);
}

// What becomes of the drill as a whole is told on the page, also to who looks at its past.
function tellDrill() {
  const { drill } = store;
  if (drill) document.dispatchEvent(new CustomEvent("relief-drill", { detail: drill.state }));
}

function choose(id) {
  chosen = id;
  redraw();
}

function later() {
  if (waiting) return;
  waiting = true;
  // A hidden page gets no animation frames, but its rows must be right when it is shown.
  if (document.hidden) setTimeout(redraw, 250);
  else requestAnimationFrame(redraw);
}

function tell() {
  const at = past?.moment && now();
  // Whether the line holds goes by the machine's time, how old the data is by the book's.
  const state = { ...lastState, since: bookTime(store.drill, lastState.since) };
  status.show(at ? { name: "past", since: at, age: 0 } : state);
}

// Into the past or back: what one may press and what the clock says changes on every line.
function turned() {
  const looking = Boolean(past.moment);
  root.classList.toggle("board--past", looking);
  about.may = looking ? [] : mayDo;
  for (const node of root.querySelectorAll("[data-key]")) node.remove();
  page.drawn.clear();
  tell();
  later();
}

function ended(why) {
  if (why === "signed_out") {
    location.reload();
    return;
  }
  past?.leave();
  status.ended();
}

const live = new Live({
  feed: about.feed,
  epoch: snapshot.epoch,
  number: snapshot.number,
  serverNow: Date.parse(about.now),
  on: {
    frame: (frame) => {
      store.apply(frame);
      tellDrill();
      past?.missed(frame.lines);
    },
    snapshot: (fresh) => {
      store.reset(fresh);
      tellDrill();
    },
    state: (state) => {
      lastState = state;
      tell();
    },
    replayed: (count) => status.replayed(count),
    ended,
  },
});
let lastState = { name: live.name, since: live.since, age: live.age };

const panel = document.querySelector("[data-past]"); // a wall has none
const past = panel && new Past({
  panel,
  opener: document.querySelector("[data-past-open]"),
  store,
  speech,
  feed: about.feed,
  on: { incident: () => incident()?.id, now: bookNow, turned, played: later, ended },
});

store.subscribe(later);
const asked = document.getElementById("board-past");
if (asked) past?.begin(JSON.parse(asked.textContent));
redraw();
joinMap(store);
for (const layer of window.reliefMap?.layers || []) layer.now = now;
document.addEventListener("relief-map", (event) => {
  event.detail.now = now;
});
if (about.feed.socket) live.start();
setInterval(() => tick(root, speech, now()), 1_000);
// Silence and lateness come from the clock as well as from rows.
setInterval(later, store.drill ? 5_000 : 30_000);

window.reliefBoard = { store, live, past, speech, now: bookNow, subscribe: (listener) => store.subscribe(listener) };
document.dispatchEvent(new CustomEvent("relief-board", { detail: window.reliefBoard }));
