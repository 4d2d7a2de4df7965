// Light or dark as chosen, kept in a cookie so that the server draws the page right at once.
"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("js");

  const shown = () =>
    root.dataset.theme ||
    (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");

  const label = (button) => {
    const next = shown() === "dark" ? "light" : "dark";
    const words = button.dataset[next === "dark" ? "labelDark" : "labelLight"];
    button.setAttribute("aria-label", words);
    button.title = words;
  };

  document.addEventListener("DOMContentLoaded", () => {
    for (const button of document.querySelectorAll(".theme-button")) {
      label(button);
      button.addEventListener("click", () => {
        const next = shown() === "dark" ? "light" : "dark";
        root.dataset.theme = next;
        document.cookie = `theme=${next}; path=/; max-age=31536000; samesite=lax`;
        label(button);
        document.dispatchEvent(new CustomEvent("theme", { detail: next }));
      });
    }
    for (const button of document.querySelectorAll(".menu-button")) {
      const panel = document.getElementById(button.getAttribute("aria-controls"));
      button.addEventListener("click", () => {
        const open = panel.toggleAttribute("data-open");
        button.setAttribute("aria-expanded", String(open));
      });
    }
  });
})();
