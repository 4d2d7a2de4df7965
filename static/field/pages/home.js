// Start: report, or say that nothing is new; the last three, and what waits to be read.

import * as chains from "../chains.js";
import * as model from "../model.js";
import * as outbox from "../outbox.js";
import { ago, button, el, fill, go, note } from "../ui.js";
import { say } from "../words.js";
import { itemCard } from "./card.js";
import { savedBar } from "./saved.js";

/** @param {HTMLElement} page */
export async function show(page) {
  const saved = el("div", { role: "status" });
  const last = el("div", { class: "list" });
  const zero = el("div", { class: "list" });
  const several = el("div", {});

  const list = async () => {
    const rows = await outbox.latest(3);
    fill(last, rows.length > 0 && el("h2", {}, say("home.last")), rows.map((row) => itemCard(row)));
  };

  const timer = savedBar(saved, list);
  await zeroPart(zero);
  await list();
  incidentsPart(several);
  const unread = model.unread();
  const draft = await outbox.draft(model.formKey("report"));
  fill(
    page,
    el("h1", { class: "only-heard" }, say("tab.report")),
    saved,
    several,
    go(say("home.report"), "#/report", {
      look: "danger button--huge", icon: "report", "data-act": "report",
    }),
    draft && note("info", say("home.draft", { time: ago(draft.saved_ms) }),
      go(say("home.go_on"), "#/report")),
    zero,
    unread > 0 && go(say("home.unread", { n: unread }), "#/tasks", { icon: "tasks" }),
    go(say("home.house"), "#/house/new", { icon: "house" }),
    last,
  );
  addEventListener("relief", list);
  return () => {
    clearInterval(timer);
    removeEventListener("relief", list);
  };
}

/** Which incident one reports on, where there are several. */
function incidentsPart(part) {
  const open = model.incidents();
  if (!open.length) {
    fill(part, note("info", say("event.none_told")));
  } else if (open.length > 1) {
    const choice = el("select", {
      "aria-label": say("event.choose"),
      onchange: () => model.chooseIncident(Number(choice.value)),
    }, open.map((one) => el("option", {
      value: one.id, selected: one.id === model.incident().id,
    }, model.name(one))));
    fill(part, choice);
  }
}

/** The zero report: pressed once to see what will be said, once more to say it. */
async function zeroPart(part) {
  if (!model.incident()) return;
  const all = await chains.zeroes();
  if (!all.length) return;
  const first = all[0].chain === null;
  const ask = button(say(first ? "zero.first" : "zero.title"), () => {
    fill(part, el("section", { class: "card" },
      el("p", {}, say(first ? "zero.first_confirm" : "zero.confirm", {
        places: all.map(({ where }) => where.name).join(say("comma")), n: all.length,
      })),
      button(say("zero.save"), save, { look: "main", icon: "check", "data-act": "zero-save" }),
      button(say("no"), () => fill(part, ask))));
    part.querySelector("button").focus();
  }, { icon: "check", "data-act": "zero" });
  let saving = false;
  const save = async () => {
    if (saving) return;
    saving = true;
    for (const { where, chain } of all) {
      await chains.saveReport({
        place: where, chain, kind: chain ? "zero" : "initial",
        figures: chain ? {} : chains.nothing(),
      });
    }
    dispatchEvent(new Event("hashchange"));
  };
  fill(part, ask);
}
