// What only some phones hold of the app: the pages of stores and of hand-outs, the scanner, and the
// pages of those who play in a drill or evaluate it.

import { keepPack } from "./renew.js";
import { el } from "./ui.js";
import { more } from "./words.js";

/** The words and looks that the pages of a pack have besides. @param {"store" | "drill"} pack */
export async function openPack(pack) {
  await more(pack);
  if (document.querySelector(`link[data-of=${pack}]`)) return;
  const href = new URL(`./css/${pack}.css`, import.meta.url).href;
  await new Promise((done) => {
    // Without its looks a page still works.
    document.head.append(
      el("link", { rel: "stylesheet", href, "data-of": pack, onload: done, onerror: done }));
  });
}

/** Keeps on this phone what the person's duties need of it without a network. */
export async function keepFor({ store, books }) {
  if (store) await keepPack("store");
  if (store && store.depots.length) await keepPack("scanner");
  if (books.some((one) => one.kind === "drill")) await keepPack("drill");
}
