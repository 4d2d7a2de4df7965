// The head of every board: incident, response level, and what the figures suggest.

import { openIncidents, response, suggestion } from "./figures.js";
import { h, keyed, link } from "./parts.js";

export function draw({ page, store, speech, path, now }, incident, choose) {
  drawChoice(page.part("choice"), store, speech, incident, choose);
  const box = page.part("banner");
  const running = incident && response(store, incident.id, path);
  const advised = incident && suggestion(store, incident.id);
  const rows = [{ key: "banner", sign: [incident, running, advised?.suggested_level] }];
  keyed(box, rows, {
    calm: !box.dataset.drawn,
    build: () => banner({ speech, now, incident, running, advised }),
  });
  box.dataset.drawn = "yes";
}

function banner({ speech, now, incident, running, advised }) {
  if (!incident) {
    return h("div", { class: "banner" },
      h("span", { class: "level level--0 level--big" }, "–"),
      h("div", {}, h("p", { class: "banner__name" }, speech.say("no_incident")),
        h("p", { class: "quiet" }, speech.say("no_incident_hint"))));
  }
  const level = running?.level || 0;
  const suggested = advised?.suggested_level;
  const facts = [
    speech.one("hazards", incident.hazard),
    speech.say("started", { time: speech.at(incident.started_at, now) }),
    running
      ? speech.say("response_since", {
        n: ["", "Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ"][running.level], time: speech.at(running.started_at, now),
      })
      : speech.say("no_response"),
  ];
  const differs = suggested && suggested !== level;
  return h("div", { class: `banner banner--${level}` },
    h("span", { class: `level level--${level} level--big` },
      h("b", {}, ["–", "Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ"][level]),
      h("span", { class: "only-heard" }, level ? speech.level(level) : speech.say("no_response"))),
    h("div", { class: "banner__text" },
      h("p", { class: "banner__name" },
        link(speech.page("incident", { id: incident.id }), speech.name(incident))),
      h("p", { class: "banner__facts" }, ...facts.map((fact) => h("span", {}, fact)))),
    differs && h("p", { class: "banner__advice" },
      speech.say("suggested", { n: ["", "Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ"][suggested] })));
}

function drawChoice(box, store, speech, incident, choose) {
  const open = openIncidents(store);
  box.hidden = open.length < 2;
  const rows = open.map((row) => ({
    key: row.id, sign: [row.name, row.name_en, row.id === incident?.id], row,
  }));
  keyed(box, rows, {
    calm: true,
    build: ({ row }) => {
      const made = h("button", {
        type: "button",
        class: "choice-chip",
        "aria-pressed": String(row.id === incident?.id),
      }, speech.name(row));
      made.addEventListener("click", () => choose(row.id));
      return made;
    },
  });
}
