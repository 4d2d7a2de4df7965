// Follows a readiness check once a second; without this file the page reloads itself.
const card = document.querySelector("[data-check]");
const EVERY = 1000;

const follow = async () => {
  try {
    const answer = await fetch(card.dataset.check, { headers: { accept: "application/json" } });
    if (!answer.ok) throw new Error(`expected 200, received ${answer.status}`);
    const state = await answer.json();
    if (!state.open) return location.reload();
    card.querySelector("[data-state]").textContent = state.state;
    const bar = card.querySelector("progress");
    bar.max = state.of || 1;
    bar.value = state.done;
  } catch (problem) {
    console.info("the check was not answered for:", problem.message);
  }
  setTimeout(follow, EVERY);
};
if (card) setTimeout(follow, EVERY);
