// How a page hears: a hardware scanner at any time, the camera when asked for, or a number typed by
// hand; and where it says what came of it, in words, with a sign and a colour.

import { button, el, fill, note } from "../ui.js";
import { say } from "../words.js";
import * as wedge from "../wedge.js";

/** The camera stays on from one page to the next, if that page takes it up within this time. */
const HANDOVER_MS = 1_500;

/** The camera's module, once it was wanted. @type {typeof import("../scanner.js") | null} */
let camera = null;
let closing = 0;

/**
 * @param {{onText: (text: string) => any, hint?: string}} how texts come one after the other
 * @returns {HTMLElement & {stop: () => void, told: (kind: string, text: string, ...more: any[]) => void,
 *   quiet: () => void}}
 */
export function scanBar({ onText, hint = say("scan.hint") }) {
  const address = location.hash;
  let queue = Promise.resolve();
  let close = null;
  /** What is scanned while the text before leads elsewhere is for the page it leads to. */
  const takeUp = (text) => {
    if (location.hash === address) return onText(text);
    deaf();
    return wedge.tell(text);
  };
  const heard = (text) => {
    queue = queue.then(() => takeUp(text)).catch((fault) =>
      dispatchEvent(new CustomEvent("relief-fault", { detail: fault })));
    return queue;
  };
  const told = el("div", { class: "scan__told", role: "status" });
  const typed = el("input", {
    "aria-label": say("scan.type"), placeholder: say("scan.type"), autocomplete: "off",
    autocapitalize: "characters", enterKeyHint: "go", maxLength: 80,
  });
  const take = (event) => {
    event.preventDefault();
    const text = typed.value.trim();
    typed.value = "";
    if (text) heard(text);
  };
  const look = async () => {
    if (close) {
      close();
      return;
    }
    try {
      camera = await import("../scanner.js");
    } catch {
      part.told("warn", say("scan.needs_network"));
      return;
    }
    await adopt();
  };
  const adopt = async () => {
    clearTimeout(closing);
    close = await camera.openScanner({ onText: heard, onClose: () => {
      close = null;
    } });
  };
  const part = el("section", { class: "scan" },
    told,
    el("form", { class: "scan__row", onsubmit: take },
      button(say("scan.open"), look, { icon: "code", "data-act": "scan" }),
      typed,
      button(say("scan.take"), take, { type: "submit", "data-act": "typed" })));
  part.told = (kind, text, ...more) => fill(told, note(kind, text, ...more));
  part.quiet = () => part.told("info", hint);
  const deaf = wedge.listen(heard);
  part.stop = () => {
    deaf();
    if (close) closing = setTimeout(close, HANDOVER_MS);
  };
  part.quiet();
  if (camera && camera.isOpen()) adopt();
  return part;
}
