// A wall needs nobody: lists turn their pages by themselves, the clock runs, the picture moves by a
// hair so that nothing burns in, the display stays awake, and a screen says once a minute it is on.

const TURN = 12_000;
const SHIFT = 600_000;
const SEEN = 60_000;
const SPOTS = [[0, 0], [2, 0], [2, 2], [0, 2]]; // px

// Shows of a list what fits into its box; `turn` goes on to what comes after, and round again.
class Pages {
  constructor(list, words) {
    Object.assign(this, { list, words, first: 0, end: 0 });
    this.frame = list.closest(".table-frame") ?? list;
    this.label = document.createElement("span");
    this.label.className = "wall__pages";
    list.closest("section")?.querySelector(".section__head")?.append(this.label);
    new MutationObserver(() => this.show()).observe(list, { childList: true });
    new ResizeObserver(() => this.show()).observe(this.frame);
  }

  turn() {
    this.first = this.end;
    this.show();
  }

  show() {
    const rows = [...this.list.children];
    if (this.first >= rows.length) this.first = 0;
    rows.forEach((row, n) => {
      row.hidden = n < this.first;
    });
    const bottom = this.frame.getBoundingClientRect().bottom + 1;
    const over = rows.findIndex((row, n) =>
      n > this.first && row.getBoundingClientRect().bottom > bottom);
    this.end = over < 0 ? rows.length : over;
    rows.slice(this.end).forEach((row) => {
      row.hidden = true;
    });
    const all = this.first === 0 && this.end === rows.length;
    this.label.textContent = all ? "" : this.words.replace("{first}", this.first + 1)
      .replace("{last}", this.end).replace("{all}", rows.length);
  }
}

function runClock(root, board) {
  const zone = { timeZone: root.dataset.zone, hourCycle: "h23" };
  const minute = new Intl.DateTimeFormat("en-GB", { ...zone, hour: "2-digit", minute: "2-digit" });
  const day = new Intl.DateTimeFormat(root.dataset.language, {
    timeZone: root.dataset.zone, month: "short", day: "numeric", weekday: "short",
  });
  const clock = root.querySelector("[data-clock]");
  const date = root.querySelector("[data-day]");
  const tick = () => {
    const now = new Date(board.now());
    clock.textContent = minute.format(now);
    date.textContent = day.format(now);
  };
  tick();
  setInterval(tick, 1_000);
}

// The map fills its box, also when the strip about stale data takes some of it.
function fitMap(slot) {
  new ResizeObserver(() => {
    for (const layer of window.reliefMap?.layers ?? []) {
      layer.map.invalidateSize({ animate: false });
      if (layer.bounds) layer.whole();
    }
  }).observe(slot);
}

// Where the browser allows it, the display does not go to sleep.
function stayAwake() {
  const ask = () => {
    if (document.visibilityState !== "visible") return;
    navigator.wakeLock?.request("screen").catch((refused) => console.info(String(refused)));
  };
  document.addEventListener("visibilitychange", ask);
  ask();
}

function sayOn({ seen, token }) {
  const tell = () => fetch(seen, { method: "POST", headers: { "X-CSRFToken": token } })
    // The strip on the screen speaks of a server that is away.
    .catch((away) => console.info(String(away)));
  tell();
  setInterval(tell, SEEN);
}

const root = document.querySelector("[data-wall]");
const LISTS = ".wall__body ul.list[data-part], .wall__body tbody[data-part], [data-part=alerts]";
const pages = [...root.querySelectorAll(LISTS)].map((list) => new Pages(list, root.dataset.pages));
setInterval(() => pages.forEach((one) => one.turn()), TURN);

let spot = 0;
setInterval(() => {
  spot = (spot + 1) % SPOTS.length;
  const [x, y] = SPOTS[spot];
  root.style.transform = `translate(${x}px, ${y}px)`;
}, SHIFT);

runClock(root, window.reliefBoard);
const slot = root.querySelector(".map-slot");
if (slot) fitMap(slot);
stayAwake();
if (root.dataset.seen) sayOn(root.dataset);
