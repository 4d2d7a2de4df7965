// A drill's replay: its injects and bookmarks lead to their moments, and what is true stands beside
// what had been reported by then. Needs the board of the past (main.js), which runs before.

import { currentReports, inside, openIncidents } from "./figures.js";
import { h, number } from "./parts.js";

const { past, store, speech } = window.reliefBoard;
const truth = JSON.parse(document.getElementById("replay-truth-figures").textContent);
const links = [...document.querySelectorAll("[data-replay-at]")];
const injects = [...document.querySelectorAll("[data-replay-inject]")];
const steps = [...document.querySelectorAll("[data-replay-step]")];
const rows = document.querySelector("[data-replay-truth]");
const numberOf = (link) => Number(link.dataset.replayAt);

function step(way) {
  const here = past.moment.number;
  const found = way > 0
    ? injects.find((link) => numberOf(link) > here)
    : injects.findLast((link) => numberOf(link) < here);
  if (found) past.go(numberOf(found));
}

for (const link of links) {
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    past.go(numberOf(link));
  });
}
for (const button of steps) {
  button.addEventListener("click", () => step(Number(button.dataset.replayStep)));
}
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input:not([type=range]), select, textarea");
  if (typing || event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key === "PageUp") step(-1);
  else if (event.key === "PageDown") step(1);
  else return;
  event.preventDefault();
});

// What the reports that counted at the moment add up to in one township, for each figure.
function reported(path) {
  const [incident] = openIncidents(store);
  const mine = incident
    ? currentReports(store, incident.id).filter((row) => inside(path, row.area))
    : [];
  if (!mine.length) return null;
  return truth.figures.map((key) =>
    mine.reduce((sum, row) => sum + (Number(row.figures[key]) || 0), 0));
}

function drawTruth() {
  rows.replaceChildren(...Object.entries(truth.places).map(([path, figures]) => {
    const said = reported(path);
    return h("tr", {},
      h("th", { scope: "row" }, speech.area(path)),
      ...figures.map((true_, n) => number([
        h("b", {}, said ? speech.count(said[n]) : "–"),
        h("span", { class: "under" }, `/ ${speech.count(true_)}`),
      ], { class: said && said[n] === true_ ? "number number--good" : "number" })));
  }));
}

// The moment on screen: which inject and bookmark it is, where the steps lead, what a form is about.
function mark() {
  const here = past.moment.number;
  for (const link of links) {
    if (numberOf(link) === here) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  for (const field of document.querySelectorAll("[data-replay-number]")) field.value = here;
  for (const link of document.querySelectorAll("[data-replay-board]")) {
    const address = new URL(link.href);
    address.searchParams.set("at", here);
    link.href = address;
  }
  const [before, after] = steps;
  before.disabled = !injects.some((link) => numberOf(link) < here);
  after.disabled = !injects.some((link) => numberOf(link) > here);
}

let drawing = false;
function draw() {
  if (drawing) return;
  drawing = true;
  setTimeout(() => {
    drawing = false;
    mark();
    drawTruth();
  }, 100);
}

store.subscribe(draw);
draw();
