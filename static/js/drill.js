// Keeps the control room's clock running and fetches its parts anew; without this file the page
// shows the moment at which it was opened, and every button works all the same.
const EVERY = 5000;
const SECOND = 1000;
const room = document.querySelector("[data-parts]");
const lost = document.querySelector("[data-lost]");
const two = (number) => String(number).padStart(2, "0");
let since = performance.now(); // when the shown parts came from the server

const tick = () => {
  const clock = room.querySelector("[data-now]");
  const { now, begins, offset, rate } = clock.dataset;
  const time = Number(now) + Number(rate) * (performance.now() - since);
  const local = new Date(time + Number(offset) * 60 * SECOND); // read as if it were UTC
  const day = `${two(local.getUTCMonth() + 1)}-${two(local.getUTCDate())}`;
  const hours = [local.getUTCHours(), local.getUTCMinutes(), local.getUTCSeconds()];
  clock.querySelector("[data-time]").textContent = `${day} ${hours.map(two).join(":")}`;
  const past = Math.floor((time - Number(begins)) / SECOND);
  const parts = [Math.floor(past / 3600), Math.floor(past / 60) % 60, past % 60];
  clock.querySelector("[data-elapsed]").textContent = `+${parts.map(two).join(":")}`;
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
