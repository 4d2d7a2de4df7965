// The camera as a scanner: QR codes and barcodes, read by zxing from our own host. It comes when it
// is first wanted; the phones of keepers hold it beforehand.

import { button, el, fill, note } from "./ui.js";
import { say } from "./words.js";
import { prepareZXingModule, readBarcodes } from "../vendor/zxing-wasm/es/reader/index.js";

const WASM = new URL("../vendor/zxing-wasm/reader/zxing_reader.wasm", import.meta.url).href;
/** Papers carry QR codes; packages what their makers print. */
const FORMATS = [
  "QRCode", "DataMatrix", "EAN13", "EAN8", "UPCA", "UPCE", "Code128", "Code39", "ITF", "DataBar",
];
/** Frames are made this large: more costs time, less loses small codes. */
const WIDTH = 640;
const HEIGHT = 480;
/** A breath between two frames, so that the page stays quick. */
const REST_MS = 60;
/** A code is told once while it is seen, and again when it was out of sight for so long. */
const AWAY_MS = 1_200;

/** The panel on the page, while there is one. @type {{close: () => void, take: Function} | null} */
let panel = null;

prepareZXingModule({ overrides: { locateFile: () => WASM } });

/**
 * What can be read in a picture.
 * @param {ImageData} picture
 * @returns {Promise<string[]>}
 */
export async function readFrame(picture) {
  const found = await readBarcodes(picture, {
    formats: FORMATS, tryHarder: true, tryInvert: false, maxNumberOfSymbols: 1,
  });
  return found.filter((one) => one.isValid).map((one) => one.text);
}

/** Whether the camera is on. */
export const isOpen = () => panel !== null;

/**
 * Opens the camera at the foot of the page and tells every code it sees. Open already, it goes on
 * for whoever asks now, so that one camera serves several pages in a row.
 * @param {{onText: (text: string) => void, onClose?: () => void}} how
 * @returns {Promise<() => void>} closes it
 */
export async function openScanner({ onText, onClose = () => undefined }) {
  if (panel) {
    panel.take({ onText, onClose });
    return panel.close;
  }
  const told = el("div", { role: "status" });
  const video = el("video", { autoplay: true, muted: true, playsInline: true });
  const part = el("aside", { class: "scanner", "aria-label": say("scan.camera") },
    el("div", { class: "finder" }, video, told,
      el("div", { class: "acts" },
        button(say("scan.close"), () => close(), { icon: "cross", "data-act": "scan-close" }))));
  let heard = { onText, onClose };
  let stream = null;
  let ended = false;

  const close = () => {
    if (ended) return;
    ended = true;
    panel = null;
    for (const track of stream ? stream.getTracks() : []) track.stop();
    part.remove();
    heard.onClose();
  };
  panel = {
    close,
    take: (next) => {
      heard = next;
    },
  };
  document.body.append(part);
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } },
    });
  } catch {
    fill(told, note("warn", say("scan.no_camera")));
    return close;
  }
  if (ended) {
    for (const track of stream.getTracks()) track.stop();
    return close;
  }
  video.srcObject = stream;
  watch(video, () => ended, (text) => heard.onText(text)).catch((fault) => {
    close();
    dispatchEvent(new CustomEvent("relief-fault", { detail: fault }));
  });
  return close;
}

/** Reads frame after frame until it is over. */
async function watch(video, isOver, onText) {
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const seen = new Map();
  Object.assign(canvas, { width: WIDTH, height: HEIGHT });
  for (let n = 0; !isOver(); n += 1) {
    await new Promise((done) => setTimeout(done, REST_MS));
    if (isOver() || document.hidden || video.readyState < video.HAVE_CURRENT_DATA) continue;
    draw(pen, video, n % 2 === 0);
    const texts = await readFrame(pen.getImageData(0, 0, WIDTH, HEIGHT));
    const now = performance.now();
    for (const text of texts) {
      const before = seen.get(text);
      seen.set(text, now);
      if (before === undefined || now - before > AWAY_MS) {
        if (!isOver()) onText(text);
      }
    }
  }
}

/** The middle of what the camera sees, as sharp as it is, for small codes; or, turn about, all of it. */
function draw(pen, video, middle) {
  const { videoWidth: wide, videoHeight: high } = video;
  const scale = middle ? 1 : Math.max(wide / WIDTH, high / HEIGHT);
  const [across, down] = [Math.min(wide, WIDTH * scale), Math.min(high, HEIGHT * scale)];
  pen.clearRect(0, 0, WIDTH, HEIGHT);
  pen.drawImage(video, (wide - across) / 2, (high - down) / 2, across, down,
    0, 0, across / scale, down / scale);
}
