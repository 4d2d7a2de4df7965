"""The boards' scripts without a page: the connection, the rows, the sums. Run in Chromium."""

import functools
import http.server
import json
import threading

import pytest
from django.conf import settings

from tests.gis.browser import open_page

# A script engine whose sockets, timers and clock do what the test says.
ENGINE = """
class Engine {
  constructor() {
    this.time = 1_000_000; this.timers = new Map(); this.ids = 0;
    this.sockets = []; this.asked = [];
    this.location = { href: "http://relief.test/boards/" };
    this.Math = { random: () => 0 };
    const engine = this;
    this.Date = { now: () => engine.time };
    this.WebSocket = class {
      constructor(url) { this.url = new URL(url); engine.sockets.push(this); }
      close() { this.left = true; }
    };
    this.answers = [];
    this.fetch = async (address) => {
      this.asked.push(address);
      const answer = this.answers.shift();
      if (!answer) throw new Error("no network");
      return { ok: answer.status === 200, type: "basic", json: async () => answer.body, ...answer };
    };
  }
  setTimeout(what, after) { return this.setInterval(what, after, 0); }
  setInterval(what, after, pause = after) {
    this.timers.set(++this.ids, { what, at: this.time + after, pause });
    return this.ids;
  }
  clearTimeout(id) { this.timers.delete(id); }
  clearInterval(id) { this.timers.delete(id); }
  async pass(milliseconds) {
    const end = this.time + milliseconds;
    for (;;) {
      const next = [...this.timers].filter(([, one]) => one.at <= end)
        .sort((a, b) => a[1].at - b[1].at)[0];
      if (!next) break;
      const [id, one] = next;
      this.time = one.at;
      if (one.pause) one.at += one.pause; else this.timers.delete(id);
      one.what();
      for (let n = 0; n < 10; n += 1) await null;
    }
    this.time = end;
    for (let n = 0; n < 10; n += 1) await null;
  }
  get socket() { return this.sockets.at(-1); }
  send(frame) { this.socket.onmessage({ data: JSON.stringify({ rows: [], ...frame }) }); }
  drop(code = 1006) { const { socket } = this; socket.onclose({ code }); }
}
const { Live } = await import("/static/js/live.js");
const engine = new Engine();
const log = [];
let last = "catching_up";
const live = new Live({
  feed: {
    socket: "/live/command/1/", events: "/live/command/1/events",
    snapshot: "/boards/command/1/snapshot",
  },
  epoch: "E", number: 5, serverNow: engine.time + 60_000, engine,
  on: {
    frame: (frame) => log.push(["rows", ...frame.rows]),
    snapshot: (fresh) => log.push(["snapshot", fresh.number]),
    state: ({ name }) => name !== last && log.push(["state", last = name]),
    replayed: (n) => log.push(["replayed", n]),
    ended: (why) => log.push(["ended", why]),
  },
}).start();
"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    """The scripts as files, without a word about each."""

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@pytest.fixture(scope="module")
def page():
    files = functools.partial(Quiet, directory=settings.BASE_DIR)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), files)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with open_page() as (page, seen):
        page.route("**/favicon.ico", lambda route: route.fulfill(status=204))
        page.goto(f"http://127.0.0.1:{server.server_port}/static/img/mark.svg")
        yield page
        assert seen.errors == []
    server.shutdown()


def run(page, script: str):
    return page.evaluate(f"async () => {{ {ENGINE} {script} }}")


def test_frames_that_fit_are_applied_and_old_ones_are_not(page):
    assert run(
        page,
        """
        const first = engine.socket.url.href;
        engine.send({ t: "ev", from: 5, to: 7, rows: [1] });
        engine.send({ t: "ok", from: 7, to: 7 });
        engine.send({ t: "ev", from: 5, to: 7, rows: [2] });
        engine.send({ t: "ev", from: 7, to: 8, rows: [3] });
        engine.send({ t: "hb", from: 8, to: 12 });
        return [first, log, live.cursor];
        """,
    ) == [
        "ws://relief.test/live/command/1/?since=5&epoch=E",
        [["rows", 1], ["state", "live"], ["rows", 3]],
        12,
    ]


def test_a_hole_opens_the_socket_again_with_the_cursor(page):
    assert run(
        page,
        """
        engine.send({ t: "ok", from: 5, to: 5 });
        engine.send({ t: "ev", from: 6, to: 7, rows: ["never"] });
        const left = engine.sockets[0].left;
        await engine.pass(200);
        return [left, engine.sockets.length, engine.socket.url.search, log];
        """,
    ) == [True, 2, "?since=5&epoch=E", [["state", "live"]]]


def test_a_cut_is_silent_at_first_then_stale_and_after_it_says_what_was_replayed(page):
    assert run(
        page,
        """
        engine.send({ t: "ok", from: 5, to: 5 });
        engine.drop();
        await engine.pass(9_000);
        const early = structuredClone(log);
        await engine.pass(3_000);
        const late = structuredClone(log.at(-1));
        engine.send({ t: "ev", from: 5, to: 9, rows: [1, 2, 3] });
        engine.send({ t: "ok", from: 9, to: 9 });
        return [early, late, log.slice(-3)];
        """,
    ) == [
        [["state", "live"], ["state", "catching_up"]],
        ["state", "stale"],
        [["rows", 1, 2, 3], ["replayed", 3], ["state", "live"]],
    ]


def test_a_server_that_says_nothing_any_more_is_noticed(page):
    """No close arrives: stale after twelve seconds, another socket after two and a half beats."""
    assert run(
        page,
        """
        engine.send({ t: "ok", from: 5, to: 5 });
        await engine.pass(13_000);
        const stale = log.at(-1)[1];
        await engine.pass(13_000);
        return [stale, engine.sockets.length];
        """,
    ) == ["stale", 2]


def test_a_fresh_snapshot_is_taken_when_told_so(page):
    assert run(
        page,
        """
        engine.answers.push({ status: 200, body: { epoch: "F", number: 40, rows: [], lines: [] } });
        engine.drop(4409);
        await engine.pass(1);
        await engine.pass(300);
        return [log[0], engine.socket.url.search, engine.asked];
        """,
    ) == [["snapshot", 40], "?since=40&epoch=F", ["/boards/command/1/snapshot"]]


@pytest.mark.parametrize(("code", "why"), [(4401, "signed_out"), (4403, "not_allowed")])
def test_a_board_one_may_not_see_any_more_ends(page, code, why):
    assert run(
        page,
        f"""
        engine.drop({code});
        await engine.pass(60_000);
        return [log, engine.sockets.length];
        """,
    ) == [[["ended", why]], 1]


def test_where_sockets_are_blocked_it_asks(page):
    assert run(
        page,
        """
        engine.answers.push(
          { status: 200, body: { t: "ev", from: 5, to: 6, rows: [1], lines: [] } },
          { status: 200, body: { t: "ev", from: 6, to: 6, rows: [], lines: [] } },
          { status: 409, body: { t: "resync" } },
          { status: 200, body: { epoch: "F", number: 8, rows: [], lines: [] } },
          { status: 200, body: { t: "ev", from: 8, to: 8, rows: [], lines: [] } },
          { status: 200, body: { t: "ev", from: 8, to: 8, rows: [], lines: [] } },
        );
        for (let n = 0; n < 3; n += 1) { engine.drop(); await engine.pass(150); }
        await engine.pass(4_600);
        return [log, engine.asked.slice(0, 5), live.cursor];
        """,
    ) == [
        [
            ["rows", 1],
            ["state", "polling"],
            ["snapshot", 8],
        ],
        [
            "/live/command/1/events?since=5&epoch=E",
            "/live/command/1/events?since=6&epoch=E",
            "/live/command/1/events?since=6&epoch=E",
            "/boards/command/1/snapshot",
            "/live/command/1/events?since=8&epoch=F",
        ],
        8,
    ]


def test_a_server_that_is_away_is_not_taken_for_blocked_sockets(page):
    """Neither socket nor question gets through; when it is back, the next socket is taken."""
    assert run(
        page,
        """
        engine.send({ t: "ok", from: 5, to: 5 });
        for (let n = 0; n < 8; n += 1) { engine.drop(); await engine.pass(2_200); }
        const before = engine.sockets.length;
        engine.send({ t: "ev", from: 5, to: 6, rows: [1] });
        engine.send({ t: "ok", from: 6, to: 6 });
        return [before > 6, log];
        """,
    ) == [
        True,
        [
            ["state", "live"],
            ["state", "catching_up"],
            ["state", "stale"],
            ["rows", 1],
            ["replayed", 1],
            ["state", "live"],
        ],
    ]


def test_polling_ends_when_a_socket_works_again(page):
    assert run(
        page,
        """
        for (let n = 0; n < 40; n += 1) {
          const body = { t: "ev", from: 5, to: 5, rows: [], lines: [] };
          engine.answers.push({ status: 200, body });
        }
        for (let n = 0; n < 3; n += 1) { engine.drop(); await engine.pass(150); }
        await engine.pass(66_000);
        const tried = engine.sockets.length;
        engine.send({ t: "ok", from: 5, to: 5 });
        await engine.pass(2_500);
        const asked = engine.asked.length;
        await engine.pass(5_000);
        return [tried, log.at(-1), engine.asked.length - asked];
        """,
    ) == [5, ["state", "live"], 0]


def test_the_clock_is_the_servers(page):
    assert run(
        page,
        """
        const first = live.now() - engine.time;
        engine.send({ t: "hb", from: 5, to: 5, now: new Date(engine.time + 90_000).toISOString() });
        return [first, live.now() - engine.time];
        """,
    ) == [60_000, 90_000]


NEEDS = [
    {"t": "need", "i": 1, "a": "c/t1", "v": {"incident": 1, "item": 7, "quantity": 100}},
    {"t": "need", "i": 2, "a": "c/t2", "v": {"incident": 1, "item": 7, "quantity": 50}},
]
LINE = {
    "incident": 1,
    "item": 7,
    "quantity": 80,
    "loaded": 60,
    "received": 30,
    "lost": 5,
    "stands_for": 1,
}


LARGE = {"incident": 1, "item": 8, "quantity": 5, "loaded": 4, "received": 2, "lost": 1}


def test_rows_are_upserted_and_sums_follow(page):
    """The second need is met by a substitute, one for three."""
    rows = json.dumps(
        [
            *NEEDS,
            {"t": "order_line", "i": 9, "a": "c/t1", "v": LINE | {"need": 1}},
            {"t": "order_line", "i": 10, "a": "c/t2", "v": LARGE | {"need": 2, "stands_for": 3}},
        ]
    )
    later = json.dumps(LINE | {"need": 1, "received": 55})
    got = page.evaluate(
        f"""async () => {{
        const {{ Store }} = await import("/static/js/board/store.js");
        const f = await import("/static/js/board/figures.js");
        const line = (number, area) => [number, "told", area, "2026-01-01T00:00:00Z"];
        const store = new Store({{ rows: {rows}, lines: [line(1, "c")] }});
        const heard = [];
        store.subscribe((change) => heard.push([...change.tables]));
        const pick = (one) => [one.need, one.allocated, one.road, one.received, one.gap];
        const before = f.needs(store, 1).map(pick);
        store.apply({{ rows: [
          {{ t: "order_line", i: 9, a: "c/t1", v: {later} }},
          {{ t: "need", i: 2, a: "c/t2", v: null }},
        ], lines: [line(2, "c"), line(2, "c/t1")] }});
        return [before, f.needs(store, 1).map(pick), heard, store.lines.length,
                f.coverage(f.needs(store, 1), "received"), f.total(f.needs(store, 1)).gap,
                f.needs(store, 2)];
        }}"""
    )
    assert got == [
        [[100, 75, 25, 30, 25], [50, 12, 3, 6, 38]],
        [[100, 75, 0, 55, 25]],
        [["order_line", "need"]],
        1,
        55,
        25,
        [],
    ]


def test_silence_reports_and_the_levels_come_from_rows(page):
    rows = [
        {
            "t": "report",
            "i": n,
            "a": area,
            "v": {
                "incident": 1,
                "seq": seq,
                "state": state,
                "as_of": "2026-01-01T00:00:00Z",
                "figures": {"affected_population": people},
            },
        }
        for n, area, seq, state, people in [
            (1, "c/t1", 1, "filed", 10),
            (2, "c/t1", 2, "verified", 20),
            (3, "c/t1", 3, "returned", 900),
            (4, "c/t2", 1, "filed", 5),
        ]
    ] + [
        {"t": "activation", "i": 1, "a": "c", "v": {"incident": 1, "level": 2, "ended_at": None}},
        {
            "t": "activation",
            "i": 2,
            "a": "c/t1",
            "v": {"incident": 1, "level": 3, "ended_at": None},
        },
        {"t": "duty_report", "i": 1, "a": "c/t2", "v": {"incident": 1, "overdue_since": "2026"}},
        {"t": "duty_report", "i": 2, "a": "c/t1", "v": {"incident": 1, "overdue_since": None}},
    ]
    got = page.evaluate(
        f"""async () => {{
        const {{ Store }} = await import("/static/js/board/store.js");
        const f = await import("/static/js/board/figures.js");
        const store = new Store({{ rows: {json.dumps(rows)} }});
        return [f.figuresOf(f.currentReports(store, 1)).affected,
                f.silent(store, 1).map((row) => row.area),
                f.response(store, 1, "c/t1").level, f.response(store, 1, "c/t10").level];
        }}"""
    )
    assert got == [25, ["c/t2"], 3, 2]
