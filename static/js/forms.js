// Small helps for forms: no second press, dialogs, running clocks, "old → new" beside figures.
// Every page works without this file.
"use strict";
(() => {
  // A form is sent once; a second press while it is under way does nothing.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method === "dialog") return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    if (event.submitter) event.submitter.setAttribute("aria-busy", "true");
  });
  // The browser's "back" shows the page as it was left: it may be sent again.
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
      for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
    }
  });

  // A scanner types a code and then Enter: that leads to the next field, it does not send the form.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("input[data-scan]")) return;
    event.preventDefault();
    const fields = [...event.target.form.querySelectorAll("input:not([type=hidden]), select")];
    const next = fields[fields.indexOf(event.target) + 1];
    if (next) next.focus();
  });

  // <a data-opens="id"> leads to a page; where a dialog of that id is at hand it opens instead.
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener) {
      const dialog = document.getElementById(opener.dataset.opens);
      if (dialog && dialog.showModal) {
        event.preventDefault();
        dialog.showModal();
      }
    }
    const closer = event.target.closest("[data-closes]");
    if (closer) closer.closest("dialog").close();
  });

  // Deadlines run on.
  const words = document.documentElement.lang.startsWith("zh")
    ? { d: " 天 ", h: " 小时 ", m: " 分" }
    : { d: " d ", h: " h ", m: " min" };
  const spell = (minutes) => {
    const hours = Math.floor(minutes / 60);
    const rest = minutes % 60;
    if (hours >= 48) return `${Math.floor(hours / 24)}${words.d}${hours % 24}${words.h.trimEnd()}`;
    if (hours && !rest) return `${hours}${words.h.trimEnd()}`;
    if (hours) return `${hours}${words.h}${String(rest).padStart(2, "0")}${words.m}`;
    return `${rest}${words.m}`;
  };
  // A drill's clock is not this machine's.
  const now = () => (window.reliefBook ? window.reliefBook.now() : Date.now());
  const tick = () => {
    for (const left of document.querySelectorAll(".clock__left[data-left]")) {
      const clock = left.closest(".clock");
      const at = Date.parse(clock.querySelector("time").dateTime);
      const minutes = Math.floor(Math.abs(at - now()) / 60000);
      const late = at < now();
      clock.classList.toggle("clock--late", late);
      const pattern = late ? left.dataset.late : left.dataset.left;
      left.textContent = pattern.replace("%(time)s", spell(minutes));
    }
  };
  setInterval(tick, window.reliefBook ? 2000 : 20000);

  // Figures: show what changes, and ask for a note when a total falls.
  for (const form of document.querySelectorAll("[data-figures]")) {
    const note = form.querySelector("[data-change-note]");
    const look = () => {
      let fell = false;
      for (const input of form.querySelectorAll("[data-before]")) {
        const before = Number(input.dataset.before);
        const now = Number(input.value);
        const changed = input.value !== "" && now !== before;
        input.closest(".figure").classList.toggle("figure--changed", changed);
        if (changed && now < before && input.dataset.cumulative) fell = true;
      }
      if (note) note.classList.toggle("field--asked", fell);
      const box = note && note.querySelector("select");
      if (box) box.required = fell;
    };
    form.addEventListener("input", look);
    look();
  }
})();
