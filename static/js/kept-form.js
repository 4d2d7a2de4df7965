// What was typed into a form that was not taken, because the sign-in had run out or the form was too
// old, stands in it again when its page comes back to the same person in this window.
"use strict";
(() => {
  const KEPT = "relief-form";
  const { person = "", unsent } = document.body.dataset;
  const { text, partly } = document.querySelector("script[data-kept-form]").dataset;
  const typedIn = "input:not([type=hidden], [type=password], [type=file]), select, textarea";

  const valueOf = (field) => {
    if (field.matches("[type=checkbox], [type=radio]")) return field.checked;
    if (field.multiple && field.options) return [...field.selectedOptions].map((one) => one.value);
    return field.value;
  };
  const set = (field, value) => {
    if (typeof value === "boolean") field.checked = value;
    else if (Array.isArray(value)) {
      for (const one of field.options || []) one.selected = value.includes(one.value);
    } else field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
    return JSON.stringify(valueOf(field)) === JSON.stringify(value);
  };
  // A field is known again by its name and, where several choices share it, by its value.
  const nameOf = (field) => (typeof valueOf(field) === "boolean" ? `${field.name}=${field.value}` : field.name);
  const fieldsOf = (form) => [...form.querySelectorAll(typedIn)].filter((one) => one.name);
  const formsHere = () => [...document.querySelectorAll("main form[method=post]")];

  const giveBack = (kept) => {
    const form = formsHere()[kept.form];
    if (!form) return;
    const fields = new Map(fieldsOf(form).map((field) => [nameOf(field), field]));
    let missing = 0;
    for (const [name, value] of kept.values) {
      const field = fields.get(name);
      if (!field || !set(field, value)) missing += 1;
    }
    const note = document.createElement("p");
    note.className = `note note--${missing ? "warning" : "info"}`;
    note.setAttribute("role", "status");
    note.textContent = missing ? partly : text;
    form.prepend(note);
    form.scrollIntoView({ block: "nearest" });
  };

  const kept = JSON.parse(sessionStorage.getItem(KEPT) || "null");
  if (kept && unsent !== undefined) {
    sessionStorage.setItem(KEPT, JSON.stringify({ ...kept, refused: true }));
  } else if (kept) {
    sessionStorage.removeItem(KEPT);
    const here = location.pathname + location.search;
    if (kept.refused && kept.person === person && kept.address === here) giveBack(kept);
  }

  document.addEventListener("submit", ({ target: form }) => {
    const place = formsHere().indexOf(form);
    if (place < 0 || !person) return;
    const values = fieldsOf(form).map((field) => [nameOf(field), valueOf(field)]);
    if (!values.length) return;
    const address = location.pathname + location.search;
    sessionStorage.setItem(KEPT, JSON.stringify({ person, address, form: place, values }));
  });
})();
