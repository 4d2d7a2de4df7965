// A further report of a series: follow-up (续报) with the figures that changed, or verified (核报)
// with all of them. Each figure stands beside what it was; one not touched is as it was.

import { MU, changes, completed, contradictions, doubts } from "../figures.js";
import * as chains from "../chains.js";
import * as model from "../model.js";
import { button, el, field, fill, go, head, moment, note, number } from "../ui.js";
import { photoPart } from "../camera.js";
import { doubtNote, oddity, reasonPart } from "./reason.js";
import { say } from "../words.js";

const MOST_TEXT = 200;
const WANTED_PHOTOS = 3;
const SECTIONS = ["people", "relocation", "housing", "farming", "facilities", "loss"];

/** The form of a draft; that of an item taken back is made from what the item says. */
function formOf(body) {
  if (body.form) return body.form;
  const { change_reason: code = "", change_note: why = "" } = body;
  return {
    figures: body.figures, text: body.narrative,
    reason: { code, text: why },
  };
}

/**
 * @param {HTMLElement} page
 * @param {"follow"|"verified"} kind
 * @param {string} id of the series
 */
export async function show(page, kind, id) {
  const chain = await chains.chainById(id);
  if (!chain) {
    fill(page, head(say(`${kind}.title`), "#/mine"), note("warn", say("follow.gone")));
    return undefined;
  }
  const name = `${kind}:${id}`;
  const { indicators, rules } = model.reference();
  const found = await model.draft(name);
  const draft = {
    figures: {}, text: "", signed: false, reason: { code: "", text: "" },
    ...(found ? formOf(found.body) : {}),
  };
  const replaces = found ? found.body.replaces || null : null;
  let shots = found ? found.photos : [];
  const place = model.placeOf(chain);
  const before = chain.figures;
  const rows = new Map();
  let saving = false;

  const keep = () => {
    dispatchEvent(new CustomEvent("relief-form", { detail: true }));
    return model.keepDraft({ key: name, kind: "report", body: { form: draft, replaces }, photos: shots });
  };
  const reason = reasonPart(draft.reason, keep);
  const doubtful = el("div", { class: "list" });
  const wrongHere = el("div", { role: "alert" });
  const wrong = () => contradictions(completed(draft.figures, before), rules);

  const check = () => {
    const problems = wrong();
    for (const [key, row] of rows) row.tell(problems.filter((one) => one.key === key));
    const doubt = doubts(draft.figures, place, rules);
    reason.ask([
      ...changes(draft.figures, before, indicators, rules),
      ...doubt.filter(({ code }) => code === "form.population"),
    ]);
    fill(doubtful, doubt.filter(({ code }) => code === "form.unit").map(doubtNote));
    doubtful.hidden = !doubtful.childNodes.length;
    if (!problems.length) fill(wrongHere);
  };

  const line = (one) => {
    const told = el("div", { class: "figure__told" });
    const was = el("span", { class: "figure__was" });
    const set = (value, unreadable) => {
      if (value === null || unreadable) delete draft.figures[one.key];
      else draft.figures[one.key] = value;
      check();
      keep();
    };
    const input = number({
      label: model.label(one.key),
      whole: one.whole,
      value: draft.figures[one.key],
      placeholder: one.key in before ? String(before[one.key]) : say("unknown"),
      onvalue: set,
      "data-key": one.key,
    });
    const same = button(say("follow.same"), () => {
      input.value = "";
      input.setAttribute("aria-invalid", "false");
      set(null);
      input.focus();
    }, { icon: "undo" });
    const made = el(
      "div",
      { class: "figure" },
      el("span", { class: "figure__name" }, model.label(one.key), was),
      input,
      told,
    );
    made.tell = (problems) => {
      const value = draft.figures[one.key];
      const changed = value !== undefined && value !== before[one.key];
      made.classList.toggle("figure--changed", changed);
      const old = one.key in before ? before[one.key] : say("unknown");
      fill(was, changed ? say("follow.changed", { old, now: value })
        : say(one.key in before ? "follow.as_before" : "follow.never", { n: old }));
      const shown = value ?? before[one.key];
      fill(
        told,
        one.key.endsWith("_ha") && shown > 0
          && el("p", { class: "small quiet" }, say("unit.is_mu", { mu: Math.round(shown * MU) })),
        problems.map((problem) => note("danger", oddity(problem))),
        changed && same,
      );
    };
    rows.set(one.key, made);
    return made;
  };

  const shown = indicators.filter((one) => one.short || one.needed || one.key in before);
  const rest = indicators.filter((one) => !shown.includes(one));
  const section = (title, list, open) =>
    list.length
      ? el("details", { class: "card section", open }, el("summary", {}, title,
          el("span", { class: "small quiet" }, say("follow.rows", { n: list.length }))), list.map(line))
      : null;
  const tables = kind === "verified"
    ? SECTIONS.map((key, n) => section(
        say(`section.${key}`), indicators.filter((one) => one.section === key), n === 0))
    : [el("section", { class: "card" }, shown.map(line)), section(say("follow.more"), rest, false)];

  const counter = el("span", { class: "small quiet" });
  const text = el("textarea", {
    maxLength: MOST_TEXT,
    value: draft.text,
    oninput: () => {
      draft.text = text.value;
      count();
      keep();
    },
  });
  const count = () => fill(counter, say("text.left", { n: MOST_TEXT - text.value.length }));
  const photos = photoPart({
    photos: shots,
    hint: kind === "verified" ? say("verified.photos", { n: WANTED_PHOTOS }) : "",
    onchange: (all) => {
      shots = [...all];
      keep();
    },
  });
  const signed = el("input", {
    type: "checkbox",
    checked: draft.signed,
    onchange: () => {
      draft.signed = signed.checked;
      keep();
    },
  });

  const save = async () => {
    if (saving) return;
    const problems = wrong();
    const unread = page.querySelector('[aria-invalid="true"]');
    if (problems.length || unread) {
      fill(wrongHere, note("danger", say("form.correct_first", { n: problems.length || 1 })));
      const row = problems.length ? rows.get(problems[0].key) : unread.closest(".figure");
      row.closest("details")?.setAttribute("open", "");
      row.scrollIntoView({ block: "center" });
      return;
    }
    if (reason.missing()) return;
    if (kind === "verified" && !draft.signed) {
      fill(wrongHere, note("danger", say("verified.sign_first")));
      signed.focus();
      return;
    }
    saving = true;
    try {
      await photos.stop();
      await chains.saveReport({
        place,
        chain,
        kind: kind === "verified" ? "verified" : "follow_up",
        figures: draft.figures,
        reason: reason.given(),
        narrative: draft.text.trim(),
        photos: shots,
        fix: model.fix(),
        draft: name,
        replaces,
      });
      location.hash = "#/";
    } finally {
      saving = false;
    }
  };

  fill(
    page,
    head(say(`${kind}.title`), "#/mine"),
    el("p", { class: "quiet" },
      say("follow.extends", { place: place.name, time: moment(chain.as_of) })),
    tables,
    kind === "verified"
      && go(say("houses.title"), "#/houses", { icon: "house" }),
    el("section", { class: "card" }, field(say("report.text"), text), counter),
    photos,
    kind === "verified"
      && el("label", { class: "card tick" }, signed,
        el("span", {}, say("verified.sign", { name: model.name(model.person()) }))),
    doubtful,
    reason,
    el("div", { class: "save" }, wrongHere,
      button(say("report.save"), save, { look: "main", icon: "check", "data-act": "save" })),
  );
  count();
  check();
  return () => photos.stop();
}
