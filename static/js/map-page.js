// Feeds the county map: a snapshot of the person's board, then every change as it is made.
import { Live } from "./live.js";

const about = JSON.parse(document.getElementById("map-feed").textContent);
const state = document.querySelector("[data-map-state]");

// How old the data is by the time of the book: a drill's is not the machine's.
const show = ({ name, since = Date.now(), age = 0 }) => {
  const time = window.reliefBook?.now(age) ?? since;
  const clock = new Date(time).toLocaleTimeString("zh-CN", { timeZone: about.zone, hour12: false });
  const old = `${state.dataset.stale} ${clock}`;
  const words = { live: state.dataset.live, stale: old, outage: old }[name];
  state.textContent = words || state.dataset.joining;
  state.className = `badge ${name === "live" ? "badge--good" : "badge--warn"}`;
  state.hidden = false;
};

// The snapshot, asked for again while the server or the network does not answer.
const ask = async () => {
  for (let pause = 1000; ; pause = Math.min(2 * pause, 30000)) {
    try {
      const answer = await fetch(about.feed.snapshot, { cache: "no-store" });
      if (answer.ok) return await answer.json();
      if (answer.status === 401) location.assign("/");
    } catch (error) {
      console.warn("snapshot", error.message);
    }
    show({ name: "joining" });
    await new Promise((wait) => setTimeout(wait, pause));
  }
};

const feed = async (layer) => {
  const snapshot = await ask();
  layer.apply(snapshot.rows, { reset: true });
  new Live({
    feed: about.feed,
    epoch: snapshot.epoch,
    number: snapshot.number,
    serverNow: about.now,
    on: {
      frame: (frame) => layer.apply(frame.rows),
      snapshot: (fresh) => layer.apply(fresh.rows, { reset: true }),
      state: show,
      replayed: () => {},
      ended: () => location.assign("/"),
    },
  }).start();
};

const [first] = window.reliefMap?.layers || [];
if (first) feed(first);
else document.addEventListener("relief-map", (event) => feed(event.detail), { once: true });
