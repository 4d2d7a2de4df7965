// The connection of a board (static/js/live.js), without a page, a network or a wait.

import { begin } from "./engine.mjs";
import { equal } from "./equal.mjs";

const empty = (from, to = from) => ({ status: 200, body: { t: "ev", from, to, rows: [], lines: [] } });

export const cases = {
  "frames that fit are applied and old ones are not": () => {
    const { engine, live, log } = begin();
    equal(engine.socket.url.href, "ws://relief.test/live/command/1/?since=5&epoch=E");
    engine.send({ t: "ev", from: 5, to: 7, rows: [1] });
    engine.send({ t: "ok", from: 7, to: 7 });
    engine.send({ t: "ev", from: 5, to: 7, rows: [2] });
    engine.send({ t: "ev", from: 7, to: 8, rows: [3] });
    engine.send({ t: "hb", from: 8, to: 12 });
    equal(log, [["rows", 1], ["state", "live"], ["rows", 3]]);
    equal(live.cursor, 12);
  },

  "a hole opens the socket again with the cursor": async () => {
    const { engine, log } = begin();
    engine.send({ t: "ok", from: 5, to: 5 });
    engine.send({ t: "ev", from: 6, to: 7, rows: ["never"] });
    equal(engine.sockets[0].left, true);
    await engine.pass(200);
    equal([engine.sockets.length, engine.socket.url.search], [2, "?since=5&epoch=E"]);
    equal(log, [["state", "live"]]);
  },

  "a cut is silent at first, then stale, and after it what was replayed is told": async () => {
    const { engine, log } = begin();
    engine.send({ t: "ok", from: 5, to: 5 });
    engine.drop();
    await engine.pass(9_000);
    equal(log, [["state", "live"], ["state", "catching_up"]]);
    await engine.pass(3_000);
    equal(log.at(-1), ["state", "stale"]);
    engine.send({ t: "ev", from: 5, to: 9, rows: [1, 2, 3] });
    engine.send({ t: "ok", from: 9, to: 9 });
    equal(log.slice(-3), [["rows", 1, 2, 3], ["replayed", 3], ["state", "live"]]);
  },

  // No close arrives: stale after twelve seconds, another socket after two and a half heartbeats.
  "a server that says nothing any more is noticed": async () => {
    const { engine, log } = begin();
    engine.send({ t: "ok", from: 5, to: 5 });
    await engine.pass(13_000);
    equal(log.at(-1), ["state", "stale"]);
    await engine.pass(11_900);
    equal(engine.sockets.length, 1);
    await engine.pass(300);
    equal([engine.sockets.length, engine.sockets[0].left], [2, true]);
  },

  "a server killed in mid-handshake is given up after the same time": async () => {
    const { engine } = begin();
    await engine.pass(24_900);
    equal(engine.sockets.length, 1);
    await engine.pass(300);
    equal(engine.sockets.length, 2);
  },

  "waits before the next try lie between 0.1 s and a bound that doubles up to 2 s": () => {
    for (const [chance, waits] of [
      [0, [100, 100, 100, 100, 100, 100, 100]],
      [1, [200, 400, 800, 1_600, 2_000, 2_000, 2_000]],
      [0.5, [150, 250, 450, 850, 1_050, 1_050, 1_050]],
    ]) {
      const { engine, live } = begin();
      engine.chance = chance;
      const got = waits.map(() => {
        live.again(() => {});
        return engine.timers.get(live.timer).at - engine.time;
      });
      equal(got, waits);
    }
  },

  "a fresh snapshot is taken when told so": async () => {
    const { engine, log } = begin();
    engine.answers.push({ status: 200, body: { epoch: "F", number: 40, rows: [], lines: [] } });
    engine.drop(4409);
    await engine.pass(1);
    await engine.pass(300);
    equal(log[0], ["snapshot", 40]);
    equal(engine.socket.url.search, "?since=40&epoch=F");
    equal(engine.asked, ["/boards/command/1/snapshot"]);
  },

  "a board one may not see any more ends": async () => {
    for (const [code, why] of [[4401, "signed_out"], [4403, "not_allowed"]]) {
      const { engine, log } = begin();
      engine.drop(code);
      await engine.pass(60_000);
      equal([log, engine.sockets.length], [[["ended", why]], 1]);
    }
  },

  "a drill's outage is told as such, asked about at an even pace, and made good": async () => {
    const { engine, live, log } = begin();
    const until = "2026-11-22T04:30:00+00:00";
    engine.send({ t: "ok", from: 5, to: 5 });
    await engine.pass(2_000);
    for (let n = 0; n < 4; n += 1) {
      engine.drop(4503, until);
      equal([live.state(), live.until], ["outage", until]);
      await engine.pass(1_700);
      equal(engine.sockets.length, n + 1);
      await engine.pass(100);
      equal(engine.sockets.length, n + 2);
    }
    equal(live.age, 9_200);
    equal(engine.asked, []);
    engine.send({ t: "ev", from: 5, to: 9, rows: [1, 2] });
    engine.send({ t: "ok", from: 9, to: 9 });
    equal(log, [["state", "live"], ["state", "outage"], ["rows", 1, 2], ["replayed", 2], ["state", "live"]]);
  },

  "a server that goes away during a drill's outage is not taken for the outage": async () => {
    const { engine, log } = begin();
    engine.send({ t: "ok", from: 5, to: 5 });
    engine.drop(4503, "2026-11-22T04:30:00+00:00");
    await engine.pass(1_800);
    engine.drop();
    await engine.pass(50);
    equal(log, [["state", "live"], ["state", "outage"], ["state", "catching_up"]]);
  },

  "a drill's outage is seen by who asks as well": async () => {
    const { engine, live, log } = begin();
    const headers = { "Relief-Cut-Off": "2026-11-22T04:30:00+00:00" };
    engine.answers.push(empty(5), { status: 503, headers }, { status: 503, headers });
    engine.answers.push(empty(5));
    for (let n = 0; n < 3; n += 1) {
      engine.drop();
      await engine.pass(150);
    }
    await engine.pass(2_100);
    equal([log.at(-1), live.until], [["state", "outage"], headers["Relief-Cut-Off"]]);
    await engine.pass(3_600);
    equal(log, [["state", "polling"], ["state", "outage"], ["state", "polling"]]);
  },

  "where sockets are blocked it asks": async () => {
    const { engine, live, log } = begin();
    engine.answers.push(
      { status: 200, body: { t: "ev", from: 5, to: 6, rows: [1], lines: [] } },
      empty(6),
      { status: 409, body: { t: "resync" } },
      { status: 200, body: { epoch: "F", number: 8, rows: [], lines: [] } },
      empty(8),
      empty(8),
    );
    for (let n = 0; n < 3; n += 1) {
      engine.drop();
      await engine.pass(150);
    }
    await engine.pass(4_600);
    equal(log, [["rows", 1], ["state", "polling"], ["snapshot", 8]]);
    equal(engine.asked.slice(0, 5), [
      "/live/command/1/events?since=5&epoch=E",
      "/live/command/1/events?since=6&epoch=E",
      "/live/command/1/events?since=6&epoch=E",
      "/boards/command/1/snapshot",
      "/live/command/1/events?since=8&epoch=F",
    ]);
    equal(live.cursor, 8);
  },

  // Neither socket nor question gets through; when it is back, the next socket is taken.
  "a server that is away is not taken for blocked sockets": async () => {
    const { engine, log } = begin();
    engine.send({ t: "ok", from: 5, to: 5 });
    for (let n = 0; n < 8; n += 1) {
      engine.drop();
      await engine.pass(2_200);
    }
    equal(engine.sockets.length > 6, true);
    engine.send({ t: "ev", from: 5, to: 6, rows: [1] });
    engine.send({ t: "ok", from: 6, to: 6 });
    equal(log, [
      ["state", "live"],
      ["state", "catching_up"],
      ["state", "stale"],
      ["rows", 1],
      ["replayed", 1],
      ["state", "live"],
    ]);
  },

  "polling ends when a socket works again": async () => {
    const { engine, log } = begin();
    for (let n = 0; n < 40; n += 1) engine.answers.push(empty(5));
    for (let n = 0; n < 3; n += 1) {
      engine.drop();
      await engine.pass(150);
    }
    await engine.pass(66_000);
    equal(engine.sockets.length, 5);
    engine.send({ t: "ok", from: 5, to: 5 });
    await engine.pass(2_500);
    const asked = engine.asked.length;
    await engine.pass(5_000);
    equal([log.at(-1), engine.asked.length], [["state", "live"], asked]);
  },

  "the clock is the server's": () => {
    const { engine, live } = begin();
    equal(live.now() - engine.time, 60_000);
    const now = new Date(engine.time + 90_000).toISOString();
    engine.send({ t: "hb", from: 5, to: 5, now });
    equal(live.now() - engine.time, 90_000);
  },
};
