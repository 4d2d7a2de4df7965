// How fresh the board is, in words: live, catching up, or data as of a time.

import { h, write } from "./parts.js";

const DO_NOT_DECIDE = 60_000;

export class Status {
  constructor(root, speech) {
    Object.assign(this, { root, speech });
    this.words = root.querySelector("[data-link-words]");
    this.box = root.querySelector("[data-link]");
    this.strip = root.querySelector("[data-stale]");
  }

  show({ name, since, age, until }) {
    const stale = name === "stale" || name === "outage";
    this.box.dataset.link = name;
    const time = this.speech.exact(since);
    write(this.words, stale ? this.speech.say("as_of", { time }) : this.speech.say(name), { calm: true });
    for (const node of this.root.querySelectorAll("[data-level-at]")) {
      write(node, this.speech.say("as_of", { time }), { calm: true });
    }
    this.strip.hidden = !stale;
    this.root.classList.toggle("board--stale", stale && age > DO_NOT_DECIDE);
    if (!stale) return;
    const n = Math.round(age / 1_000);
    const text = name === "stale"
      ? this.speech.say("stale", { time, n: this.speech.count(n) })
      : this.speech.say("outage", { time, until: this.speech.at(until, since) });
    const warning = age > DO_NOT_DECIDE ? ` ${this.speech.say("do_not_decide")}` : "";
    write(this.strip, text + warning, { calm: true });
  }

  replayed(count) {
    const note = h("p", { class: "board__back" }, this.speech.say("replayed", { n: count }));
    this.strip.after(note);
    setTimeout(() => note.remove(), 6_000);
  }

  ended() {
    this.box.dataset.link = "stale";
    write(this.words, this.speech.say("not_allowed"), { calm: true });
    this.strip.hidden = false;
    this.root.classList.add("board--stale");
    write(this.strip, this.speech.say("not_allowed"), { calm: true });
  }
}
