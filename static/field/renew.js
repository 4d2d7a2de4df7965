// The app's own versions on this phone: the first is kept for offline starts, a newer one waits
// until no form is open and somebody says so.

let dirty = false;
let replaced = false;
let registration = null;

/**
 * This page has a form that is not saved; no new version takes over meanwhile.
 * @param {boolean} now
 */
export function setDirty(now) {
  dirty = now;
  if (replaced && !dirty) location.reload();
}

/**
 * Keeps the app on the phone, once per page.
 * @param {{onWaiting: () => void}} how called when a new version is there and waits
 * @returns {Promise<boolean>} false where the browser cannot; the app then needs a network to start
 */
export async function register({ onWaiting }) {
  const workers = navigator.serviceWorker;
  if (!workers) return false;
  workers.addEventListener("message", ({ data, ports }) => {
    if (data === "dirty?") ports[0].postMessage(dirty ? "dirty" : "clean");
  });
  let controlled = Boolean(workers.controller);
  workers.addEventListener("controllerchange", () => {
    // The first worker brings nothing new. Another one took the files of this page away.
    replaced = controlled;
    controlled = true;
    if (replaced && !dirty) location.reload();
  });
  registration = await workers.register(`${scope()}sw.js`, { scope: scope() });
  const look = () => registration.waiting && workers.controller && onWaiting();
  const follow = (worker) => worker && worker.addEventListener("statechange", look);
  registration.addEventListener("updatefound", () => follow(registration.installing));
  follow(registration.installing);
  look();
  return true;
}

function scope() {
  return location.pathname.replace(/[^/]*$/, "");
}

/** Asks the county for a newer version; without a network nothing happens. */
export async function look() {
  if (registration) await registration.update().catch(() => undefined);
}

/** Keeps more of the app on this phone; asked for again and again it costs nothing. */
export async function keepPack(pack) {
  const workers = navigator.serviceWorker;
  if (workers) (await workers.ready).active.postMessage({ pack });
}

/**
 * Asks the waiting version to take over; every page of the app then reloads by itself.
 * @returns {Promise<"updating" | "dirty" | "none">} dirty: a page, this or another, has a form open
 */
export async function update() {
  const { waiting } = registration || {};
  if (!waiting) return "none";
  return new Promise((resolve) => {
    navigator.serviceWorker.addEventListener("message", function heard({ data }) {
      if (data !== "dirty" && data !== "updating") return;
      navigator.serviceWorker.removeEventListener("message", heard);
      resolve(data);
    });
    waiting.postMessage("update");
  });
}
