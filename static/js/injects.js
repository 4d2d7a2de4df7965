// Every page of a drill says how many injects the person's seats have not received. Without this
// file the number is that of the moment at which the page was opened.
const EVERY = 15000;
const bar = document.querySelector("[data-unread]");
const title = document.title;

const show = (unread) => {
  bar.dataset.unread = unread;
  bar.querySelector("[data-count]").textContent = unread;
  bar.classList.toggle("button--grave", unread > 0);
  document.title = unread > 0 ? `(${unread}) ${title}` : title;
};

const ask = async () => {
  if (document.visibilityState === "visible") {
    try {
      const answer = await fetch(bar.dataset.ask);
      if (!answer.ok) throw new Error(`expected 200, received ${answer.status}`);
      const { unread } = await answer.json();
      if (unread !== null) show(unread);
    } catch (problem) {
      console.info("what the seat was told was not answered for:", problem.message);
    }
  }
  setTimeout(ask, EVERY);
};

if (bar) ask();
