// What the boards' pages are put together from. Names enter as text only, never as markup.

export function h(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

// Bring the children of `box` in line with `rows`: each has a `key` and a `sign` that changes when
// it must be drawn again. Unchanged rows stay untouched, so that focus and selection stay too.
const signs = new WeakMap();

export function keyed(box, rows, { build, calm = false }) {
  const known = new Map([...box.children].map((node) => [node.dataset.key, node]));
  let place = null;
  for (const row of rows) {
    const key = String(row.key);
    const sign = JSON.stringify(row.sign);
    let node = known.get(key);
    if (!node || signs.get(node) !== sign) {
      const fresh = build(row);
      fresh.dataset.key = key;
      signs.set(fresh, sign);
      const focused = node?.contains(document.activeElement);
      if (node) node.replaceWith(fresh);
      if (!calm) flash(fresh);
      if (focused) fresh.querySelector("a, button")?.focus();
      node = fresh;
    }
    known.delete(key);
    const next = place ? place.nextElementSibling : box.firstElementChild;
    if (next !== node) box.insertBefore(node, next);
    place = node;
  }
  for (const node of known.values()) node.remove();
}

export function flash(node) {
  node.classList.remove("is-new");
  // Reading the width lets the same animation start again.
  void node.offsetWidth;
  node.classList.add("is-new");
  setTimeout(() => node.classList.remove("is-new"), 2_000);
}

// Put text where it belongs, flashing what changed.
export function write(node, text, { calm = false } = {}) {
  if (!node || node.textContent === text) return;
  node.textContent = text;
  if (!calm) flash(node.closest(".tile") || node);
}

// Texts, numbers and times as this board's reader writes them.
export class Speech {
  constructor(about) {
    this.about = about;
    this.words = about.words;
    const zone = { timeZone: about.zone, hourCycle: "h23" };
    const clock = { hour: "2-digit", minute: "2-digit" };
    this.numbers = new Intl.NumberFormat(about.language);
    this.minute = new Intl.DateTimeFormat("en-GB", { ...zone, ...clock });
    this.second = new Intl.DateTimeFormat("en-GB", { ...zone, ...clock, second: "2-digit" });
    this.date = new Intl.DateTimeFormat("en-CA", { timeZone: about.zone });
  }

  say(name, values = {}) {
    const text = this.words[name] ?? name;
    return text.replace(/\{(\w+)\}/g, (whole, word) => values[word] ?? whole);
  }

  one(list, value) {
    return this.words[list][value] ?? String(value).replaceAll("_", " ");
  }

  count(value) {
    return this.numbers.format(value);
  }

  // 14:05 today, 07-15 14:05 on another day.
  at(when, now) {
    const moment = new Date(when);
    const day = this.date.format(moment);
    const text = this.minute.format(moment);
    return day === this.date.format(new Date(now)) ? text : `${day.slice(5)} ${text}`;
  }

  exact(when) {
    return this.second.format(new Date(when));
  }

  span(milliseconds) {
    const minutes = Math.max(0, Math.floor(milliseconds / 60_000));
    if (minutes < 60) return this.say("minutes", { n: minutes });
    const hours = Math.floor(minutes / 60);
    if (hours < 48) return this.say("hours", { h: hours, m: minutes % 60 });
    return this.say("days", { d: Math.floor(hours / 24), h: hours % 24 });
  }

  level(number) {
    return this.say("level", { n: ["", "Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ"][number] });
  }

  area(path) {
    return this.about.areas[path]?.name ?? this.say("unknown_place");
  }

  place(holder) {
    return this.about.places[holder] ?? this.say("unknown_place");
  }

  item(id) {
    return this.about.items[id]?.name ?? `#${id}`;
  }

  unit(id) {
    return this.about.items[id]?.unit ?? "";
  }

  name(row, field = "name") {
    return this.about.chinese ? row[field] : row[`${field}_en`] || row[field];
  }

  page(name, values = {}) {
    // A replay leads nowhere: its rows are no page of the reader's own book.
    return this.about.pages[name]?.replace(/\{(\w+)\}/g, (whole, word) => values[word] ?? whole);
  }

  may(act) {
    return this.about.may.includes(act);
  }
}

// A countdown that `tick` keeps right: green, amber within the hour, red with the word "late".
export function clock(due, speech, now) {
  const node = h("time", { class: "clock", datetime: due, "data-due": due, title: speech.exact(due) });
  tickOne(node, speech, now);
  return node;
}

export function tick(root, speech, now) {
  for (const node of root.querySelectorAll("time[data-due]")) tickOne(node, speech, now);
}

function tickOne(node, speech, now) {
  const left = Date.parse(node.dataset.due) - now;
  const text = left < 0
    ? speech.say("late", { span: speech.span(-left) })
    : speech.say("left", { span: speech.span(left) });
  if (node.textContent !== text) node.textContent = text;
  node.classList.toggle("clock--late", left < 0);
  node.classList.toggle("clock--soon", left >= 0 && left < 3_600_000);
}

export const link = (href, text, attributes = {}) => h("a", { href, ...attributes }, text);
export const number = (text, attributes = {}) => h("td", { class: "number", ...attributes }, text);
export const badge = (text, tone) => h("span", { class: `badge badge--${tone}` }, text);
export const button = (href, text, main = false) =>
  h("a", { class: `button button--small${main ? " button--main" : ""}`, href }, text);

// The parts of one page: finds its places by name and fills them.
export class Page {
  constructor(root) {
    this.root = root;
    this.drawn = new Set();
  }

  part(name) {
    return this.root.querySelector(`[data-part="${name}"]`);
  }

  // Fill a list or table body; say so when there is nothing, and count it in its heading.
  list(name, rows, build, { count = rows.length } = {}) {
    const box = this.part(name);
    if (!box) return;
    const calm = !this.drawn.has(name);
    this.drawn.add(name);
    keyed(box, rows, { build, calm });
    const none = this.root.querySelector(`[data-none="${name}"]`);
    if (none) {
      none.hidden = rows.length > 0;
      const frame = box.closest("table");
      if (frame) frame.hidden = rows.length === 0;
    }
    const counted = this.root.querySelector(`[data-count="${name}"]`);
    if (counted) {
      counted.textContent = String(count);
      counted.hidden = count === 0;
    }
  }

  tile(name, { value, note = "", asOf = "", alarm = false }) {
    const tile = this.root.querySelector(`[data-tile="${name}"]`);
    if (!tile) return;
    const calm = !this.drawn.has(`tile ${name}`);
    this.drawn.add(`tile ${name}`);
    write(tile.querySelector(".tile__value"), value, { calm });
    write(tile.querySelector(".tile__note"), note, { calm: true });
    // A tile that counts what is under way is as old as the board itself: see Status.
    const stamp = tile.querySelector(".tile__as-of:not([data-level-at])");
    write(stamp, asOf, { calm: true });
    tile.classList.toggle("tile--alarm", alarm);
  }
}
