// Forms that are not saved yet: written one after the other, their photos only once.

import * as outbox from "./outbox.js";
import { ask } from "./ui.js";
import { say } from "./words.js";

const stored = new Set();
const lasts = new Map();
let writing = Promise.resolve();

/** A person's form as it stood last, its photos with their bytes; null where there is none. */
export async function read(key, author) {
  await writing;
  const found = await outbox.draft(key);
  if (!found || found.author !== author) return null;
  const photos = [];
  for (const photo of found.photos) {
    const blob = await outbox.photo(photo.sha256);
    stored.add(photo.sha256);
    if (blob) photos.push({ ...photo, blob });
  }
  return { ...found, photos };
}

/** Keeps a form; forms changed many times a second are written once with their last state. */
export function keep({ key, kind, body, photos, author }) {
  lasts.set(key, { key, kind, body: structuredClone(body), photos: [...photos], author });
  writing = writing.then(() => write(key)).catch((fault) =>
    dispatchEvent(new CustomEvent("relief-fault", { detail: fault })));
  return writing;
}

async function write(key) {
  const form = lasts.get(key);
  if (!form) return;
  lasts.delete(key);
  const sent = form.photos.map(({ blob, ...photo }) =>
    stored.has(photo.sha256) ? photo : { ...photo, blob });
  await outbox.saveDraft({ ...form, photos: sent });
  for (const photo of sent) stored.add(photo.sha256);
}

/** @param {string} key */
export async function drop(key) {
  lasts.delete(key);
  await writing;
  await outbox.dropDraft(key);
}

/** Saves an item; its form ends with it. A phone that is full may take the text alone. */
export async function save(what) {
  const last = lasts.get(what.draft);
  lasts.delete(what.draft);
  await writing;
  try {
    return await outbox.save(what);
  } catch (fault) {
    if (fault.name !== "QuotaExceededError" || !what.photos.length) throw fault;
    if (!(await textAlone(what.photos.length))) {
      if (last) await keep(last);
      throw fault;
    }
    // A form that can be corrected stays with its photos, to be saved again once there is room.
    const stays = what.draft !== null && ["report", "damage"].includes(what.kind);
    const item = await outbox.save({ ...what, photos: [], draft: stays ? null : what.draft });
    if (stays) await replacing(what.draft, item.id, last);
    return item;
  }
}

function textAlone(n) {
  return ask({
    title: say("store.no_room"),
    text: say("store.text_alone", { n }),
    yes: say("store.text_alone_yes"),
    no: say("store.text_alone_no"),
    look: "main",
  });
}

/** What the form becomes later replaces the item that was saved of it. */
async function replacing(key, id, last) {
  const kept = last && last.photos.filter(({ sha256 }) => stored.has(sha256));
  const found = last
    ? { ...last, photos: kept.map(({ blob: _blob, ...photo }) => photo) }
    : await outbox.draft(key);
  if (found) await outbox.saveDraft({ ...found, body: { ...found.body, replaces: id } });
}
