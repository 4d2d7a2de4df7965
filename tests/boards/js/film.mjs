// A film of the past and a drill's clock (static/js/board/film.js and figures.js).

import { bookTime } from "../../../static/js/board/figures.js";
import { Film } from "../../../static/js/board/film.js";
import { Engine } from "./engine.mjs";
import { equal } from "./equal.mjs";

const at = (second) => new Date(second * 1_000).toISOString();
const frame = (from, to, second) => ({ from, to, rows: [], lines: [[to, "told", "c", at(second)]] });

// A film with these pieces, and what it told; `tick` lets so many milliseconds pass.
function playing(pieces, { rate = 60 } = {}) {
  const engine = new Engine();
  engine.performance = { now: () => engine.time };
  let beat = null;
  engine.setInterval = (what) => { beat = what; };
  engine.clearInterval = () => { beat = null; };
  const told = { frames: [], times: [], asked: [], over: 0 };
  const film = new Film({
    feed: { film: "/film" },
    ask: async (address) => {
      told.asked.push(address);
      return pieces.shift();
    },
    engine,
  });
  film.start({ number: 1, from: 0, rate }, {
    frame: ({ to }) => told.frames.push(to),
    clock: (time) => told.times.push(time),
    over: () => {
      told.over += 1;
      film.stop();
    },
  });
  const settled = async () => {
    for (let turn = 0; turn < 8; turn += 1) await Promise.resolve();
  };
  const tick = async (milliseconds) => {
    await settled();
    engine.time += milliseconds;
    beat?.();
    await settled();
  };
  return { film, told, tick };
}

export const cases = {
  "each change comes when its time has come, and the clock runs in between": async () => {
    const piece = { frames: [frame(1, 2, 30), frame(2, 5, 90)], end: 5, head: 5 };
    const { film, told, tick } = playing([piece]);
    await tick(0);
    equal([told.frames, film.next], [[], 2]);
    await tick(500); // half a minute at ×60
    equal([told.frames, film.next, told.times.at(-1)], [[2], 5, 30_000]);
    await tick(500);
    equal([told.frames, told.times.at(-1)], [[2], 60_000]);
    await tick(500);
    equal([told.frames, told.over, film.playing], [[2, 5], 1, null]);
    equal(told.asked, ["/film?after=1"]);
  },

  "the clock waits for a piece that is still on its way, and the next is fetched ahead": async () => {
    let come;
    const pieces = [
      new Promise((done) => { come = done; }),
      { frames: [frame(2, 4, 3)], end: 4, head: 4 },
    ];
    const { told, tick } = playing(pieces, { rate: 1 });
    await tick(5_000);
    equal([told.frames, told.times], [[], []]);
    come({ frames: [frame(1, 2, 1)], end: 2, head: 4 });
    await tick(0);
    equal(told.asked, ["/film?after=1", "/film?after=2"]);
    await tick(2_000);
    equal([told.frames, told.over], [[2], 0]);
    await tick(2_000);
    equal([told.frames, told.over], [[2, 4], 1]);
  },

  "a piece that cannot be had ends the playing": async () => {
    const { told, tick } = playing([undefined]);
    await tick(0);
    await tick(0);
    equal([told.over, told.frames], [1, []]);
  },

  "a drill's time runs as its row says, and stands in a pause": () => {
    const drill = { since: at(1_000), from: at(50_000), rate: 60 };
    equal(bookTime(drill, 1_010_000), 50_600_000);
    equal(bookTime({ ...drill, rate: 0 }, 1_010_000), 50_000_000);
    equal(bookTime(drill, 999_000), 50_000_000);
    equal(bookTime(undefined, 7), 7);
    equal(bookTime({ since: null }, 7), 7);
  },
};
