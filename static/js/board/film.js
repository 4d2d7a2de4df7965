// What happened after a moment of the past, played as it was or faster: each change comes when its
// time has come. Pieces are fetched ahead. Knows nothing of rows or pages.

const BEAT = 250; // milliseconds from one look at the clock to the next
const AHEAD = 60_000; // milliseconds of playing that are fetched in advance, at least
const LONGEST = 2_000_000_000;

export class Film {
  // `feed` holds the address film; ask(address) gives its JSON, or nothing after saying why.
  constructor({ feed, ask, engine = globalThis }) {
    Object.assign(this, { feed, ask, engine });
    this.playing = null;
    this.frames = [];
  }

  // Number of the line that comes next, as far as is known.
  get next() {
    return this.frames[0]?.to ?? null;
  }

  // Play on from a number and time, `rate` times as fast. `on` holds what is called: frame(frame),
  // clock(time), over() when nothing is left.
  start({ number, from, rate }, on) {
    const same = this.number === number;
    this.stop();
    this.number = number;
    if (!same) {
      this.frames = [];
      this.end = number;
      this.head = LONGEST;
    }
    this.playing = { began: this.engine.performance.now(), from, shown: from, rate, on };
    this.timer = this.engine.setInterval(() => this.beat(), BEAT);
    this.beat();
  }

  stop() {
    this.engine.clearInterval(this.timer);
    this.playing = null;
  }

  beat() {
    const { began, from, rate, on } = this.playing;
    const { playing } = this;
    const time = from + rate * (this.engine.performance.now() - began);
    while (this.playing === playing && this.frames.length && at(this.frames[0]) <= time) {
      const frame = this.frames.shift();
      this.number = frame.to;
      on.frame(frame);
    }
    if (this.playing !== playing) return;
    const left = this.frames.length ? at(this.frames.at(-1)) - time : 0;
    if (this.end < this.head && left < rate * AHEAD) this.fetch();
    if (!this.frames.length && this.end >= this.head) {
      on.over();
      return;
    }
    // Nothing is known of the time after the last piece: the clock waits there.
    if (!this.frames.length) {
      Object.assign(playing, { began: this.engine.performance.now(), from: playing.shown });
      return;
    }
    playing.shown = time;
    on.clock(time);
  }

  async fetch() {
    if (this.fetching) return;
    this.fetching = true;
    const { end } = this;
    const piece = await this.ask(`${this.feed.film}?after=${end}`);
    this.fetching = false;
    if (end !== this.end) return; // another moment was chosen meanwhile
    if (!piece) {
      this.playing?.on.over();
      return;
    }
    this.frames.push(...piece.frames);
    this.end = piece.end;
    this.head = piece.head;
  }
}

const at = (frame) => Date.parse(frame.lines.at(-1)[3]);
