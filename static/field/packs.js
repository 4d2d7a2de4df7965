// What only some phones hold of the app: the pages of stores and of hand-outs, and the scanner.

import { keepPack } from "./renew.js";
import { el } from "./ui.js";
import { more } from "./words.js";

/** The words and looks that pages of stores have besides. */
export async function ofStores() {
  await more("store");
  if (document.querySelector("link[data-of=store]")) return;
  const href = new URL("./css/store.css", import.meta.url).href;
  await new Promise((done) => {
    // Without its looks a page still works.
    document.head.append(
      el("link", { rel: "stylesheet", href, "data-of": "store", onload: done, onerror: done }));
  });
}

/** Keeps on this phone what the person needs of it without a network. */
export async function keepFor({ store }) {
  if (!store) return;
  await keepPack("store");
  if (store.depots.length) await keepPack("scanner");
}
