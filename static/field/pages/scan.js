// Takes a colleague's report along: the QR codes on their screen, read by this phone's camera.

import { takeScanned } from "../carry.js";
import * as model from "../model.js";
import { button, el, fill, head, note } from "../ui.js";
import { say } from "../words.js";

const EVERY_MS = 250;

/** @param {HTMLElement} page */
export async function show(page) {
  const told = el("div", { role: "status" });
  const finder = el("div", {});
  let stream = null;
  let timer = 0;

  const stop = () => {
    clearInterval(timer);
    for (const track of stream ? stream.getTracks() : []) track.stop();
    stream = null;
    fill(finder);
  };

  const begin = async () => {
    fill(told);
    const reader = await codeReader();
    if (!reader) {
      fill(told, note("warn", say("scan.cannot")));
      return;
    }
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      fill(told, note("warn", say("cam.denied")));
      return;
    }
    const video = el("video", { autoplay: true, muted: true, playsInline: true });
    video.srcObject = stream;
    fill(finder, el("div", { class: "finder" }, video));
    const texts = new Set();
    let looking = false;
    timer = setInterval(async () => {
      if (looking || video.readyState < video.HAVE_CURRENT_DATA) return;
      looking = true;
      const found = await reader.detect(video);
      found.forEach(({ rawValue }) => texts.add(rawValue));
      if (stream && found.length) await taken(texts);
      looking = false;
    }, EVERY_MS);
  };

  const taken = async (texts) => {
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
    stop();
    fill(told, note("good", say(`scan.${done}`), button(say("scan.again"), begin)));
    await model.count();
  };

  fill(page, head(say("scan.title"), "#/mine"), el("p", {}, say("scan.how")), finder, told);
  await begin();
  return stop;
}

/** The browser's own reader, where it truly reads QR codes; on many phones sold here it does not. */
async function codeReader() {
  if (!globalThis.BarcodeDetector) return null;
  const formats = await globalThis.BarcodeDetector.getSupportedFormats();
  return formats.includes("qr_code") ? new globalThis.BarcodeDetector({ formats: ["qr_code"] }) : null;
}
