// Keys in long tables: "/" goes to the search, j and k to the next and previous row, Enter opens.
// Every page works without this file.
"use strict";
(() => {
  const links = () =>
    [...document.querySelectorAll("[data-rows] tbody tr")]
      .filter((row) => row.offsetParent !== null)
      .map((row) => row.querySelector("a[href]"))
      .filter(Boolean);

  function go(step) {
    const rows = links();
    if (!rows.length) return;
    const row = document.activeElement.closest("[data-rows] tbody tr");
    const at = row ? rows.findIndex((link) => row.contains(link)) : -1;
    const next = at < 0 ? (step > 0 ? 0 : rows.length - 1) : at + step;
    rows[Math.min(rows.length - 1, Math.max(0, next))].focus();
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input, select, textarea, [contenteditable]")) return;
    if (event.key === "/") {
      const search = document.querySelector("[data-search]");
      if (!search) return;
      search.focus();
      search.select();
    } else if (event.key === "j") go(1);
    else if (event.key === "k") go(-1);
    else return;
    event.preventDefault();
  });
})();
