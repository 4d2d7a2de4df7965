// One thing written down: seen or not and when, how well it was done, a note, photos.

import * as model from "../model.js";
import * as outbox from "../outbox.js";
import { photoPart } from "../camera.js";
import { button, chips, el, field, fill, head, icon, moment, note } from "../ui.js";
import * as watching from "../watching.js";
import { say } from "../words.js";
import { dueLine, hms } from "./watch.js";

const RATINGS = ["P", "S", "M", "U"];
const MOST_NOTE = 400;

/** @param {HTMLElement} page @param {any} thing an inject or an objective with its key */
export async function one(page, thing) {
  const key = watching.draftOf(thing.key);
  const clock = await watching.clock();
  const before = (await watching.written()).get(thing.key);
  const draft = await model.draft(key);
  const found = draft ? draft.body : before || {};
  const refused = before && before.row && before.row.state === "refused" ? before.row.id : null;
  const { replaces = refused } = draft ? draft.body : {};
  const said = {
    seen: found.seen ?? null, rating: found.rating || "", note: found.note || "",
    seen_at: found.seen_at || null,
  };
  let { here: shots, there } = draft ? { here: draft.photos, there: draft.body.there || [] }
    : await pictures(before ? before.photos : []);
  let saving = false;

  const told = el("div", { role: "alert" });
  const keep = () => {
    dispatchEvent(new CustomEvent("relief-form", { detail: true }));
    fill(told);
    return model.keepDraft({
      key, kind: "observation", body: { ...said, there, replaces }, photos: shots,
    });
  };
  const when = el("p", { class: "place__fix", role: "status" });
  const showWhen = () => {
    const at = said.seen_at && clock.of(said.seen_at);
    fill(when, said.seen_at && [icon("clock"),
      say("watch.stamped", { time: at === null ? moment(said.seen_at) : hms(at) })]);
  };
  const seen = chips({
    legend: say("watch.seen_or_not"),
    options: [["yes", "was_yes"], ["no", "was_no"]].map(([value, word]) => ({ value, label: say(`watch.${word}`) })),
    picked: said.seen === null ? [] : [said.seen ? "yes" : "no"],
    onchange: ([picked]) => {
      said.seen = picked ? picked === "yes" : null;
      said.seen_at = said.seen_at || watching.instant();
      showWhen();
      keep();
    },
  });
  const now = button(say("watch.seen_now"), () => {
    said.seen = true;
    said.seen_at = watching.instant();
    seen.pick(["yes"]);
    showWhen();
    keep();
  }, { look: "main", icon: "clock", "data-act": "stamp" });
  const rating = chips({
    legend: say("watch.rating"),
    options: RATINGS.map((value) => ({ value, label: say(`rating.${value}`) })),
    picked: said.rating ? [said.rating] : [],
    onchange: ([picked = ""]) => {
      said.rating = picked;
      keep();
    },
  });
  const left = el("span", { class: "quiet small" });
  const words = el("textarea", { maxLength: MOST_NOTE, value: said.note, oninput: () => {
    said.note = words.value;
    left.textContent = say("text.left", { n: MOST_NOTE - words.value.length });
    keep();
  } });
  const photos = photoPart({ photos: shots, onchange: (all) => {
    shots = [...all];
    keep();
  } });

  const save = async () => {
    if (saving) return;
    const any = said.seen !== null || said.rating || said.note.trim() || shots.length || there.length;
    if (!any) {
      fill(told, note("danger", say("watch.empty")));
      return;
    }
    saving = true;
    try {
      await photos.stop();
      await watching.save(thing.key, {
        ...said, seen_at: said.seen_at || watching.instant(), replaces,
        photos: [...there.map((sha256) => ({ sha256 })), ...shots],
      });
      location.hash = "#/watch";
    } finally {
      saving = false;
    }
  };

  showWhen();
  fill(page, head(title(thing), "#/watch"),
    thing.kind === "i" && expected(thing, clock),
    el("section", { class: "card" }, now, seen, when),
    el("section", { class: "card watch__rating" }, rating),
    el("section", { class: "card" }, field(say("watch.note"), words), left),
    photos,
    there.length > 0 && el("p", { class: "quiet small" }, say("watch.photos_there", { n: there.length })),
    el("div", { class: "save" }, told,
      button(say("watch.save"), save, { look: "main", icon: "check", "data-act": "save" })));
  return () => photos.stop();
}

const title = (thing) => (thing.kind === "o" ? watching.inWords(thing, "title")
  : say("watch.inject", { n: thing.number, seat: watching.inWords(thing, "seat") }));

/** What players are told and what they should do, as the script has it. */
function expected(thing, clock) {
  const judged = watching.drill().objectives.find((one) => one.id === thing.objective);
  const facts = [
    ["told", [thing.sender, watching.inWords(thing, "text")].filter(Boolean).join(say("watch.says"))],
    ["expected", watching.inWords(thing, "expected")],
    ["objective", judged ? watching.inWords(judged, "title") : ""],
  ];
  return el("section", { class: "card" },
    dueLine(thing, clock.now()),
    el("dl", { class: "watch__facts" }, facts.filter(([, words]) => words).map(([name, words]) =>
      el("div", {}, el("dt", { class: "quiet small" }, say(`watch.${name}`)), el("dd", {}, words)))));
}

/** Photos of an earlier record: those still on this phone, and those only the county has. */
async function pictures(names) {
  const here = [];
  const there = [];
  for (const sha256 of names) {
    const blob = await outbox.photo(sha256);
    if (blob) here.push({ sha256, blob });
    else there.push(sha256);
  }
  return { here, there };
}
