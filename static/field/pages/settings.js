// Settings: how it looks, how much room is left, the trial, the way out.

import * as model from "../model.js";
import * as pin from "../pin.js";
import * as store from "../store.js";
import { LANGUAGES, SIZES, THEMES, ask, button, chips, choose, chosen, el, field, fill, head, note } from "../ui.js";
import { say } from "../words.js";
import { testList } from "./enrol.js";
import { download } from "./hatches.js";

const MB = 1e6;

/** @param {HTMLElement} page */
export async function show(page) {
  const now = chosen();
  const told = el("div", { role: "alert" });
  const pick = (name, values, label) =>
    chips({
      legend: say(`settings.${name}`),
      options: values.map((value) => ({ value, label: label(value) })),
      picked: [now[name]],
      onchange: ([picked]) => choose({ [name]: picked || now[name] }),
    });

  const { level, reports, used_bytes: used } = await store.room();
  const test = el("div", {});
  const trial = async () => fill(test, testList(await store.selfTest()));
  const books = model.reference().books;

  const bring = async () => {
    const { importFile } = await import("../carry.js");
    const { added, known, bad } = await importFile(chooser.files[0]);
    chooser.value = "";
    fill(told, note(bad ? "warn" : "good", say("settings.imported", { added, known, bad })));
    await model.count();
  };
  const chooser = el("input", { type: "file", accept: ".txt,text/plain", onchange: bring });

  const enrolAgain = async () => {
    const code = el("input", { autocomplete: "off", autocapitalize: "characters", maxLength: 40 });
    const yes = await ask({
      title: say("settings.enrol_again"), text: say("enrol.how"), yes: say("enrol.start"), look: "main",
    }, field(say("enrol.code"), code));
    if (yes && code.value.trim()) location.hash = `#enrol=${code.value.trim()}`;
  };

  const leave = async () => {
    const mine = (model.counts().by_author || {})[model.person().id] || 0;
    if (mine) {
      fill(told, note("danger", say("settings.unsent", { n: mine })));
      told.scrollIntoView({ block: "center" });
      return;
    }
    if (!(await ask({
      title: say("settings.leave_title"), text: say("settings.leave_text"), yes: say("settings.leave"),
    }))) return;
    try {
      await pin.leave();
    } catch (fault) {
      if (fault instanceof pin.StillUnsent) {
        fill(told, note("danger", say("settings.unsent", { n: fault.count })));
        return;
      }
      model.unreached(fault);
      fill(told, note("warn", say("settings.leave_needs_network")));
      return;
    }
    location.hash = "#/";
    location.reload();
  };

  fill(page,
    head(say("settings.title"), "#/"),
    told,
    el("section", { class: "card" },
      pick("language", LANGUAGES, (one) => ({ zh: "中文", en: "English" })[one]),
      pick("theme", THEMES, (one) => say(`theme.${one}`)),
      pick("size", SIZES, (one) => say(`size.${one}`))),
    books.length > 1 && el("section", { class: "card" },
      chips({
        legend: say("settings.book"),
        options: books.map((one) => ({
          value: one.id, label: one.kind === "drill" ? say("book.drill", { name: one.name }) : say("book.real"),
        })),
        picked: [model.reference().book],
        onchange: async ([picked]) => {
          if (await model.enter(picked || model.reference().book)) return;
          fill(told, note("warn", say("settings.book_needs_network")));
        },
      })),
    el("section", { class: "card" },
      el("h2", {}, say("settings.room")),
      el("p", {}, say("settings.room_left", { n: reports, mb: Math.round(used / MB) })),
      level !== "ok" && note("warn", say("store.low")),
      button(say("settings.export_all"), () => download(), { icon: "file" }),
      el("label", { class: "button pick" }, el("span", {}, say("settings.import")), chooser)),
    el("section", { class: "card" },
      el("h2", {}, say("test.title")), test, button(say("test.run"), trial, { icon: "check" })),
    el("section", { class: "card" },
      el("p", {}, model.name(model.person())),
      el("p", { class: "quiet small" }, say("settings.version", {
        version: document.querySelector("meta[name=version]").content,
      })),
      model.reference().contacts.county_phone && el("a", {
        class: "button", href: `tel:${model.reference().contacts.county_phone}`,
      }, say("settings.call")),
      button(say("settings.enrol_again"), enrolAgain, { icon: "phone" }),
      button(say("settings.leave"), leave, { icon: "undo", "data-act": "leave" })));
}
