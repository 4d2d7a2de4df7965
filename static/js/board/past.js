// The way back in time: shows the board as it was at a line of the journal, read only, until "Now",
// or plays on from there. The server works the rows out; here is only what one steers it with.

import { Film } from "./film.js";

const PAUSE = 150; // while the slider is drawn along, the rows follow at this distance
const TIMES = 5; // labels under the slider

export class Past {
  // `feed` holds the addresses snapshot and past. `on` holds what is called: incident() gives the
  // id on screen, now() the time in the book, turned() when the past begins or ends, played() when its
  // clock moved on, ended(why). A replay has no present to go back to: its feed has no socket.
  constructor({ panel, opener, store, speech, feed, on }) {
    Object.assign(this, { panel, opener, store, speech, feed, on });
    this.moment = null;
    this.ticks = [];
    this.asked = 0;
    this.news = new Set(); // what happened while one looked back
    const one = (name) => panel.querySelector(`[data-past-${name}]`);
    this.words = one("words");
    this.line = one("line");
    this.range = one("range");
    this.times = one("times");
    this.fault = document.querySelector("[data-past-fault]"); // also seen while the panel is not
    this.form = one("form");
    this.steps = { earlier: one("earlier"), later: one("later") };
    this.button = one("play");
    this.rate = one("rate");
    this.film = new Film({ feed, ask: (address) => this.ask(address) });
    this.button.addEventListener("click", () => (this.film.playing ? this.pause() : this.play()));
    this.rate.addEventListener("change", () => this.film.playing && this.play());
    opener?.addEventListener("click", () => this.open());
    this.now = one("now");
    this.nowSaid = this.now.textContent;
    this.now.addEventListener("click", (event) => {
      event.preventDefault();
      this.leave();
    });
    for (const [way, button] of Object.entries(this.steps)) {
      button.addEventListener("click", () => this.step(way));
    }
    this.range.addEventListener("input", () => this.drawn());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.go(this.form.elements.at.value);
    });
    document.addEventListener("keydown", (event) => this.key(event));
  }

  // The page came with a moment of the past.
  async begin(answer) {
    this.enter(answer);
    await this.load();
  }

  async open() {
    this.opener.disabled = true;
    if (await this.load()) {
      const last = this.ticks.at(-1);
      if (last) await this.go(last.number);
      else this.say(this.speech.say("past_nothing"));
    }
    this.opener.disabled = false;
  }

  // The lines one can go back to.
  async load() {
    const incident = this.on.incident();
    const reel = await this.ask(incident ? `${this.feed.past}?incident=${incident}` : this.feed.past);
    if (!reel) return false;
    this.ticks = reel.ticks.map(([number, kind, area, at]) => ({ number, kind, areas: [area], at }));
    this.range.max = String(Math.max(0, this.ticks.length - 1));
    this.range.disabled = this.ticks.length < 2;
    const places = Array.from({ length: TIMES }, (_, n) =>
      this.ticks[Math.round((n * (this.ticks.length - 1)) / (TIMES - 1))]);
    this.times.replaceChildren(...places.filter(Boolean).map((tick) => {
      const label = document.createElement("span");
      label.textContent = this.speech.at(tick.at, this.on.now());
      return label;
    }));
    if (this.moment) this.place();
    return true;
  }

  async go(at) {
    this.pause();
    const asked = this.asked += 1;
    const answer = await this.ask(`${this.feed.snapshot}?${new URLSearchParams({ at })}`);
    if (!answer || asked !== this.asked) return;
    if (answer.past) this.enter(answer);
    else this.leave();
  }

  step(way) {
    this.pause();
    const number = this.moment?.[way];
    if (number && !this.busy) this.go(number);
  }

  // Let the board run on from the moment it shows, so many times as fast as it was.
  play() {
    const from = Date.parse(this.moment.at);
    const rate = Number(this.rate.value);
    this.film.start({ number: this.moment.number, from, rate }, {
      frame: (frame) => {
        this.store.forward(frame);
        this.moment = { ...this.moment, number: frame.to, earlier: this.moment.number };
        this.tell(this.store.lines[0]);
        this.place();
      },
      clock: (time) => {
        this.moment = { ...this.moment, at: new Date(time).toISOString(), later: this.film.next };
        this.headline();
        this.on.played();
      },
      over: () => this.pause(),
    });
    this.button.setAttribute("aria-pressed", "true");
    this.words.setAttribute("aria-live", "off"); // it changes all the time
  }

  pause() {
    if (!this.film.playing) return;
    this.film.stop();
    this.button.setAttribute("aria-pressed", "false");
    this.words.removeAttribute("aria-live");
    for (const [way, button] of Object.entries(this.steps)) button.disabled = !this.moment[way];
    this.enterForm();
    this.keep(this.moment.number);
  }

  headline() {
    const { number, at } = this.moment;
    this.words.textContent = this.speech.say("past_strip", {
      time: this.time(at), n: this.speech.count(number),
    });
  }

  enterForm() {
    const { at } = this.moment;
    this.form.elements.at.value = `${this.speech.date.format(new Date(at))}T${this.speech.exact(at)}`;
  }

  enter(answer) {
    const turned = !this.moment;
    this.moment = answer.past;
    this.store.look(answer);
    if (turned) this.on.turned();
    this.say("");
    this.panel.hidden = false;
    if (this.opener) this.opener.hidden = true;
    this.headline();
    this.tell(this.store.lines[0]);
    this.enterForm();
    for (const [way, button] of Object.entries(this.steps)) button.disabled = !this.moment[way];
    this.place();
    this.keep(this.moment.number);
    document.dispatchEvent(new CustomEvent("relief-moment", { detail: this.moment }));
  }

  leave() {
    if (!this.feed.socket) return;
    this.asked += 1;
    this.film.stop();
    this.button.setAttribute("aria-pressed", "false");
    clearTimeout(this.timer);
    this.say("");
    this.panel.hidden = true;
    this.opener.hidden = false;
    this.keep(null);
    if (!this.moment) return;
    this.moment = null;
    this.news.clear();
    this.now.textContent = this.nowSaid;
    this.store.back();
    this.on.turned();
    this.opener.focus();
  }

  // Lines that came meanwhile: not shown here, but nobody should overlook that there are some.
  missed(lines = []) {
    if (!this.moment || !lines.length) return;
    for (const [, kind, , at] of lines) this.news.add(`${kind} ${at}`);
    this.now.textContent = this.speech.say("past_news", { n: this.speech.count(this.news.size) });
    if (this.moment.later) return;
    const [, kind, , at] = lines[0];
    [this.moment.later] = lines.filter((line) => line[1] === kind && line[3] === at).at(-1);
    this.steps.later.disabled = false;
  }

  // The slider stands at the last line at or before the moment.
  place() {
    const after = this.ticks.findIndex((tick) => tick.number > this.moment.number);
    this.range.value = String((after < 0 ? this.ticks.length : after) - 1);
  }

  drawn() {
    this.pause();
    const tick = this.ticks[Number(this.range.value)];
    if (!tick) return;
    this.tell(tick);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.go(tick.number), PAUSE);
  }

  key(event) {
    const { target } = event;
    const typing = target.closest?.("input:not([type=range]), select, textarea, [contenteditable]");
    if (!this.moment || typing || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Escape") this.leave();
    else if (event.key === "ArrowLeft") this.step("earlier");
    else if (event.key === "ArrowRight") this.step("later");
    else if (event.key === " " && !target.closest?.("button, a, summary")) this.button.click();
    else return;
    event.preventDefault();
  }

  // One line of the journal in words: `16:05 Report filed · Northbank`.
  tell(line) {
    const { speech } = this;
    const places = ({ areas }) => areas.slice(0, 2).map((path) => speech.area(path)).join(", ");
    const text = line
      ? `${speech.at(line.at, this.on.now())} ${speech.one("happened", line.kind)} · ${places(line)}`
      : speech.say("past_before");
    this.line.textContent = text;
    this.range.setAttribute("aria-valuetext", text);
  }

  // To the second, with the day where it is not today's.
  time(at) {
    const day = this.speech.date.format(new Date(at));
    const today = this.speech.date.format(new Date(this.on.now()));
    return `${day === today ? "" : `${day} `}${this.speech.exact(at)}`;
  }

  say(text) {
    this.fault.textContent = text;
    this.fault.hidden = !text;
  }

  // The address says which moment is on screen, so that it can be passed on.
  keep(number) {
    const address = new URL(location.href);
    if (number === null) address.searchParams.delete("at");
    else address.searchParams.set("at", number);
    history.replaceState(history.state, "", address);
  }

  // An answer, or nothing after saying why there is none.
  async ask(address) {
    this.busy = true;
    try {
      const answer = await fetch(address, { redirect: "manual", cache: "no-store" });
      if (answer.ok) return await answer.json();
      if (answer.status === 400) this.say((await answer.json()).says);
      else if (answer.type === "opaqueredirect" || answer.status === 401) this.on.ended("signed_out");
      else if (answer.status === 403 || answer.status === 404) this.on.ended("not_allowed");
      else throw new Error(`expected a board of the past, got ${answer.status}`);
    } catch (error) {
      console.info("past", error.message);
      this.say(this.speech.say("past_failed"));
    } finally {
      this.busy = false;
    }
    return null;
  }
}
