// Orders (消息): read, and done. Both are items of their own and go the same way as reports.

import * as model from "../model.js";
import { button, el, field, fill, head, moment, note, span } from "../ui.js";
import { say } from "../words.js";
import { stateOf } from "./card.js";

/** @param {HTMLElement} page */
export async function show(page) {
  const list = el("div", { class: "list" });

  const draw = async () => {
    const tasks = model.reference().tasks;
    const told = await model.said("task", "task");
    const open = tasks.filter((one) => !isDone(one, told));
    const done = tasks.filter((one) => isDone(one, told));
    const any = tasks.length > 0 || Boolean(model.drill()?.told?.length);
    fill(list,
      !any && note("info", say("task.none")),
      open.map((one) => card(one, told.get(one.id))),
      done.length > 0 && el("details", { class: "section" },
        el("summary", {}, say("task.done_list", { n: done.length })),
        el("div", { class: "list" }, done.map((one) => card(one, told.get(one.id))))));
  };

  const tell = async (task, done, evidence = "") => {
    await model.save({ kind: "task", body: { task: task.id, done, evidence } });
    model.toldSaved();
    await draw();
  };

  const card = (task, item) => {
    const done = Boolean(task.done_at) || Boolean(item && item.body.done);
    const read = done || Boolean(item) || Boolean(task.read_at);
    const left = Date.parse(task.due_at) - model.now();
    const words = el("input", { maxLength: 200 });
    const acts = el("div", { class: "acts" });
    fill(acts,
      !read && button(say("task.read"), () => tell(task, false), { icon: "check", "data-act": "read" }),
      !done && button(say("task.done"), () => {
        fill(acts, el("div", { class: "list" },
          field(say("task.evidence"), words),
          button(say("task.done_save"), () => tell(task, true, words.value.trim()),
            { look: "main", icon: "check", "data-act": "done-save" })));
        words.focus();
      }, { look: read ? "main" : "plain", icon: "check", "data-act": "done" }));
    return el("article", { class: "card", "data-task": task.id },
      el("div", { class: "card__row" },
        el("h2", { class: "grow" }, model.taskName(task.id)), item && stateOf(item)),
      !done && el("p", { class: left < 0 ? "state state--refused" : "quiet" },
        say(left < 0 ? "task.late" : "task.due", { at: moment(task.due_at), time: span(left) })),
      !done && acts);
  };

  const above = el("div", { class: "list" });
  fill(page, head(say("tab.tasks")), above, list);
  const ended = model.drill() && model.drill().told && await toldPart(above);
  await draw();
  const heard = ({ detail }) => detail.code === "sync.received" && draw();
  addEventListener("relief", heard);
  return () => {
    removeEventListener("relief", heard);
    if (ended) ended();
  };
}

/** In a drill what one's seats were told stands above the orders. */
async function toldPart(part) {
  await (await import("../packs.js")).openPack("drill");
  return (await import("./told.js")).show(part);
}

const isDone = (task, told) =>
  Boolean(task.done_at) || Boolean(told.get(task.id) && told.get(task.id).body.done);
