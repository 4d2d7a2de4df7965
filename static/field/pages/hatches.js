// Ways out without a data network: a text message, QR codes for a colleague's phone, a file. All
// carry the item's own code, so whatever comes twice counts once.

import * as codec from "../codec.js";
import * as model from "../model.js";
import { button, el, fill } from "../ui.js";
import { say } from "../words.js";

/** @param {any} row of the outbox */
export function offer(row) {
  return new Promise((closed) => {
    const shown = el("div", { class: "list" });
    const dialog = el("dialog", {
      class: "ask",
      "aria-labelledby": "ask-title",
      onclose: () => {
        dialog.remove();
        closed();
      },
    },
    el("h2", { id: "ask-title" }, say("hatch.title")),
    el("p", {}, say("hatch.text", { code: row.code })),
    shown,
    button(say("close"), () => dialog.close(""), { "data-answer": "no" }));
    fill(shown,
      row.kind === "report" && sms(row),
      button(say("hatch.code"), () => codes(row, shown), { icon: "code", "data-act": "code" }),
      button(say("hatch.file"), async () => {
        await download((one) => one.id === row.id);
        dialog.close("");
      }, { icon: "file" }));
    document.body.append(dialog);
    dialog.showModal();
  });
}

function sms(row) {
  const line = codec.smsLine(row, { drill: model.isDrill() });
  const number = model.reference().contacts.sms_number || model.reference().contacts.county_phone || "";
  return el("div", { class: "list" },
    el("a", { class: "button button--plain", href: codec.smsLink(number, line) }, say("hatch.sms")),
    el("p", { class: "small quiet" }, line));
}

const QUIET = 4;

/** QR codes for a colleague's phone, one after the other where one does not hold it all. */
async function codes(row, part) {
  const { qrcode } = await import("../../vendor/qrcode-generator/qrcode.mjs");
  qrcode.stringToBytes = (text) => [...new TextEncoder().encode(text)];
  const parts = codec.qrParts(row);
  const draw = (n) => {
    const made = qrcode(0, "L");
    made.addData(parts[n], "Byte");
    made.make();
    const side = made.getModuleCount() + 2 * QUIET;
    const canvas = el("canvas", {
      class: "code", width: side, height: side, role: "img",
      "aria-label": say("hatch.code_number", { n: n + 1, of: parts.length }),
    });
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, side, side);
    pen.fillStyle = "#000";
    for (let y = 0; y < side; y += 1) {
      for (let x = 0; x < side; x += 1) {
        const dark = x >= QUIET && y >= QUIET && x < side - QUIET && y < side - QUIET
          && made.isDark(y - QUIET, x - QUIET);
        if (dark) pen.fillRect(x, y, 1, 1);
      }
    }
    fill(part, el("p", {}, say("hatch.code_how", { n: n + 1, of: parts.length })), canvas,
      parts.length > 1 && button(say("hatch.code_next"), () => draw((n + 1) % parts.length)));
  };
  draw(0);
}

/** Hands a file with what the county does not have whole, or with these items, to the browser. */
export async function download(wanted = undefined) {
  const { exportFile } = await import("../carry.js");
  const file = await exportFile(wanted);
  const address = URL.createObjectURL(file);
  el("a", { href: address, download: file.name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
