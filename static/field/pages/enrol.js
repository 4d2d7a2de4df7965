// Before work: enrol this phone (登记), fetch what it needs offline, choose a PIN, try it out; and
// open it again with the PIN.

import { NoNetwork, Problem } from "../api.js";
import * as pin from "../pin.js";
import { LANGUAGES, button, choose, chosen, el, field, fill, icon, note } from "../ui.js";
import { say } from "../words.js";

const SIX = /^\d{6}$/;

/** What went wrong, for a person; anything unexpected goes on up. */
function sentence(fault) {
  if (fault instanceof Problem) return fault.sentence || say("enrol.no_answer");
  if (fault instanceof NoNetwork) return say("enrol.no_network");
  throw fault;
}

function languages() {
  return el("div", { class: "acts" },
    LANGUAGES.map((one) =>
      el("button", {
        type: "button",
        class: "button button--quiet",
        lang: one === "zh" ? "zh-Hans" : "en",
        "aria-pressed": String(chosen().language === one),
        onclick: () => choose({ language: one }),
      }, { zh: "中文", en: "English" }[one])));
}

/**
 * @param {HTMLElement} page
 * @param {{code: string, done: () => Promise<void>}} how `done` makes the app ready for the person
 */
export async function enrol(page, { code, done }) {
  const told = el("div", { role: "alert" });
  const typed = el("input", {
    value: code, autocomplete: "off", autocapitalize: "characters", maxLength: 40, enterKeyHint: "go",
  });
  const go = async (event) => {
    event.preventDefault();
    const given = typed.value.trim().replace(/^.*#enrol=/, "");
    if (!given) {
      fill(told, note("warn", say("enrol.code_missing")));
      return;
    }
    press.disabled = true;
    fill(told, note("info", say("enrol.asking")));
    try {
      const person = await pin.enrol({ code: given, label: label() });
      // The code is spent; it must not be asked for again when the page is opened anew.
      history.replaceState(null, "", "#/");
      await welcome(page, person, done);
    } catch (fault) {
      fill(told, note("danger", sentence(fault)));
      press.disabled = false;
    }
  };
  const press = button(say("enrol.start"), go, { look: "main", type: "submit", "data-act": "enrol" });
  fill(page,
    languages(),
    el("h1", {}, say("enrol.title")),
    el("p", {}, say(code ? "enrol.code_there" : "enrol.how")),
    el("form", { class: "card", onsubmit: go }, field(say("enrol.code"), typed), press, told),
    el("p", { class: "quiet small" }, say("enrol.safe")));
}

/** What the county's list of phones calls this one. */
function label() {
  const found = /\(([^)]+)\)/.exec(navigator.userAgent);
  return (found ? found[1] : "").slice(0, 60);
}

/** Name and place, the offline package, the PIN, the self-test. */
async function welcome(page, person, done) {
  const steps = el("div", { class: "list" });
  fill(page,
    el("h1", {}, say("enrol.hello", { name: chosen().language === "en" ? person.name_en : person.name })),
    steps);
  await fetching(steps, async (found) => {
    await done();
    await choosePin(steps, areaOf(found));
  });
}

/** The highest area the person has a duty in. */
function areaOf({ areas }) {
  const own = areas.filter((one) => one.own).sort((one, other) => one.level - other.level);
  return own[0] ? (chosen().language === "en" ? own[0].name_en : own[0].name) : "";
}

/**
 * Fetches what the phone needs offline, with a bar; tried again as often as it takes.
 * @param {HTMLElement} page
 * @param {(found: any) => Promise<void>} then
 */
export async function fetching(page, then) {
  const told = el("div", { role: "alert" });
  const bar = el("progress", { "aria-label": say("enrol.fetching") });
  const again = button(say("enrol.again"), () => fetching(page, then), { hidden: true });
  fill(page, el("section", { class: "card" }, el("h2", {}, say("enrol.fetching")), bar, told, again));
  let found;
  try {
    found = await pin.fetchReference((await pin.book()) ?? null);
    await pin.setBook(found.book);
    bar.value = 1;
  } catch (fault) {
    bar.value = 0;
    again.hidden = false;
    if (!pin.isGone(fault)) fill(told, note("warn", sentence(fault)));
    else await dutiless(told);
    return;
  }
  await then(found);
}

/** Whoever holds no duty at all can take along what is not sent. */
async function dutiless(part) {
  const { counts } = await import("../outbox.js");
  const { waiting, returned } = await counts();
  const { download } = await import("./hatches.js");
  fill(part, note("warn", say("enrol.no_duty", { n: waiting + returned })),
    button(say("settings.export_all"), () => download(), { icon: "file" }));
}

/** Six figures, typed once: they are shown while they are chosen. */
async function choosePin(part, place) {
  const told = el("div", { role: "alert" });
  const input = el("input", {
    class: "pin", inputMode: "numeric", autocomplete: "off", maxLength: 6, enterKeyHint: "done",
  });
  const keep = async (event) => {
    event.preventDefault();
    if (!SIX.test(input.value)) {
      fill(told, note("warn", say("pin.six")));
      return;
    }
    await pin.setPin(input.value);
    await tried(part);
  };
  fill(part,
    place && note("good", say("enrol.place", { name: place })),
    el("form", { class: "card", onsubmit: keep },
      el("h2", {}, say("pin.choose")),
      el("p", {}, say("pin.what_for")),
      field(say("pin.figures"), input),
      button(say("pin.keep"), keep, { look: "main", type: "submit", "data-act": "pin" }),
      told));
  input.focus();
}

/** Whether storage, camera, position and offline start work here. */
async function tried(part) {
  const { persist, selfTest } = await import("../store.js");
  const kept = await persist();
  const results = await selfTest();
  fill(part,
    el("section", { class: "card" },
      el("h2", {}, say("test.title")),
      testList(results),
      !kept && el("p", { class: "small quiet" }, say("test.not_persistent"))),
    el("a", { class: "button button--main", href: "#/", "data-act": "start",
      onclick: () => dispatchEvent(new Event("hashchange")) }, say("enrol.begin")));
}

/** @param {{what: string, ok: boolean}[]} results */
export function testList(results) {
  return el("ul", { class: "list" }, results.map(({ what, ok }) =>
    el("li", { class: `state state--${ok ? "sent" : "refused"}` },
      icon(ok ? "check" : "cross"),
      say(ok ? "test.works" : `test.fails.${what}`, { what: say(`test.${what}`) }))));
}

/**
 * The PIN between the phone and whoever holds it.
 * @param {HTMLElement} page
 * @param {() => Promise<void>} then
 */
export async function unlock(page, then) {
  const person = await pin.person();
  const told = el("div", { role: "alert" });
  const input = el("input", {
    class: "pin", type: "password", inputMode: "numeric", autocomplete: "off", maxLength: 6,
    oninput: () => SIX.test(input.value) && open(),
  });
  const open = async () => {
    input.disabled = true;
    const { ok, left } = await pin.unlock(input.value);
    if (ok) {
      await then();
      return;
    }
    input.value = "";
    input.disabled = left === 0;
    fill(told, note("danger", left ? say("pin.wrong", { left }) : say("auth.locked")));
    input.focus();
  };
  fill(page,
    languages(),
    el("h1", {}, chosen().language === "en" ? person.name_en : person.name),
    el("section", { class: "card" }, field(say("pin.enter"), input), told),
    el("p", { class: "quiet small" }, say("pin.goes_on")));
  input.focus();
}
