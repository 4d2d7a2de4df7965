// A township's board: own figures and when the next are due, what comes, what is still missing.

import * as f from "./figures.js";
import {
  coming, journal, needTable, receiveButton, roadList, shelterList, taskList, tripTable, villageList,
} from "./shared.js";
import { ownDuty } from "./urgent.js";

export function draw(board) {
  const { page, store, speech, incident, path, now } = board;
  const reports = f.currentReports(store, incident);
  const lines = f.needs(store, incident);
  const list = coming(board);
  figures(board, reports);
  ownDuty(board, {
    name: (due) => speech.one("report_kinds", due.kind),
    act: "file_report", text: "report",
    address: speech.page("report_new", { id: incident, place: board.about.code }),
  });
  const met = f.coverage(lines, "received");
  page.tile("goods", {
    value: met === null ? "–" : `${met} %`,
    note: met === null ? "" : speech.say("goods_note", { n: f.coverage(lines, "allocated") }),
  });
  const late = list.filter(f.lateAt(now)).length;
  page.tile("trips", {
    value: speech.count(list.filter((trip) => trip.next).length), alarm: late > 0,
    note: speech.say("trips_note", { planned: f.toLeave(list).length, late }),
  });
  tripTable(board, "trips", list, { under: path, act: (trip) => receiveButton(board, trip) });
  needTable(board, "needs", lines);
  villageList(board, "villages");
  shelterList(board, "shelters");
  taskList(board, "tasks", f.tasks(store, incident, path));
  roadList(board, "roads", f.closedRoads(store, incident));
  journal(board, "journal", 10);
}

function figures({ page, speech, now }, reports) {
  const sums = f.figuresOf(reports);
  const asOf = reports.length
    ? speech.say("as_of", { time: speech.at(sums.last, now) }) : speech.say("no_report_yet");
  const shown = (value) => (reports.length ? speech.count(value) : "–");
  const address = reports[0] && speech.page("report", { id: reports[0].id });
  page.tile("affected", { value: shown(sums.affected), asOf });
  page.tile("relocated", {
    value: shown(sums.relocated), asOf,
    note: speech.say("relocated_note", { n: speech.count(sums.sheltered) }),
  });
  page.tile("dead", {
    value: shown(sums.dead), asOf, alarm: sums.dead > 0,
    note: speech.say("dead_note", { deaths: sums.deaths, missing: sums.missing }),
  });
  page.tile("rooms", {
    value: shown(sums.rooms), asOf,
    note: speech.say("rooms_note", {
      collapsed: speech.count(sums.collapsed), severe: speech.count(sums.severe),
    }),
  });
  for (const tile of page.root.querySelectorAll("[data-leads=report]")) {
    if (address) tile.setAttribute("href", address);
    else tile.removeAttribute("href");
  }
}
