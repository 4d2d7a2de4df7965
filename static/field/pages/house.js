// One damaged house (因灾倒塌损坏住房户): household, rooms by grade, photo and position.

import * as model from "../model.js";
import { photoPart } from "../camera.js";
import { button, chips, el, field, fill, head, icon, note, stepper } from "../ui.js";
import { say } from "../words.js";

const KEY = "house";
const BUILDINGS = ["adobe", "brick_wood", "brick_concrete", "frame"];
const GRADES = ["collapsed", "severe", "general"];
const MOST_ROOMS = 60;
const EMPTY = {
  area: null, head: "", people: 0, building: "", rooms_total: 0, rooms_collapsed: 0,
  rooms_severe: 0, rooms_general: 0, dwelling: true, sole_dwelling: true, note: "",
  chain: null, base: null, household: null,
};

/** @param {HTMLElement} page */
export async function show(page) {
  const villages = model.places().filter((one) => one.village);
  if (!model.incident() || !villages.length) {
    fill(page, head(say("home.house"), "#/"),
      note("warn", say(villages.length ? "event.none_told" : "house.no_village")));
    return undefined;
  }
  const found = await model.draft(KEY);
  const { replaces = null, ...kept } = found ? found.body : {};
  const house = { ...EMPTY, ...kept };
  let shots = found ? found.photos : [];
  let saving = false;
  const likely = await model.likelyPlace(model.fix());
  if (!villages.some((one) => one.key === house.area)) {
    // The first village of a list is a wrong one: without a good guess the person chooses.
    house.area = villages.some((one) => one.key === likely) ? likely : null;
  }

  const told = el("div", { role: "alert" });
  const keep = () => {
    dispatchEvent(new CustomEvent("relief-form", { detail: true }));
    return model.keepDraft({ key: KEY, kind: "damage", body: { ...house, replaces }, photos: shots });
  };
  const set = (key) => (value) => {
    house[key] = value;
    fill(told);
    keep();
  };

  const where = el("select", { "aria-label": say("report.place"), onchange: () => set("area")(where.value) },
    !house.area && el("option", { value: "", selected: true, disabled: true }, say("house.choose_village")),
    villages.map((one) => el("option", { value: one.key, selected: one.key === house.area }, one.name)));
  const position = el("p", { class: "place__fix", role: "status" });
  let fix = null;
  const unwatch = model.watchFix((now) => {
    fix = now;
    fill(position, icon("pin"), model.fixInWords(model.placeByKey(house.area)));
  });
  const line = (name, control) =>
    el("div", { class: "card__row" }, el("span", { class: "grow" }, name), control);
  const rooms = (key) => line(say(`house.${key}`),
    stepper({ label: say(`house.${key}`), value: house[key], most: MOST_ROOMS, onvalue: set(key) }));
  const text = (key, most, more = {}) => {
    const input = el("input", { maxLength: most, value: house[key], autocomplete: "off", ...more,
      oninput: () => set(key)(input.value) });
    return input;
  };
  const tick = (key, label, onset = () => undefined) => {
    const box = el("input", { type: "checkbox", checked: house[key], onchange: () => {
      set(key)(box.checked);
      onset(box.checked);
    } });
    return el("label", { class: "tick" }, box, el("span", {}, label));
  };
  const sole = el("div", { hidden: !house.dwelling }, tick("sole_dwelling", say("house.sole_dwelling")));
  const photos = photoPart({ photos: shots, onchange: (all) => {
    shots = [...all];
    keep();
  } });

  /** What the county would refuse, said before it is saved. */
  const wrong = () => {
    if (!house.area) return say("house.choose_village");
    const damaged = GRADES.reduce((sum, grade) => sum + house[`rooms_${grade}`], 0);
    if (!damaged) return say("house.no_damage");
    if (damaged > house.rooms_total) {
      return say("house.too_many_rooms", { n: damaged, total: house.rooms_total });
    }
    return "";
  };

  const save = async () => {
    if (saving) return;
    if (wrong()) {
      fill(told, note("danger", wrong()));
      return;
    }
    saving = true;
    try {
      await photos.stop();
      await model.save({
        kind: "damage",
        photos: shots,
        draft: KEY,
        replaces,
        body: {
          ...house,
          incident: model.incident().id,
          head: house.head.trim(),
          note: house.note.trim(),
          sole_dwelling: house.dwelling && house.sole_dwelling,
          point: fix ? fix.point : null,
          accuracy_m: fix ? fix.accuracy_m : null,
        },
      });
      location.hash = "#/";
    } finally {
      saving = false;
    }
  };

  fill(page,
    head(say("home.house"), "#/"),
    el("section", { class: "card place" }, where, position),
    el("section", { class: "card" },
      field(say("house.head"), text("head", 60)),
      el("p", { class: "small quiet" }, say("house.head_kept")),
      line(say("house.people"),
        stepper({ label: say("house.people"), value: house.people, most: 99, onvalue: set("people") })),
      chips({
        legend: say("house.building"),
        options: BUILDINGS.map((value) => ({ value, label: say(`building.${value}`) })),
        picked: house.building ? [house.building] : [],
        onchange: ([picked = ""]) => set("building")(picked),
      })),
    el("section", { class: "card" }, el("h2", {}, say("house.rooms")),
      rooms("rooms_total"), GRADES.map((grade) => rooms(`rooms_${grade}`)),
      tick("dwelling", say("house.dwelling"), (on) => {
        sole.hidden = !on;
      }),
      sole),
    photos,
    el("section", { class: "card" }, field(say("house.note"), text("note", 200))),
    el("div", { class: "save" }, told,
      button(say("house.save"), save, { look: "main", icon: "check", "data-act": "save" })));
  return () => {
    photos.stop();
    unwatch();
  };
}
