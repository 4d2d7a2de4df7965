// Takes a colleague's report along: the QR codes on their screen, read by this phone's camera. With
// a tag in the address, as a camera outside the app opens it, it leads to what the tag names.

import { takeScanned } from "../carry.js";
import * as model from "../model.js";
import { openPack } from "../packs.js";
import { button, el, fill, head, note } from "../ui.js";
import { say } from "../words.js";

/**
 * @param {HTMLElement} page
 * @param {string} [tag]
 */
export async function show(page, tag = "") {
  const told = el("div", { role: "status" });
  if (tag) return leadTo(page, tag, told);
  const texts = new Set();
  let close = () => undefined;

  const begin = async () => {
    fill(told);
    texts.clear();
    let scanner;
    try {
      await openPack("store");
      scanner = await import("../scanner.js");
    } catch {
      // The scanner comes with the first network; there are other ways meanwhile.
      fill(told, note("warn", say("scan.cannot")));
      return;
    }
    close = await scanner.openScanner({ onText: (text) => taken(texts.add(text)) });
  };

  const taken = async () => {
    let done;
    try {
      done = await takeScanned([...texts]);
    } catch (fault) {
      if (!(fault instanceof RangeError || fault instanceof SyntaxError)) throw fault;
      texts.clear();
      fill(told, note("warn", say("scan.not_ours")));
      return;
    }
    if (!done) {
      fill(told, note("info", say("scan.more", { n: texts.size })));
      return;
    }
    close();
    fill(told, note("good", say(`scan.${done}`), button(say("scan.again"), begin)));
    await model.count();
  };

  fill(page, head(say("scan.title"), "#/mine"), el("p", {}, say("scan.how")), told);
  await begin();
  return () => close();
}

async function leadTo(page, tag, told) {
  const bar = { told: (kind, text) => fill(told, note(kind, text)) };
  fill(page, head(tag, "#/"), told);
  if (!model.reference().store) {
    bar.told("warn", say("scan.not_ours"));
    return undefined;
  }
  await openPack("store");
  const { lead } = await import("./lead.js");
  await lead(tag, bar);
  return undefined;
}
