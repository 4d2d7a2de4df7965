// Follows a trial that is under way; without this file the page shows it when it is opened again.
const EVERY = 2000;
const frame = document.querySelector("[data-trial]");

const follow = async () => {
  try {
    const answer = await fetch(frame.dataset.trial, { cache: "no-store" });
    if (answer.ok) {
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      const part = fresh.querySelector("[data-trial-part]");
      if (!part || !part.dataset.underWay) return location.reload();
      const bar = frame.querySelector("progress");
      const now = part.querySelector("progress");
      bar.value = now.value;
      frame.querySelector("[role=status]").textContent = part.querySelector("[role=status]").textContent;
    }
  } catch (error) {
    console.warn("trial", error.message);
  }
  return setTimeout(follow, EVERY);
};

setTimeout(follow, EVERY);
