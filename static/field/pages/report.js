// The fast initial report (初报): what is hit, how much, a photo, saved. Where the place has reports
// already it becomes a follow-up (续报), with the last figures beside the new ones.

import { HOUSES, PEOPLE, MU, changes, doubts, range } from "../figures.js";
import * as chains from "../chains.js";
import * as model from "../model.js";
import { ask, button, chips, el, field, fill, head, icon, moment, note, number } from "../ui.js";
import { photoPart } from "../camera.js";
import { doubtNote, reasonPart } from "./reason.js";
import { say } from "../words.js";

const WHAT = [
  ["houses", "house"], ["trapped", "people"], ["road", "road"], ["power", "power"],
  ["farmland", "field"], ["dike", "dike"], ["other", "other"],
];
const WANTED = ["TENT", "QUILT", "FOOD", "WATER", "MEDICINE", "PEOPLE"];
const ROWS = ["dwelling_hh_collapsed", "dwelling_hh_severe", "dwelling_hh_general"];
const CASUALTIES = ["deaths", "missing", "trapped"];
const MOST_TEXT = 200;
const KEY = "report";
const EMPTY = {
  what: [], wanted: [], figures: {}, ranges: {}, trapped: null, unit: "mu", text: "",
  reason: { code: "", text: "" },
};

/** The form of a draft; that of an item taken back is made from what the item says. */
function formOf(body) {
  if (body.form) return body.form;
  const { scene = {}, change_reason: code = "", change_note: why = "" } = body;
  return {
    place: body.village || body.area, chosen: true, what: scene.what || [],
    wanted: scene.wanted || [], trapped: scene.trapped ?? null, figures: body.figures || {},
    text: body.narrative || "", reason: { code, text: why },
  };
}

/** @param {HTMLElement} page */
export async function show(page) {
  const found = await model.draft(KEY);
  const draft = { ...structuredClone(EMPTY), ...(found ? formOf(found.body) : {}) };
  const replaces = found ? found.body.replaces || null : null;
  let shots = found ? found.photos : [];
  let fix = model.fix();
  if (!model.places().some((one) => one.key === draft.place)) {
    draft.place = await model.likelyPlace(fix);
  }
  let chain = null;
  let saving = false;

  const keep = () => {
    dispatchEvent(new CustomEvent("relief-form", { detail: true }));
    return model.keepDraft({ key: KEY, kind: "report", body: { form: draft, replaces }, photos: shots });
  };
  const before = () => (chain ? chain.figures : {});

  // Where

  const places = model.places();
  const chosen = el(
    "select",
    {
      "aria-label": say("report.place"),
      onchange: async () => {
        draft.place = chosen.value;
        draft.chosen = true;
        await place();
        keep();
      },
    },
    places.map((one) => el("option", { value: one.key, selected: one.key === draft.place }, one.name)),
  );
  const heading = head(say("report.title"), "#/");
  const title = heading.querySelector("h1");
  const position = el("p", { class: "place__fix", role: "status" });
  const known = el("div", {});

  const place = async () => {
    chain = await chains.chainOf({ incident: model.incident()?.id ?? null, key: draft.place });
    title.textContent = say(chain ? "follow.title" : "report.title");
    fill(known, chain && note("info", say("report.known", { time: moment(chain.as_of) })));
    houses();
    people();
    casualties();
    check();
  };

  const unwatch = model.watchFix((now) => {
    fix = now;
    const here = model.placeByKey(draft.place);
    fill(position, icon("pin"), model.fixInWords(here));
    const village = fix && fix.village;
    if (!draft.chosen && village && village !== draft.place
      && places.some((one) => one.key === village)) {
      chosen.value = draft.place = village;
      place();
    }
  });

  // How much

  /** A figure with presets: a preset fills in its lower end, in sight. */
  const row = (key, name, presets, unit) => {
    const was = before()[key];
    const told = el("p", { class: "figure__told small quiet" });
    const tell = () => {
      const picked = draft.ranges[key];
      fill(told, picked && picked[1] !== picked[0] && was === undefined
        && say("report.at_least", { n: draft.figures[key], range: range(picked) }));
      made.classList.toggle("figure--changed", draft.figures[key] !== undefined);
    };
    const set = (value) => {
      if (value === null) delete draft.figures[key];
      else draft.figures[key] = value;
      tell();
      check();
      keep();
    };
    const input = number({
      label: name,
      value: draft.figures[key],
      placeholder: was === undefined ? say("unknown") : String(was),
      onvalue: (value) => {
        delete draft.ranges[key];
        if (choice) choice.pick([]);
        set(value);
      },
    });
    // Beside a figure that is known already a range would say less: the total is typed.
    const choice = was === undefined && chips({
      legend: name,
      hidden: true,
      options: presets.map((one) => ({ value: range(one), label: range(one) })),
      picked: draft.ranges[key] ? [range(draft.ranges[key])] : [],
      onchange: ([picked]) => {
        const found = presets.find((one) => range(one) === picked);
        if (found) draft.ranges[key] = found;
        else delete draft.ranges[key];
        const value = found ? found[0] : null;
        input.value = value ?? "";
        set(value);
      },
    });
    const made = el(
      "div",
      { class: "figure", "data-key": key },
      el(
        "span",
        { class: "figure__name" },
        name,
        el("span", { class: "figure__was" },
          was === undefined ? unit : say("figure.was", { n: was, unit })),
      ),
      input,
      choice,
      told,
    );
    tell();
    return made;
  };

  const housePart = el("section", { class: "card" });
  const houses = () => {
    housePart.hidden = !draft.what.includes("houses");
    fill(housePart, el("h2", {}, say("report.houses")),
      ROWS.map((key) => row(key, say(`report.${key}`), HOUSES, say("unit.households"))));
  };
  const peoplePart = el("section", { class: "card" });
  const people = () =>
    fill(peoplePart,
      row("affected_population", say("report.people"), PEOPLE, say("unit.people")));

  const farmPart = el("section", { class: "card" });
  const farm = () => {
    farmPart.hidden = !draft.what.includes("farmland");
    const told = el("p", { class: "figure__told small quiet" });
    const tell = () => {
      const ha = draft.figures.crop_affected_ha;
      fill(told, ha !== undefined && say("report.area_both", { ha, mu: Math.round(ha * MU) }));
    };
    const factor = () => (draft.unit === "mu" ? MU : 1);
    const set = (value) => {
      if (value === null) delete draft.figures.crop_affected_ha;
      else draft.figures.crop_affected_ha = Math.round((value / factor()) * 100) / 100;
      tell();
      check();
      keep();
    };
    const held = draft.figures.crop_affected_ha;
    const input = number({
      label: say("report.crops"),
      whole: false,
      placeholder: say("unknown"),
      value: held === undefined ? undefined : Math.round(held * factor() * 100) / 100,
      onvalue: set,
    });
    const unit = chips({
      legend: say("report.area_unit"),
      hidden: true,
      options: [["mu", say("unit.mu")], ["ha", say("unit.ha")]]
        .map(([value, label]) => ({ value, label })),
      picked: [draft.unit],
      onchange: ([picked]) => {
        draft.unit = picked || draft.unit;
        unit.pick([draft.unit]);
        input.dispatchEvent(new Event("input"));
      },
    });
    fill(farmPart,
      el("div", { class: "figure" },
        el("span", { class: "figure__name" }, say("report.crops")), input, unit, told));
    tell();
  };

  // Dead, missing, trapped: unknown is not 0

  const counts = el("div", { class: "counts" });
  const casualties = () =>
    fill(counts, CASUALTIES.map((key) => {
      const was = before()[key];
      return field(
        say(`report.${key}`),
        number({
          label: say(`report.${key}`),
          placeholder: was === undefined ? say("unknown.short") : String(was),
          value: key === "trapped" ? draft.trapped : draft.figures[key],
          onvalue: (value) => {
            if (key === "trapped") draft.trapped = value;
            else if (value === null) delete draft.figures[key];
            else draft.figures[key] = value;
            check();
            keep();
          },
          "data-key": key,
        }),
      );
    }));

  // What is odd about it

  const reason = reasonPart(draft.reason, keep);
  const doubtful = el("div", { class: "list" });
  const check = () => {
    const reference = model.reference();
    const found = changes(draft.figures, before(), reference.indicators, reference.rules);
    const doubt = doubts(draft.figures, model.placeByKey(draft.place) || {}, reference.rules);
    // The county takes more people than live there only with a reason; hectares are a question.
    reason.ask([...found, ...doubt.filter(({ code }) => code === "form.population")]);
    fill(doubtful, doubt.filter(({ code }) => code === "form.unit").map(doubtNote));
    doubtful.hidden = !doubtful.childNodes.length;
  };

  // The rest

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
    onchange: (all) => {
      shots = [...all];
      keep();
    },
  });

  const bare = el("div", { role: "alert" });
  const empty = () =>
    !draft.what.length && !draft.wanted.length && !shots.length && !draft.text.trim()
      && !Object.keys(draft.figures).length && !(draft.trapped > 0);

  const save = async () => {
    if (saving) return;
    const hurt = CASUALTIES.map((key) => [key, key === "trapped" ? draft.trapped : draft.figures[key]])
      .filter(([, value]) => value > 0);
    if (empty()) {
      fill(bare, note("danger", say("report.empty")));
      return;
    }
    fill(bare);
    if (reason.missing()) return;
    if (hurt.length && !(await ask({
      title: say("report.confirm", {
        what: hurt.map(([key, n]) => say(`report.count.${key}`, { n })).join(say("comma")),
      }),
      yes: say("report.confirm_yes"),
      no: say("report.confirm_no"),
    }))) return;
    saving = true;
    try {
      await photos.stop();
      await chains.saveReport({
        place: model.placeByKey(draft.place),
        chain,
        figures: draft.figures,
        reason: reason.given(),
        narrative: narrative(draft),
        scene: { what: draft.what, trapped: draft.trapped, wanted: draft.wanted },
        photos: shots,
        fix,
        draft: KEY,
        replaces,
      });
      location.hash = "#/";
    } finally {
      saving = false;
    }
  };

  farm();
  fill(
    page,
    heading,
    el("section", { class: "card place" }, chosen, position, known),
    el(
      "section",
      { class: "card" },
      chips({
        legend: say("report.what"),
        many: true,
        options: WHAT.map(([value, sign]) => ({ value, label: say(`what.${value}`), icon: sign })),
        picked: draft.what,
        onchange: (picked) => {
          draft.what = picked;
          houses();
          farm();
          check();
          keep();
        },
      }),
    ),
    housePart,
    farmPart,
    peoplePart,
    el("section", { class: "card card--danger" }, el("h2", {}, say("report.casualties")), counts,
      el("p", { class: "small quiet" }, say("report.unknown_is_not_zero"))),
    el(
      "section",
      { class: "card" },
      chips({
        legend: say("report.wanted"),
        many: true,
        options: WANTED.map((value) => ({ value, label: say(`wanted.${value}`) })),
        picked: draft.wanted,
        onchange: (picked) => {
          draft.wanted = picked;
          keep();
        },
      }),
    ),
    photos,
    el("section", { class: "card" }, field(say("report.text"), text), counter),
    doubtful,
    reason,
    el("div", { class: "save" }, bare,
      button(say("report.save"), save, { look: "main", icon: "check", "data-act": "save" })),
  );
  count();
  await place();
  return () => {
    photos.stop();
    unwatch();
  };
}

/** The person's text, with the ranges that were picked. */
function narrative(draft) {
  const ranges = Object.entries(draft.ranges)
    .filter(([key, picked]) => picked[0] !== picked[1] && draft.figures[key] === picked[0])
    .map(([key, picked]) => say("report.estimate", { name: model.label(key), range: range(picked) }));
  const said = [draft.text.trim(), ...ranges].filter(Boolean).join(say("stop"));
  return said.slice(0, MOST_TEXT);
}
