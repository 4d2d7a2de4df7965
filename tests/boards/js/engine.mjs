// A script engine whose sockets, timers and clock do what a case says, and a connection inside it.

import { Live } from "../../../static/js/live.js";

export class Engine {
  constructor() {
    this.time = 1_000_000;
    this.timers = new Map();
    this.ids = 0;
    this.sockets = [];
    this.asked = [];
    this.answers = [];
    this.chance = 0;
    this.location = { href: "http://relief.test/boards/" };
    this.Math = { random: () => this.chance };
    const engine = this;
    this.Date = { now: () => engine.time };
    this.WebSocket = class {
      constructor(url) {
        this.url = new URL(url);
        engine.sockets.push(this);
      }

      close() {
        this.left = true;
      }
    };
    this.fetch = async (address) => {
      this.asked.push(address);
      const answer = this.answers.shift();
      if (!answer) throw new Error("no network");
      const headers = new Map(Object.entries(answer.headers ?? {}));
      const json = async () => answer.body;
      return { ok: answer.status === 200, type: "basic", json, ...answer, headers };
    };
  }

  setTimeout(what, after) {
    return this.setInterval(what, after, 0);
  }

  setInterval(what, after, pause = after) {
    this.timers.set(++this.ids, { what, at: this.time + after, pause });
    return this.ids;
  }

  clearTimeout(id) {
    this.timers.delete(id);
  }

  clearInterval(id) {
    this.timers.delete(id);
  }

  async pass(milliseconds) {
    const end = this.time + milliseconds;
    for (;;) {
      const [next] = [...this.timers].filter(([, one]) => one.at <= end)
        .sort((a, b) => a[1].at - b[1].at);
      if (!next) break;
      const [id, one] = next;
      this.time = one.at;
      if (one.pause) one.at += one.pause;
      else this.timers.delete(id);
      one.what();
      await settled();
    }
    this.time = end;
    await settled();
  }

  get socket() {
    return this.sockets.at(-1);
  }

  send(frame) {
    this.socket.onmessage({ data: JSON.stringify({ rows: [], ...frame }) });
  }

  drop(code = 1006, reason = "") {
    this.socket.onclose({ code, reason });
  }
}

async function settled() {
  for (let n = 0; n < 10; n += 1) await null;
}

// A board at number 5 of log E whose server's clock is a minute ahead; `log` is what it was told.
export function begin() {
  const engine = new Engine();
  const log = [];
  let last = "catching_up";
  const live = new Live({
    feed: {
      socket: "/live/command/1/",
      events: "/live/command/1/events",
      snapshot: "/boards/command/1/snapshot",
    },
    epoch: "E",
    number: 5,
    serverNow: engine.time + 60_000,
    engine,
    on: {
      frame: (frame) => log.push(["rows", ...frame.rows]),
      snapshot: (fresh) => log.push(["snapshot", fresh.number]),
      state: ({ name }) => {
        if (name !== last) log.push(["state", last = name]);
      },
      replayed: (n) => log.push(["replayed", n]),
      ended: (why) => log.push(["ended", why]),
    },
  }).start();
  return { engine, live, log };
}
