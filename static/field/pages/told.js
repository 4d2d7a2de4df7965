// What the control room told one's seats (导调指令), above the orders: received with one press, and
// answered, both without a network as well.

import { BASE } from "../api.js";
import * as model from "../model.js";
import * as pin from "../pin.js";
import { draw as drawAbove } from "../playing.js";
import { button, el, field, fill, icon, moment, note } from "../ui.js";
import { inWords } from "../watching.js";
import { say } from "../words.js";
import { stateOf, whyOf } from "./card.js";

const MOST_LETTERS = 400;

/**
 * @param {HTMLElement} part of the page
 * @returns {Promise<() => void>} what ends it
 */
export async function show(part) {
  /** Answers that are being written, and files that were opened, by inject. */
  const typed = new Map();
  const files = new Map();
  let shown = "";

  const draw = async () => {
    const drill = model.drill();
    if (!drill || !drill.told) return;
    const said = await answers();
    const drawn = JSON.stringify([drill, [...said].map(([id, rows]) => [id, rows])]);
    if (drawn === shown) return;
    shown = drawn;
    const inHand = document.activeElement && document.activeElement.dataset.answer;
    fill(part, el("section", { class: "list", "data-told": "" },
      el("h2", {}, say("told.title")),
      drill.told.length > 0 ? drill.told.map((one) => card(one, said.get(one.id) || [], drill))
        : note("info", say("told.none"))));
    const field = inHand && part.querySelector(`[data-answer="${inHand}"]`);
    if (field) field.focus();
  };

  const save = async (one, reply) => {
    await model.save({ kind: "task", body: { inject: one.id, reply }, hold_ms: 0 });
    model.toldSaved();
    typed.delete(one.id);
    await draw();
  };

  const card = (one, rows, drill) => {
    const heard = Boolean(one.received_at) || rows.length > 0;
    const last = rows[rows.length - 1];
    const reply = rows.map((row) => row.body.reply).filter(Boolean).pop() || one.reply;
    const acts = el("div", { class: "acts told__acts" });
    const answer = () => {
      fill(acts, write(one));
      acts.querySelector("textarea").focus();
    };
    const running = drill.state === "running";
    fill(acts, typed.has(one.id) ? write(one) : [
      !heard && button(say("told.receive"), () => save(one, ""),
        { look: "main", icon: "check", "data-act": "receive" }),
      button(say(reply ? "told.again" : "told.answer"), answer, { icon: "draft", "data-act": "answer" }),
    ]);
    return el("article", { class: `card told${heard ? "" : " told--new"}`, "data-inject": one.id },
      el("p", { class: "told__head small" },
        el("span", {}, moment(one.sent_at, new Date(model.now()))),
        el("span", {}, say(`way.${one.way}`)),
        el("b", {}, one.sender),
        el("span", { class: "quiet" }, say("told.to", { seat: inWords(one, "seat") }))),
      el("p", { class: "told__text" }, inWords(one, "text") || one.text_en || "–"),
      one.file && attached(one, files),
      reply && el("p", {}, say("told.said", { text: reply })),
      (one.received_at || last) && el("div", { class: "card__row" },
        one.received_at && el("span", { class: "state state--sent" }, icon("check"),
          say("told.received", { time: moment(one.received_at, new Date(model.now())) })),
        last && last.state !== "done" && stateOf(last)),
      last && whyOf(last).map((why) => el("p", { class: "small" }, why)),
      running && acts);
  };

  const write = (one) => {
    const words = el("textarea", {
      maxLength: MOST_LETTERS, value: typed.get(one.id) || "", "data-answer": one.id,
      oninput: () => typed.set(one.id, words.value),
    });
    const send = () => words.value.trim() && save(one, words.value.trim());
    return el("div", { class: "list grow" }, field(say("told.words"), words),
      button(say("told.send"), send, { look: "main", icon: "check", "data-act": "answer-save" }));
  };

  await draw();
  drawAbove();
  const unheard = model.onchange(draw);
  return () => {
    unheard();
    for (const address of files.values()) URL.revokeObjectURL(address);
  };
}

/** What was said here of each inject, the oldest first. */
async function answers() {
  const found = new Map();
  for (const row of await model.savedItems("task")) {
    const { inject } = row.body;
    if (inject) found.set(inject, [...(found.get(inject) || []), row]);
  }
  return found;
}

/** A picture is shown here, a PDF is taken along; both come over the network when asked for. */
function attached(one, files) {
  const part = el("div", { class: "list" });
  const isPicture = !one.file.toLowerCase().endsWith(".pdf");
  const picture = (address) => fill(part, el("img", { class: "told__picture", src: address, alt: one.file }));
  const fetchIt = async () => {
    const answer = await file(one);
    if (!answer) {
      fill(part, ask, note("warn", say("told.file_away")));
      return;
    }
    const address = URL.createObjectURL(answer);
    files.set(one.id, address);
    if (isPicture) picture(address);
    else el("a", { href: address, download: one.file }).click();
  };
  const ask = button(one.file, fetchIt, { icon: "file", "data-act": "file" });
  if (isPicture && files.has(one.id)) picture(files.get(one.id));
  else fill(part, ask);
  return part;
}

/** The bytes of an attachment, or null where the county cannot be asked. */
async function file(one) {
  const token = await pin.tokenOf(model.person().id);
  try {
    const answer = await fetch(`${BASE}drill/injects/${one.id}?book=${model.reference().book}`, {
      headers: { Authorization: `Device ${token}` }, cache: "no-store", credentials: "omit",
      redirect: "error",
    });
    return answer.ok ? await answer.blob() : null;
  } catch {
    return null; // no line: said to the person, who presses again
  }
}
