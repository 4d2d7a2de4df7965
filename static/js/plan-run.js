// Follows a plan run once a second; without this file the page reloads itself.
const card = document.querySelector("[data-run]");
const EVERY = 1000;
const TIRED = 10; // answers missed in a row before the page is asked for afresh

const show = (state) => {
  card.querySelector("[data-state]").textContent = state.state;
  card.querySelector("[data-took]").textContent = state.took;
  for (const stage of state.stages) {
    const line = card.querySelector(`[data-stage="${stage.key}"]`);
    const bar = line.querySelector("progress");
    line.dataset.is = stage.state;
    if (stage.state === "now" && stage.share === null) bar.removeAttribute("value");
    else bar.value = stage.state === "done" ? 1 : (stage.share ?? 0);
  }
  const cancel = card.querySelector("[data-cancel]");
  if (cancel && state.stopping) {
    cancel.disabled = true;
    card.querySelector("[data-stopping]").hidden = false;
  }
};

let missed = 0;
const follow = async () => {
  try {
    const answer = await fetch(card.dataset.run, { headers: { accept: "application/json" } });
    if (!answer.ok) throw new Error(`expected 200, received ${answer.status}`);
    const state = await answer.json();
    missed = 0;
    if (state.plan) return location.replace(state.plan);
    if (!state.open) return location.reload();
    show(state);
  } catch (problem) {
    missed += 1;
    if (missed >= TIRED) return location.reload();
    console.info("the run was not answered for:", problem.message);
  }
  setTimeout(follow, EVERY);
};
if (card) setTimeout(follow, EVERY);
