// Says at once when a quantity to be loaded is not a number of whole packages. Nothing is refused.
"use strict";
for (const note of document.querySelectorAll("[data-pack]")) {
  const field = document.getElementById(note.dataset.packOf);
  const tell = () => { note.hidden = Number(field.value) % Number(note.dataset.pack) === 0; };
  field.addEventListener("input", tell);
  tell();
}
