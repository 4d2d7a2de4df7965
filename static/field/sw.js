// Keeps the app on the phone, one whole version at a time. It never keeps an answer of the API, and
// never takes over while a form is open: a new version waits until every page says it may.

const VERSION = "__VERSION__";
const FILES = ["__FILES__"];
/** What only some phones keep: a page of theirs asks for it. */
const PACKS = { "__PACKS__": [] };
const PREFIX = "relief-field-";
const CACHE = PREFIX + VERSION;
const SHELL = new URL("./", self.location).pathname;
const PATIENCE_MS = 1_000;

const OF_PACKS = new Set(Object.values(PACKS).flat());
/** Stands in the cache for a pack that is there as a whole. */
const mark = (pack) => `${SHELL}pack/${pack}`;

self.addEventListener("install", (event) => event.waitUntil(install()));

/** Everything, with the packs that an earlier version holds here: an update takes nothing away. */
async function install() {
  await fetchAll(FILES);
  for (const pack of Object.keys(PACKS)) if (await caches.match(mark(pack))) await keepPack(pack);
}

async function keepPack(pack) {
  const cache = await caches.open(CACHE);
  if (!(pack in PACKS) || (await cache.match(mark(pack)))) return;
  await fetchAll(PACKS[pack]);
  await cache.put(mark(pack), new Response(""));
}

/** All or nothing. What an earlier try on a poor line brought is not asked for again. */
async function fetchAll(files) {
  const cache = await caches.open(CACHE);
  const left = [...files];
  const some = async () => {
    for (let address = left.shift(); address; address = left.shift()) {
      if (!(await cache.match(address))) await cache.put(address, await fetched(address));
    }
  };
  await Promise.all([some(), some(), some(), some()]);
}

/** One file of this version. The page itself has no version in its address, only in its text. */
async function fetched(address) {
  const versioned = address.includes(VERSION);
  const answer = await fetch(address, {
    cache: versioned ? "default" : "no-cache", credentials: "omit",
  });
  const fits = address !== SHELL || (await answer.clone().text()).includes(VERSION);
  if (answer.ok && !answer.redirected && fits) return answer;
  throw new Error(`expected ${address} of version ${VERSION}, got status ${answer.status}`);
}

self.addEventListener("activate", (event) => event.waitUntil(takeOver()));

async function takeOver() {
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX) && name !== CACHE) await caches.delete(name);
  }
  await self.clients.claim();
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  // Whatever the address within the app, it is one page.
  const isPage = request.mode === "navigate" && address.pathname === SHELL;
  const wanted = isPage ? SHELL : address.pathname;
  if (isPage || FILES.includes(wanted) || OF_PACKS.has(wanted)) {
    event.respondWith(kept(wanted, request));
  }
});

/** From the phone; what it has not, or the browser lost, from the county. */
async function kept(address, request) {
  const cache = await caches.open(CACHE);
  const found = await cache.match(address);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok && OF_PACKS.has(address)) await cache.put(address, answer.clone());
  return answer;
}

self.addEventListener("message", (event) => {
  if (event.data === "update") event.waitUntil(update(event.source));
  if (event.data && event.data.pack) event.waitUntil(keepPack(event.data.pack));
});

/** Takes over if no page has a form open; tells the one that asked. */
async function update(asker) {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const inScope = pages.filter((page) => new URL(page.url).pathname.startsWith(SHELL));
  const dirty = (await Promise.all(inScope.map(isDirty))).some(Boolean);
  if (asker) asker.postMessage(dirty ? "dirty" : "updating");
  if (!dirty) await self.skipWaiting();
}

/** A page that does not answer may be asleep over a form. */
function isDirty(page) {
  return new Promise((resolve) => {
    const line = new MessageChannel();
    line.port1.onmessage = ({ data }) => resolve(data !== "clean");
    setTimeout(resolve, PATIENCE_MS, true);
    page.postMessage("dirty?", [line.port2]);
  });
}

// A bonus where the browser has it: pages that sleep are woken when there is a line again.
self.addEventListener("sync", (event) => {
  if (event.tag === "relief-sync") event.waitUntil(wakePages());
});

async function wakePages() {
  const pages = await self.clients.matchAll({ type: "window" });
  for (const page of pages) page.postMessage("relief-sync");
}
