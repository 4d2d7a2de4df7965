// Photos for a form: a viewfinder in the page, because a phone may end the browser while its own
// camera app is open; from the gallery where there is no camera or no permission.

import { button, el, fill, icon, note } from "./ui.js";
import { NotAPhoto, shrink } from "./photos.js";
import { room } from "./store.js";
import { say } from "./words.js";

/**
 * The photo part of a form.
 * @param {{photos: any[], hint?: string, onchange: (photos: any[]) => void}} what `photos` are those
 *   of a draft; every change tells all of them
 * @returns {HTMLElement & {stop: () => void}}
 */
export function photoPart({ photos, hint = "", onchange }) {
  const held = [...photos];
  /** Photos being made small, for which a form waits before it is saved. */
  let adding = Promise.resolve();
  const thumbs = el("div", { class: "photos" });
  const finder = el("div", {});
  const told = el("div", { role: "status" });
  let stream = null;
  let opening = 0;

  const show = () =>
    fill(
      thumbs,
      held.map((photo, n) => {
        const address = URL.createObjectURL(photo.blob);
        return el(
          "div",
          { class: "photo" },
          el("img", {
            src: address,
            alt: say("photo.number", { n: n + 1 }),
            onload: () => URL.revokeObjectURL(address),
          }),
          el(
            "button",
            {
              type: "button",
              "aria-label": say("photo.remove", { n: n + 1 }),
              onclick: () => {
                held.splice(n, 1);
                show();
                onchange(held);
              },
            },
            icon("cross"),
          ),
        );
      }),
    );

  /** One after the other, as they were taken; a fault is for who asked, not for the next photo. */
  const add = (taken) => {
    const mine = adding.then(() => addOne(taken));
    adding = mine.catch(() => undefined);
    return mine;
  };

  const addOne = async (taken) => {
    try {
      held.push(await shrink(await taken));
    } catch (fault) {
      if (!(fault instanceof NotAPhoto)) throw fault;
      fill(told, note("danger", say("photo.unreadable")));
      return;
    }
    fill(told);
    show();
    onchange(held);
  };

  /** The camera is off at once; what comes back ends when every photo taken is held. */
  const stop = () => {
    opening += 1;
    for (const track of stream ? stream.getTracks() : []) track.stop();
    stream = null;
    fill(finder);
    return adding;
  };

  /** Without room for photos the text still is taken. */
  const isFull = async () => {
    const { level } = await room();
    fill(told, level !== "ok" && note("warn", say("store.low")));
    return level === "full";
  };

  const open = async () => {
    if (stream || (await isFull())) return;
    const mine = (opening += 1);
    let found;
    try {
      found = await navigator.mediaDevices.getUserMedia({
        audio: false,
        video: { facingMode: "environment", width: { ideal: 1920 } },
      });
    } catch {
      fill(told, note("warn", say("cam.denied")));
      return;
    }
    // Pressed again, or the page was left, while the phone asked whether it may.
    if (mine !== opening) {
      for (const track of found.getTracks()) track.stop();
      return;
    }
    stream = found;
    const video = el("video", {
      autoplay: true, muted: true, playsInline: true,
      onloadeddata: () => {
        shutter.disabled = false;
      },
    });
    const shutter = el("button", {
      type: "button",
      class: "finder__shutter",
      "aria-label": say("photo.shutter"),
      disabled: true, // until there is a picture
      onclick: async () => {
        const canvas = el("canvas", { width: video.videoWidth, height: video.videoHeight });
        canvas.getContext("2d").drawImage(video, 0, 0);
        // The picture is taken at the press; making it small may take half a second more.
        await add(new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.92)));
      },
    });
    video.srcObject = stream;
    fill(
      finder,
      el(
        "div",
        { class: "finder" },
        video,
        el(
          "div",
          { class: "finder__acts" },
          el("span", {}),
          shutter,
          button(say("photo.done"), stop),
        ),
      ),
    );
    finder.scrollIntoView({ block: "center" });
  };

  const chooser = el("input", {
    type: "file",
    accept: "image/*",
    multiple: true,
    onchange: async () => {
      if (!(await isFull())) for (const file of [...chooser.files]) await add(file);
      chooser.value = "";
    },
  });
  const camera = Boolean(navigator.mediaDevices && navigator.mediaDevices.getUserMedia);
  const part = el(
    "section",
    { class: "card" },
    el("h2", {}, say("photo.title")),
    hint && el("p", { class: "quiet small" }, hint),
    finder,
    told,
    thumbs,
    el(
      "div",
      { class: "acts" },
      camera && button(say("photo.take"), open, { icon: "camera", "data-act": "camera" }),
      el("label", { class: "button pick" }, icon("picture"), el("span", {}, say("photo.pick")), chooser),
    ),
  );
  show();
  part.stop = stop;
  return part;
}
