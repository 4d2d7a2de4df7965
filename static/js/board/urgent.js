// What cannot wait: people dead, missing or trapped, and the board's own report that is due.

import { alerts, reportDuties } from "./figures.js";
import { button, clock, h, keyed, link } from "./parts.js";

// Alerts nobody has taken note of, above everything; they are read aloud as they come.
export function draw({ page, store, speech, now }) {
  const box = page.part("alerts");
  if (!box) return;
  const rows = alerts(store).map((row) => ({
    key: row.id, sign: [row, speech.at(row.raised_at, now), speech.may("see_alert")], row,
  }));
  keyed(box, rows, {
    calm: !box.dataset.drawn,
    build: ({ row }) => h("div", { class: "alert-line" },
      h("strong", {}, speech.say("alert", { place: speech.area(row.area) })),
      h("span", {}, speech.say("alert_said", {
        deaths: speech.count(row.deaths), missing: speech.count(row.missing),
        trapped: speech.count(row.trapped),
      })),
      h("time", { datetime: row.raised_at, title: speech.exact(row.raised_at) },
        speech.at(row.raised_at, now)),
      speech.may("verify_report") ? link(speech.page("desk"), speech.say("desk")) : null,
      speech.may("see_alert") ? seen(row, speech) : null),
  });
  box.dataset.drawn = "yes";
}

// The line goes when the county says that the alert was seen, on every board at once.
function seen(row, speech) {
  const made = h("button", { type: "button", class: "button button--small" }, speech.say("alert_seen"));
  made.addEventListener("click", async () => {
    made.setAttribute("aria-busy", "true");
    made.disabled = true;
    const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value || "";
    const answer = await fetch(speech.page("alert_seen", { id: row.id }), {
      method: "POST", redirect: "manual", headers: { "X-CSRFToken": token },
    }).catch(() => null);
    made.removeAttribute("aria-busy");
    made.disabled = Boolean(answer && (answer.ok || answer.type === "opaqueredirect"));
  });
  return made;
}

// The reporting clock of the board's own area: which report is due, when, and the way to it.
export function ownDuty({ page, store, speech, incident, path, now }, { name, act, address, text }) {
  const box = page.part("duty");
  if (!box) return;
  const due = reportDuties(store, incident).find((row) => row.area === path);
  const rows = due ? [{ key: due.id, sign: [due, speech.at(due.due_at, now)] }] : [];
  keyed(box, rows, {
    calm: !box.dataset.drawn,
    build: () => h("div", { class: due.overdue_since || late(due, now) ? "duty duty--late" : "duty" },
      h("p", {}, h("strong", {}, name(due)),
        h("span", { class: "quiet" }, ` ${speech.at(due.due_at, now)}`)),
      clock(due.due_at, speech, now),
      due.copies_due_at && h("p", {}, h("strong", {}, speech.say("copies_due")), " ",
        clock(due.copies_due_at, speech, now)),
      speech.may(act) ? button(address, speech.say(text), true) : null),
  });
  box.dataset.drawn = "yes";
}

const late = (due, now) => Boolean(due.copies_due_at) && Date.parse(due.copies_due_at) < now;
