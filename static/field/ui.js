// Parts that pages are made of. Every element of the app is made by `el`.

import { say } from "./words.js";

/**
 * An element. Attributes starting with `on` are listeners, `class`, `data-…` and `aria-…` are set as
 * attributes, everything else that the element knows as a property is set as one.
 * @param {string} tag
 * @param {Record<string, any>} [attributes]
 * @param {...any} children nodes, texts, arrays of them; null and false are left out
 */
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "class" || name.includes("-") || !(name in made)) {
      if (value !== false) made.setAttribute(name, value === true ? "" : value);
    } else made[name] = value;
  }
  made.append(...nodes(children));
  return made;
}

/** What `el` takes as children, as nodes. */
function nodes(children) {
  return children.flat(3).filter((one) => one !== null && one !== undefined && one !== false);
}

/** Puts these children in the place of those an element has. */
export function fill(element, ...children) {
  element.replaceChildren(...nodes(children));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";
const PATHS = {
  report: "M12 4 2.8 19.5h18.4L12 4Zm0 6v4.5m0 2.4v.1",
  store: "M3.5 9.5 12 4l8.5 5.5V20h-17V9.5ZM8 20v-7h8v7M8 16.5h8",
  mine: "M6 4h12v16H6zM9 8.5h6M9 12h6M9 15.5h3.5",
  goods: "m4 8 8-4 8 4v8.5l-8 4-8-4V8Zm0 0 8 4 8-4m-8 4v8.5",
  tasks: "M4 5h16v11H9l-5 4V5Zm4 4h8M8 12h5",
  watch: "M2.5 12S6 6 12 6s9.5 6 9.5 6-3.5 6-9.5 6-9.5-6-9.5-6ZM12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5Z",
  settings: "M4 7h9m5 0h2M4 12h2m5 0h9M4 17h9m5 0h2M15.5 5v4M8.5 10v4M15.5 15v4",
  back: "M15 5 8 12l7 7",
  camera: "M4 8h3.5L9 5.5h6L16.5 8H20v11H4V8Z M12 10.2a3.2 3.2 0 1 0 0 6.4 3.2 3.2 0 0 0 0-6.4Z",
  picture: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9v.1",
  cross: "m6 6 12 12M18 6 6 18",
  check: "m5 12.5 4.5 4.5L19 7.5",
  online: "M4 9.5a12 12 0 0 1 16 0M7 13a7.5 7.5 0 0 1 10 0M10 16.3a3 3 0 0 1 4 0M12 19v.1",
  offline: "M4 9.5a12 12 0 0 1 4-2.5m4-.9a12 12 0 0 1 8 3.4M7 13a7.5 7.5 0 0 1 3-1.7M12 19v.1M4 4l16 16",
  phone: "M7.5 3h9v18h-9zM11 18h2",
  sending: "M12 19V6m-5.5 5.5L12 6l5.5 5.5",
  received: "m3.5 12.5 4 4L15 9m-4 6 1.5 1.5L20.5 9",
  returned: "M9 6 4 11l5 5M4 11h11a5 5 0 0 1 0 8h-3",
  merge: "M6 4v5a5 5 0 0 0 6 5 5 5 0 0 0 6-5V4M12 14v6",
  draft: "m5 19 1-4L16 5l3 3L9 18l-4 1Z",
  warning: "M12 4 2.8 19.5h18.4L12 4Zm0 6v4.5m0 2.4v.1",
  clock: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16Zm0 3.5V12l3 2",
  pin: "M12 21s6.5-6 6.5-11a6.5 6.5 0 0 0-13 0c0 5 6.5 11 6.5 11Zm0-8.8v.1",
  house: "M4 11.5 12 5l8 6.5M6.5 10v9h11v-9M10 19v-5h4v5",
  people: "M9 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6Zm-6 8c0-4 2.5-5.5 6-5.5s6 1.5 6 5.5M16 6a3 3 0 0 1 0 5.5M17.5 14c2.3.5 3.5 2 3.5 5",
  road: "M8 4 5 20M16 4l3 16M12 5v3m0 3v3m0 3v3",
  power: "M13 3 6 13.5h5L10 21l7.5-10.5h-5L13 3Z",
  field: "M12 20v-9m0 3c-5 0-7-2.5-7-6.5 4.5 0 7 2 7 6.5Zm0-3c0-4 2-6 7-6 0 4-2 6-7 6Z",
  dike: "M3 17c2 0 2-1.5 4.5-1.5S10 17 12 17s2-1.5 4.5-1.5S19 17 21 17M4 12 9 6h6l5 6",
  info: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16Zm0 7.5V16m0-8.5v.1",
  other: "M6 12v.1M12 12v.1M18 12v.1",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  undo: "M9 6 4 11l5 5M4 11h11a5 5 0 0 1 0 8h-3",
  sms: "M4 5h16v11H9l-5 4V5Z",
  code: "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2.5v2.5H14zM20 20h-3v-3M20 14v1",
  file: "M7 3h7l4 4v14H7zM14 3v4h4M12.5 10v7m-3-3 3 3 3-3",
  bin: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  search: "M10.5 4.5a6 6 0 1 0 0 12 6 6 0 0 0 0-12Zm4.3 10.3 5.2 5.2",
  print: "M7 9V4h10v5M6 17H4V9h16v8h-2M7 14h10v6H7z",
  truck: "M3 6.5h10.5v10H3zM13.5 10h4l3 3.2v3.3h-7M7.2 15.6a1.9 1.9 0 1 0 0 3.8 1.9 1.9 0 0 0 0-3.8Zm9.6 0a1.9 1.9 0 1 0 0 3.8 1.9 1.9 0 0 0 0-3.8Z",
};

/** A drawing beside a word; it says nothing of its own. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/** A button. `look` is main, danger, plain or quiet. */
export function button(label, onclick, { look = "plain", icon: sign, ...more } = {}) {
  return el(
    "button",
    { type: "button", class: `button button--${look}`, onclick, ...more },
    sign && icon(sign),
    el("span", {}, label),
  );
}

/** A link that looks like a button. */
export function go(label, hash, { look = "plain", icon: sign, ...more } = {}) {
  return el(
    "a",
    { class: `button button--${look}`, href: hash, ...more },
    sign && icon(sign),
    el("span", {}, label),
  );
}

/** A line that tells something: info, good, warn or danger. */
export function note(kind, text, ...more) {
  const sign = { info: "info", good: "check", warn: "warning", danger: "warning" }[kind];
  return el("div", { class: `note note--${kind}` }, icon(sign), el("p", {}, text), ...more);
}

/** Title of a page, with the way back. */
export function head(title, back, ...more) {
  return el(
    "div",
    { class: "head" },
    back && el("a", { class: "head__back", href: back, "aria-label": say("back") }, icon("back")),
    el("h1", {}, title),
    ...more,
  );
}

/**
 * A row of chips of which one or several are picked.
 * @param {{legend: string, options: {value: any, label: string, icon?: string}[],
 *   picked: any[], many?: boolean, hidden?: boolean, onchange: (picked: any[]) => void}} what
 */
export function chips({ legend, options, picked, many = false, hidden = false, onchange }) {
  const held = new Set(picked);
  const buttons = options.map((option) =>
    el(
      "button",
      {
        type: "button",
        class: "chip",
        "aria-pressed": String(held.has(option.value)),
        "data-value": option.value,
        onclick: () => {
          const on = held.has(option.value);
          if (!many) held.clear();
          if (on) held.delete(option.value);
          else held.add(option.value);
          show();
          onchange([...held]);
        },
      },
      option.icon && icon(option.icon),
      el("span", {}, option.label),
    ),
  );
  const show = () =>
    options.forEach((option, n) =>
      buttons[n].setAttribute("aria-pressed", String(held.has(option.value))),
    );
  const made = el(
    "div",
    { class: "chips", role: "group", "aria-label": legend },
    el("p", { class: hidden ? "only-heard" : "legend", "aria-hidden": "true" }, legend),
    el("div", { class: "chips__row" }, buttons),
  );
  /** Picks others from outside, without a word. */
  made.pick = (values) => {
    held.clear();
    for (const value of values) held.add(value);
    show();
  };
  return made;
}

/** A label over what it names. */
export function field(label, control, ...more) {
  return el("label", { class: "field" }, el("span", { class: "legend" }, label), control, ...more);
}

/** A field for a number; empty stands for not known. */
export function number({ label, value, placeholder = "", whole = true, onvalue, ...more }) {
  const input = el("input", {
    type: "text",
    inputMode: whole ? "numeric" : "decimal",
    autocomplete: "off",
    maxLength: 10,
    "aria-label": label,
    placeholder,
    value: value ?? "",
    oninput: () => {
      const wrong = input.value.trim() !== "" && numberOf(input.value, whole) === null;
      input.setAttribute("aria-invalid", String(wrong));
      onvalue(numberOf(input.value, whole), wrong);
    },
    ...more,
  });
  return input;
}

/** The number written, or null. Full-width digits of Chinese keyboards are digits too. */
export function numberOf(text, whole = true) {
  const plain = text.normalize("NFKC").trim().replace(/[,\s]/g, "");
  if (!(whole ? /^\d{1,9}$/ : /^\d{1,9}(\.\d{1,2})?$/).test(plain)) return null;
  return Number(plain);
}

/** A number with − and + beside it. */
export function stepper({ label, value, least = 0, most = 999999, onvalue }) {
  let held = value;
  const input = number({
    label,
    value,
    onvalue: (given) => {
      if (given !== null && given >= least && given <= most) onvalue((held = given));
      else input.setAttribute("aria-invalid", "true");
    },
    onblur: () => {
      input.value = held;
      input.setAttribute("aria-invalid", "false");
    },
  });
  const step = (by) => () => {
    held = Math.min(most, Math.max(least, held + by));
    input.value = held;
    onvalue(held);
  };
  return el(
    "div",
    { class: "stepper" },
    el("button", { type: "button", "aria-label": `${label} −1`, onclick: step(-1) }, icon("minus")),
    input,
    el("button", { type: "button", "aria-label": `${label} +1`, onclick: step(1) }, icon("plus")),
  );
}

/**
 * Asks one question over the page.
 * @returns {Promise<boolean>}
 */
export function ask({ title, text = "", yes, no = say("no"), look = "danger" }, ...more) {
  return new Promise((answered) => {
    const dialog = el(
      "dialog",
      { class: "ask", "aria-labelledby": "ask-title", onclose: () => ended() },
      el("h2", { id: "ask-title" }, title),
      text && el("p", {}, text),
      ...more,
      el(
        "div",
        { class: "ask__acts" },
        button(yes, () => dialog.close("yes"), { look, "data-answer": "yes" }),
        button(no, () => dialog.close(""), { "data-answer": "no" }),
      ),
    );
    const ended = () => {
      dialog.remove();
      answered(dialog.returnValue === "yes");
    };
    document.body.append(dialog);
    dialog.showModal();
  });
}

// Times

/** `14:05`, or `11-22 14:05` of another day. */
export function moment(time, now = new Date()) {
  const date = new Date(time);
  const two = (value) => String(value).padStart(2, "0");
  const clock = `${two(date.getHours())}:${two(date.getMinutes())}`;
  if (date.toDateString() === now.toDateString()) return clock;
  return `${two(date.getMonth() + 1)}-${two(date.getDate())} ${clock}`;
}

/** How long, in the two largest units. */
export function span(milliseconds) {
  const minutes = Math.floor(Math.abs(milliseconds) / 60_000);
  if (minutes < 60) return say("span.minutes", { n: minutes });
  if (minutes < 24 * 60) {
    return say("span.hours", { h: Math.floor(minutes / 60), n: minutes % 60 });
  }
  return say("span.days", { d: Math.floor(minutes / 1440), h: Math.floor((minutes % 1440) / 60) });
}

/** How long ago. */
export function ago(time, now = Date.now()) {
  const passed = now - new Date(time).getTime();
  return passed < 60_000 ? say("span.now") : say("span.ago", { time: span(passed) });
}

// How the app looks: chosen by the person, and known before the first drawing, so not in the
// database

const LOOK = "relief-look";
export const LANGUAGES = ["zh", "en"];
export const THEMES = ["light", "sun", "night"];
export const SIZES = ["m", "l", "xl"];

/** @returns {{language: string, theme: string, size: string}} */
export function chosen() {
  const first = (navigator.language || "zh").startsWith("zh") ? "zh" : "en";
  let kept = {};
  try {
    kept = JSON.parse(localStorage.getItem(LOOK) || "{}");
  } catch {
    localStorage.removeItem(LOOK); // unreadable: as if nothing had been chosen
  }
  return { language: first, theme: "light", size: "m", ...kept };
}

export function choose(change) {
  localStorage.setItem(LOOK, JSON.stringify({ ...chosen(), ...change }));
  look();
  dispatchEvent(new CustomEvent("relief-look"));
}

/** Puts the choice on the page. */
export function look() {
  const { language, theme, size } = chosen();
  const root = document.documentElement;
  root.lang = language === "en" ? "en" : "zh-Hans";
  root.dataset.theme = theme;
  root.dataset.size = size;
}
