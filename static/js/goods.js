// Prints the page where a button offers it; without this file the browser's own menu prints.
"use strict";
for (const button of document.querySelectorAll("[data-prints]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
