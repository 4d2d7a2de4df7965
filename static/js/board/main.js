// Starts a board: reads the page's JSON, keeps its rows live, draws it again when they change.

import { Live } from "../live.js";
import { openIncidents } from "./figures.js";
import { draw as drawCounty } from "./county.js";
import { joinMap } from "./map.js";
import { Page, Speech, tick } from "./parts.js";
import { Status } from "./status.js";
import { Store } from "./store.js";
import { draw as drawTop } from "./top.js";
import { draw as drawTownship } from "./township.js";
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

let chosen = null;
let waiting = false;

// The incident on screen: the one chosen, or the newest open one.
function incident() {
  const open = openIncidents(store);
  return open.find((row) => row.id === chosen) || open[0];
}

function redraw() {
  waiting = false;
  const shown = incident();
  root.classList.toggle("board--idle", !shown);
  const board = {
    page, store, speech, about, incident: shown?.id, path: about.path, now: live.now(),
  };
  drawTop(board, shown, choose);
  BOARDS[about.view](board);
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

const live = new Live({
  feed: about.feed,
  epoch: snapshot.epoch,
  number: snapshot.number,
  serverNow: Date.parse(about.now),
  on: {
    frame: (frame) => store.apply(frame),
    snapshot: (fresh) => store.reset(fresh),
    state: (state) => status.show(state),
    replayed: (count) => status.replayed(count),
    ended: (why) => (why === "signed_out" ? location.reload() : status.ended()),
  },
});

store.subscribe(later);
redraw();
joinMap(store);
live.start();
setInterval(() => tick(root, speech, live.now()), 1_000);
// Silence and lateness come from the clock as well as from rows.
setInterval(later, 30_000);

window.reliefBoard = { store, live, subscribe: (listener) => store.subscribe(listener) };
document.dispatchEvent(new CustomEvent("relief-board", { detail: window.reliefBoard }));
