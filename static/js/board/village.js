// A village's board: its affected households to confirm, its tasks, what comes to the township.

import * as f from "./figures.js";
import { coming, journal, roadList, shelterList, taskList, tripTable, villageList } from "./shared.js";

export function draw(board) {
  const { page, store, speech, incident, path, now } = board;
  const own = f.villages(store, incident)[0];
  const which = own?.confirmed_at ? "confirmed" : "presumed";
  page.tile("households", {
    value: own ? speech.count(own[`${which}_households`]) : "–",
    note: own ? speech.say(own.confirmed_at ? "confirmed_short" : "presumed_short") : "",
    alarm: Boolean(own) && !own.confirmed_at,
  });
  page.tile("people", {
    value: own ? speech.count(own[`${which}_people`]) : "–",
    asOf: own?.confirmed_at ? speech.say("as_of", { time: speech.at(own.confirmed_at, now) }) : "",
  });
  const list = coming(board);
  page.tile("trips", {
    value: speech.count(list.filter((trip) => trip.next).length),
    note: speech.say("trips_note", {
      planned: f.toLeave(list).length, late: list.filter(f.lateAt(now)).length,
    }),
  });
  villageList(board, "villages");
  taskList(board, "tasks", f.tasks(store, incident, path));
  tripTable(board, "trips", list);
  shelterList(board, "shelters");
  roadList(board, "roads", f.closedRoads(store, incident));
  journal(board, "journal", 8);
}
