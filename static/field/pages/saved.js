// "Saved on the phone", with ten seconds to take it back.

import * as model from "../model.js";
import * as outbox from "../outbox.js";
import { button, fill, go, note } from "../ui.js";
import { say } from "../words.js";

/**
 * Tells of what was saved last, if that was not told yet.
 * @param {HTMLElement} part where it is told
 * @param {() => any} list draws what lists it
 * @returns {number} the timer to clear when the page goes
 */
export function savedBar(part, list) {
  const item = model.lastSaved();
  if (!item) return 0;
  model.toldSaved();
  const left = () => Math.ceil((item.hold_until_ms - Date.now()) / 1000);
  const back = button("", async () => {
    await outbox.undo(item.id);
    fill(part, note("info", say("saved.undone"), go(say("home.go_on"), pageOf(item))));
    clearInterval(timer);
    await model.count();
    await list();
  }, { icon: "undo", "data-act": "undo" });
  const show = () => {
    const seconds = left();
    if (seconds <= 0) {
      back.remove();
      clearInterval(timer);
      return;
    }
    back.querySelector("span").textContent = say("saved.undo", { n: seconds });
  };
  const timer = setInterval(show, 500);
  fill(part, note("good", say("saved.told", { code: `…\u2060${item.code.slice(-4)}` }), back,
    item.kind === "report" && go(say("saved.another"), "#/report", { icon: "plus" })));
  show();
  return timer;
}

const PAGES = { arrival: "arrive", return: "bring_back", count: "count", hand_out: "hand_out" };

/** Where an item that was taken back can be gone on with. */
function pageOf({ kind, draft }) {
  if (kind === "damage") return "#/house/new";
  if (kind in PAGES) return `#/${PAGES[kind]}`;
  const series = /^(follow|verified):(.+)$/.exec(draft || "");
  return series ? `#/${series[1]}/${series[2]}` : "#/report";
}
