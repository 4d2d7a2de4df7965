// Keeps a board level with the journal: one socket with a cursor, or polling where sockets are
// blocked. Knows nothing of rows or pages, so it runs in any script engine.
//
// The cursor is (epoch, number). A frame {t, from, to, rows, lines} that begins at or before the
// cursor and ends after it takes the board to `to`; one that ends at or before it is old news; one
// that begins after it leaves a hole, and the socket is opened again with the cursor.
// Close codes: 4401 signed out, 4403 not allowed, 4408 too slow, 4409 take a fresh snapshot,
// 4503 cut off by a drill until the time of its clock that the reason says.

export const HEARTBEAT = 10_000;
const DEAD_AFTER = 2.5 * HEARTBEAT; // a server killed in mid-handshake never signals a close
const QUIET = HEARTBEAT + 2_000; // an open socket is believed for one heartbeat and a bit
const OFFLINE = 10_000;
const POLL = 2_000;
const SHORTEST_WAIT = 100; // before the next try of what failed; doubled from try to try
const LONGEST_WAIT = 2_000;
const TRIES = 3; // failed handshakes before polling
const RETRY_SOCKET = 60_000;
const CUT_OFF = 3_500; // on average, before asking whether a drill's outage is over

export class Live {
  // `feed` holds the addresses socket, events and snapshot. `on` holds what is called:
  // frame(frame), snapshot(snapshot), state({name, since, age, until}), replayed(count),
  // ended(why).
  constructor({ feed, epoch, number, serverNow, on, engine = globalThis }) {
    Object.assign(this, { feed, epoch, cursor: number, on, engine });
    this.offset = serverNow - engine.Date.now();
    this.heard = engine.Date.now(); // when the board was last known to be level
    this.name = "catching_up";
    this.attempt = this.failures = this.behind = 0;
    this.polling = this.answered = this.ended = this.stopped = false;
    this.until = null; // while a drill has cut the board off: the drill time of its end
  }

  start() {
    this.open();
    this.ticker = this.engine.setInterval(() => this.tick(), 1_000);
    return this;
  }

  stop() {
    this.stopped = true;
    this.engine.clearInterval(this.ticker);
    this.engine.clearTimeout(this.timer);
    this.leave();
  }

  // The server's clock, in milliseconds.
  now() {
    return this.engine.Date.now() + this.offset;
  }

  // Milliseconds since the board was last known to be level, and the server's time then.
  get age() {
    return this.engine.Date.now() - this.heard;
  }

  get since() {
    return this.heard + this.offset;
  }

  // -------------------------------------------------------------------- socket

  open() {
    if (this.stopped || this.ended) return;
    this.leave();
    this.joined = false;
    const address = new URL(this.feed.socket, this.engine.location.href);
    address.protocol = address.protocol.replace("http", "ws");
    address.search = new URLSearchParams({ since: this.cursor, epoch: this.epoch });
    let socket;
    try {
      socket = new this.engine.WebSocket(address);
    } catch {
      this.lost();
      return;
    }
    this.socket = socket;
    this.alive();
    socket.onmessage = (event) => this.socket === socket && this.take(JSON.parse(event.data));
    socket.onclose = (event) => this.socket === socket && this.closed(event.code, event.reason);
  }

  leave() {
    this.engine.clearTimeout(this.dead);
    const { socket } = this;
    this.socket = null;
    if (socket) {
      socket.onmessage = socket.onclose = null;
      socket.close();
    }
  }

  alive() {
    this.engine.clearTimeout(this.dead);
    this.dead = this.engine.setTimeout(() => this.closed(1006), DEAD_AFTER);
  }

  closed(code, reason) {
    this.leave();
    if (code === 4401) this.end("signed_out");
    else if (code === 4403) this.end("not_allowed");
    else if (code === 4409) this.refresh();
    else if (code === 4503) this.cutOff(reason);
    else this.lost();
  }

  // The server answers: nothing is broken, so it is asked again at an even pace until the outage
  // is over.
  cutOff(until) {
    this.until = until;
    this.joined = false;
    this.attempt = this.failures = 0;
    const wait = CUT_OFF * (0.5 + this.engine.Math.random());
    this.engine.clearTimeout(this.timer);
    this.timer = this.engine.setTimeout(() => (this.polling ? this.poll() : this.open()), wait);
    this.tell();
  }

  lost() {
    if (!this.joined) this.failures += 1;
    this.joined = false;
    this.until = null;
    if (this.polling) return;
    if (this.failures >= TRIES) this.poll();
    else this.again(() => this.open());
    this.tell();
  }

  // Full jitter, so that after a server's restart not everybody comes at the same moment.
  again(what) {
    const most = Math.min(LONGEST_WAIT, 2 * SHORTEST_WAIT * 2 ** this.attempt);
    const wait = SHORTEST_WAIT + this.engine.Math.random() * (most - SHORTEST_WAIT);
    this.attempt += 1;
    this.engine.clearTimeout(this.timer);
    this.timer = this.engine.setTimeout(what, wait);
  }

  end(why) {
    this.ended = true;
    this.leave();
    this.engine.clearInterval(this.ticker);
    this.on.ended(why);
  }

  // -------------------------------------------------------------------- frames

  take(frame) {
    if (this.socket) this.alive();
    if (frame.now) this.offset = Date.parse(frame.now) - this.engine.Date.now();
    if (frame.from > this.cursor) {
      this.leave();
      this.again(() => this.open());
      return;
    }
    if (frame.to > this.cursor) {
      this.cursor = frame.to;
      if (frame.rows.length) {
        if (!this.joined && !this.polling) this.behind += frame.rows.length;
        this.on.frame(frame);
      }
    }
    if (frame.t === "ok") this.level();
    if (this.joined || this.polling) this.heard = this.engine.Date.now();
    this.tell();
  }

  level() {
    this.joined = true;
    this.polling = false;
    this.until = null;
    this.attempt = this.failures = 0;
    if (this.behind && this.wasAway) this.on.replayed(this.behind);
    this.behind = 0;
    this.wasAway = false;
  }

  // -------------------------------------------------------------------- snapshot and polling

  async refresh() {
    try {
      const answer = await this.ask(this.feed.snapshot);
      if (!answer) return;
      const snapshot = await answer.json();
      ({ epoch: this.epoch, number: this.cursor } = snapshot);
      this.heard = this.engine.Date.now();
      this.on.snapshot(snapshot);
      this.again(() => (this.polling ? this.poll() : this.open()));
    } catch {
      this.again(() => this.refresh());
    }
    this.tell();
  }

  async poll() {
    if (this.stopped || this.ended) return;
    if (!this.polling) {
      this.polling = true;
      this.tried = null;
    } else if (this.tried === null || this.engine.Date.now() - this.tried > RETRY_SOCKET) {
      // Asking goes on until a socket works again: tried at once, since it may have been the
      // server that was away, and then once a minute.
      this.tried = this.engine.Date.now();
      this.open();
    }
    let pause = POLL;
    try {
      const words = new URLSearchParams({ since: this.cursor, epoch: this.epoch });
      const answer = await this.ask(`${this.feed.events}?${words}`);
      if (!answer) return;
      if (answer.status === 409) {
        this.refresh();
        return;
      }
      const frame = await answer.json();
      this.attempt = 0;
      this.answered = true;
      this.until = null;
      if (frame.to > frame.from) pause = 200;
      this.take(frame);
    } catch {
      // Not the socket is blocked but the server is away: come back to both.
      this.polling = this.answered = false;
      this.until = null;
      this.failures = TRIES - 1;
      this.again(() => this.open());
      this.tell();
      return;
    }
    if (this.joined) return;
    this.engine.clearTimeout(this.timer);
    this.timer = this.engine.setTimeout(() => this.poll(), pause);
  }

  // An answer of ours, or nothing when the person may not see it any more, or not now.
  async ask(address) {
    const answer = await this.engine.fetch(address, { redirect: "manual", cache: "no-store" });
    if (answer.ok || answer.status === 409) return answer;
    if (answer.type === "opaqueredirect" || answer.status === 401) this.end("signed_out");
    else if (answer.status === 403 || answer.status === 404) this.end("not_allowed");
    else if (answer.headers.has("Relief-Cut-Off")) this.cutOff(answer.headers.get("Relief-Cut-Off"));
    else throw new Error(`expected a page of changes, got ${answer.status}`);
    return null;
  }

  // -------------------------------------------------------------------- state in words

  tick() {
    this.tell(true);
  }

  tell(always = false) {
    const name = this.state();
    if (name === "stale" || name === "outage") this.wasAway = true;
    if (always || name !== this.name) {
      this.name = name;
      this.on.state({ name, since: this.since, age: this.age, until: this.until });
    }
  }

  state() {
    if (this.until !== null) return "outage";
    if (this.age > (this.joined ? QUIET : OFFLINE)) return "stale";
    if (this.joined) return "live";
    return this.polling && this.answered ? "polling" : "catching_up";
  }
}
