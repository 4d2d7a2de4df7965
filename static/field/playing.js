// On a phone in a drill: asks every few seconds how the drill stands and what one's seats were told,
// shows on every page what is new, and that the drill is stopped (演练中止) or has ended.

import { open } from "./db.js";
import * as model from "./model.js";
import * as pin from "./pin.js";
import { button, el, fill } from "./ui.js";
import { inWords } from "./watching.js";
import { language, say } from "./words.js";

const EVERY_MS = 10_000;
const OVER = ["stopped", "ended"];
const LETTERS = 80;

const bar = el("div", { id: "over" });
let notes = null;
let asking = false;
let overNow = "";
let newNow = "";

/**
 * Begins to ask; once per page.
 * @param {{tell: (code: string, kind: string, text: string, ...more: any[]) => void,
 *   untell: (code: string) => void}} lines above the page
 */
export function start(lines) {
  notes = lines;
  document.getElementById("strip").after(bar);
  addEventListener("relief-drill", ask);
  addEventListener("online", ask);
  document.addEventListener("visibilitychange", ask);
  setInterval(ask, EVERY_MS);
  draw();
  ask();
}

const isOver = () => Boolean(model.drill()) && OVER.includes(model.drill().state);
const real = () => model.reference().books.find((one) => one.kind !== "drill");

/** How the drill stands now; nothing is asked of one that is over, or outside of drills. */
async function ask() {
  if (asking || document.hidden || !navigator.onLine || !model.isDrill() || isOver()) return;
  asking = true;
  try {
    const { id } = model.book();
    const found = await pin.fetchDrill(id);
    notes.untell("outage");
    const known = model.drill();
    if (!known || known.book !== id || JSON.stringify(found) !== JSON.stringify(known)) {
      await model.load();
    }
    // With another seat, or relieved of evaluating, one is told other things.
    if (String(found.held) !== String(model.reference().held)) await model.refresh();
    // The way back must not need a network.
    const way = real();
    if (way && !(await pin.reference(way.id))) await pin.fetchReference(way.id);
  } catch (fault) {
    model.unreached(fault);
    if (fault.code === "drill.outage") notes.tell("outage", "warn", fault.sentence);
    // The person's duty in the drill has ended: what is asked for now is that of another book.
    if (pin.isGone(fault)) await model.refresh().catch(model.unreached);
  } finally {
    asking = false;
  }
}

/** What stands above every page of a drill; drawn again only where it changed. */
export function draw() {
  if (!model.reference()) return;
  if (!model.isDrill()) notes.untell("outage");
  drawOver();
  drawNew();
}

async function drawOver() {
  const drill = model.isDrill() && isOver() ? model.drill() : null;
  const waits = drill ? await waiting(drill.book) : 0;
  const drawn = drill ? `${drill.book} ${drill.state} ${waits} ${language()}` : "";
  if (drawn === overNow) return;
  const isNew = !overNow;
  overNow = drawn;
  // A stop is said at once, whatever is being read; an end waits its turn.
  bar.setAttribute("role", drill && drill.state === "stopped" ? "alert" : "status");
  fill(bar, drill && el("div", { class: `over over--${drill.state}` },
    el("p", {}, el("b", {}, say(`over.${drill.state}`))),
    waits > 0 && el("p", {}, say("over.waits", { n: waits })),
    real() && button(say("over.real"), () => leave(real().id), { "data-act": "real" })));
  if (drill && isNew) scrollTo(0, 0);
}

/** Items of the drill that the county has not whole. */
async function waiting(book) {
  const outbox = (await open()).transaction("outbox").store.index("todo");
  const rows = [...(await outbox.getAll("text")), ...(await outbox.getAll("photos"))];
  return rows.filter((row) => row.book === book).length;
}

async function leave(id) {
  if (!(await model.enter(id))) {
    notes.tell("over", "warn", say("over.needs_network"));
    return;
  }
  notes.untell("over");
  location.hash = "#/";
}

/** The newest thing one's seats were told, as long as nobody has received it. */
function drawNew() {
  const [first] = model.isDrill() ? model.unheard() : [];
  const n = model.unheard().length;
  // The page that lists them needs no line above it.
  const drawn = first && !document.querySelector("[data-told]") ? `${n} ${first.id} ${language()}` : "";
  if (drawn === newNow) return;
  newNow = drawn;
  notes.untell("told");
  if (!drawn) return;
  const words = [...(inWords(first, "text") || first.text_en)];
  const text = words.slice(0, LETTERS).join("") + (words.length > LETTERS ? "…" : "");
  notes.tell("told", "warn", say("told.new", { n, sender: first.sender, text }),
    el("a", { class: "button", href: "#/tasks", "data-act": "told" }, say("told.open")));
}
