// Small helps at the desk: tick all, count characters, take a whole version, choose by typing.
// The pages work without this file.
"use strict";
(() => {
  for (const form of document.querySelectorAll("[data-gather]")) {
    const all = form.querySelector("[data-all]");
    const boxes = [...form.querySelectorAll('input[name="item"]')];
    if (!all) continue;
    all.addEventListener("change", () => boxes.forEach((box) => { box.checked = all.checked; }));
    form.addEventListener("change", () => {
      const ticked = boxes.filter((box) => box.checked).length;
      all.checked = ticked > 0 && ticked === boxes.length;
      all.indeterminate = ticked > 0 && ticked < boxes.length;
    });
  }

  // How much of a short text is used up, beside its help.
  for (const box of document.querySelectorAll("textarea[maxlength]")) {
    const count = document.createElement("p");
    count.className = "field__help";
    const tell = () => { count.textContent = `${box.value.length} / ${box.maxLength}`; };
    box.closest(".field").append(count);
    box.addEventListener("input", tell);
    tell();
  }

  for (const form of document.querySelectorAll("[data-merge]")) {
    for (const button of form.querySelectorAll("[data-take]")) {
      button.hidden = false;
      button.addEventListener("click", () => {
        for (const radio of form.querySelectorAll(`input[type="radio"][value="${button.dataset.take}"]`)) {
          radio.checked = true;
        }
      });
    }
    form.addEventListener("input", (event) => {
      if (!event.target.name?.startsWith("typed-")) return;
      event.target.closest(".merge__typed").querySelector('input[type="radio"]').checked = true;
    });
  }
})();
