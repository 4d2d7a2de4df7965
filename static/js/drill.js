// Keeps the control room's clock running and fetches its parts anew; without this file the page
// shows the moment at which it was opened, and every button works all the same.
const EVERY = 5000;
const SECOND = 1000;
const room = document.querySelector("[data-parts]");
const lost = document.querySelector("[data-lost]");
const two = (number) => String(number).padStart(2, "0");
let since = performance.now(); // when the shown parts came from the server

const clock = (ms) => {
  const seconds = Math.max(0, Math.floor(ms / SECOND));
  return [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map(two).join(":");
};

const tick = () => {
  const bar = room.querySelector("[data-now]");
  const { now, begins, offset, rate, next } = bar.dataset;
  const time = Number(now) + Number(rate) * (performance.now() - since);
  const local = new Date(time + Number(offset) * 60 * SECOND); // read as if it were UTC
  const day = `${two(local.getUTCMonth() + 1)}-${two(local.getUTCDate())}`;
  const hours = [local.getUTCHours(), local.getUTCMinutes(), local.getUTCSeconds()];
  bar.querySelector("[data-time]").textContent = `${day} ${hours.map(two).join(":")}`;
  bar.querySelector("[data-elapsed]").textContent = `+${clock(time - Number(begins))}`;
  const left = room.querySelector("[data-left]");
  if (left && next) left.textContent = clock(Number(next) - time);
};

// What somebody types into, has unfolded or has just sent is left alone.
const busy = (part) =>
  part.querySelector("details[open], form[data-sent]") ||
  part.querySelector("input:focus, select:focus, textarea:focus");

const take = (html) => {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  const parts = fresh.querySelectorAll("[data-part]");
  if (!parts.length || parts[0].dataset.state !== room.dataset.state) return location.reload();
  const focused = document.activeElement && document.activeElement.id;
  for (const part of parts) {
    const shown = room.querySelector(`[data-part="${part.dataset.part}"]`);
    if (shown.open) part.open = true;
    if (!busy(shown)) shown.replaceWith(document.adoptNode(part));
  }
  if (focused && document.activeElement === document.body) {
    document.getElementById(focused)?.focus({ preventScroll: true });
  }
};

const follow = async () => {
  if (document.visibilityState === "visible" && !document.querySelector("form[data-sent]")) {
    try {
      const answer = await fetch(room.dataset.parts);
      if (!answer.ok) throw new Error(`expected 200, received ${answer.status}`);
      const html = await answer.text();
      if (!busy(room.querySelector('[data-part="clock"]'))) since = performance.now();
      take(html);
      lost.hidden = true;
    } catch (problem) {
      console.info("the control room was not answered for:", problem.message);
      lost.hidden = false;
    }
  }
  setTimeout(follow, EVERY);
};

if (room) {
  setInterval(tick, SECOND / 4);
  setTimeout(follow, EVERY);
}
