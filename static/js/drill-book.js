// A page of a drill: its clock runs as fast as the drill's, and what happens to the drill as a whole
// is told on pages that are open. Boards hear it over their socket; every other page asks.
"use strict";
(() => {
  const EVERY = 5_000;
  const { drill: address, drillState, drillNow, drillRate } = document.body.dataset;
  const board = document.querySelector("[data-board]");
  let state = drillState;
  let clock = { at: performance.now(), now: Number(drillNow), rate: Number(drillRate) };

  // The drill's time, in milliseconds, now or so many real milliseconds ago; forms.js counts
  // deadlines by it.
  window.reliefBook = {
    now: (ago = 0) => clock.now + clock.rate * (performance.now() - ago - clock.at),
  };

  const tell = (fresh) => {
    if (fresh === state) return;
    state = fresh;
    for (const box of document.querySelectorAll("[data-drill-over]")) {
      const says = document.querySelector(`template[data-drill-says="${fresh}"]`);
      const mine = says && box.dataset.drillOver === fresh;
      box.replaceChildren(...(mine ? [says.content.cloneNode(true)] : []));
    }
    if (fresh === "stopped") scrollTo({ top: 0 });
  };

  document.addEventListener("relief-drill", (event) => tell(event.detail));

  const ask = async () => {
    try {
      const answer = await fetch(address, { redirect: "manual", cache: "no-store" });
      if (answer.status === 404) return; // no longer this person's drill
      if (answer.ok) {
        const said = await answer.json();
        clock = { at: performance.now(), now: said.now, rate: said.rate };
        tell(said.state);
      }
    } catch (away) {
      console.info("drill", away.message); // asked again in a moment
    }
    setTimeout(ask, EVERY);
  };
  if (!board) setTimeout(ask, EVERY);
})();
