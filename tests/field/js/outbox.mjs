// The outbox and its sending against a county inside the page that does its worst.

import { ask } from "/static/field/api.js";
import * as carry from "/static/field/carry.js";
import * as db from "/static/field/db.js";
import * as drafts from "/static/field/drafts.js";
import * as outbox from "/static/field/outbox.js";
import * as photos from "/static/field/photos.js";
import * as pin from "/static/field/pin.js";
import * as sync from "/static/field/sync.js";
import * as words from "/static/field/words.js";
import { equal } from "/tests/boards/js/equal.mjs";
import { noise, picture, report } from "/bench/offline_making.mjs";

const county = globalThis.county;

const save = (body = {}, shots = [], more = {}) => outbox.save({
  kind: "report", body: report(body), photos: shots, author: 7, book: 1, ...more,
});
const fresh = ({ id }) => outbox.item(id);

async function failure(work) {
  try {
    await work();
  } catch (error) {
    return error.constructor.name;
  }
  return null;
}

/** What the county tells of a book to somebody who has duties in these. */
function told(book, books, more = {}) {
  return {
    status: 200, book, reports: false, store: null, drill: {}, incidents: [], tasks: [], clock: [],
    books: books.map((id) => ({ id, kind: id === 1 ? "real" : "drill", name: `b${id}` })), ...more,
  };
}

/** A phone with no room for photos; what it returns makes room again. */
function noRoom() {
  const { put } = IDBObjectStore.prototype;
  IDBObjectStore.prototype.put = function full(value, ...rest) {
    if (value && value.bytes) throw new DOMException("full", "QuotaExceededError");
    return put.call(this, value, ...rest);
  };
  return () => {
    IDBObjectStore.prototype.put = put;
  };
}

/** Presses that answer once the question stands. */
function answer(said) {
  new MutationObserver((_changes, watch) => {
    const button = document.querySelector(`[data-answer="${said}"]`);
    if (!button) return;
    watch.disconnect();
    button.click();
  }).observe(document.body, { childList: true, subtree: true });
}

export const cases = {
  "a full phone offers the text alone and keeps the form with its photos": async () => {
    await words.load("en");
    const [old, late] = await Promise.all([1, 2].map(async (n) => photos.shrink(await picture(n))));
    await drafts.keep({ key: "t2", kind: "report", body: { x: 1 }, photos: [old], author: 7 });
    const what = {
      kind: "report", body: report(), photos: [old, late], draft: "t2", author: 7, book: 1,
    };
    const room = noRoom();
    answer("no");
    const refused = await failure(() => drafts.save(what));
    const held = [(await outbox.counts()).waiting, (await drafts.read("t2", 7)).photos.length];
    answer("yes");
    const item = await drafts.save(what);
    room();
    const left = await drafts.read("t2", 7);
    const again = await drafts.save({ ...what, replaces: left.body.replaces });
    equal([refused, held, item.photos.length, left.body, left.photos.length,
      (await outbox.counts()).waiting, again.photos.length, await outbox.drafts()],
    ["DOMException", [0, 1], 0, { x: 1, replaces: item.id }, 1, 1, 2, []]);
  },

  "a save can be taken back for ten seconds and is a draft again": async () => {
    const shot = await photos.shrink(await picture(1));
    await outbox.saveDraft({ key: "t2", kind: "report", body: { x: 1 }, photos: [shot], author: 7 });
    const item = await save({}, [{ sha256: shot.sha256 }], { draft: "t2" });
    const during = [(await outbox.drafts()).length, (await outbox.counts()).waiting];
    await sync.kick();
    const sent = county.items.size;
    const draft = await outbox.undo(item.id);
    const after = [draft.key, draft.body.chain, draft.photos.length, (await outbox.counts()).waiting];
    const kept = (await outbox.photo(shot.sha256)).size === shot.blob.size;
    const again = await save({}, [], { draft: "t2" });
    await outbox.release(again.id);
    await sync.kick();
    equal([during, sent, after, kept, await failure(() => outbox.undo(again.id)), county.items.size], [[0, 1], 0, ["t2", null, 1, 0], true, "TooLate", 1]);
  },

  "two taps on save are one item and two forms at once are two whole ones": async () => {
    const shots = await Promise.all([1, 2].map(async (n) => photos.shrink(await picture(n))));
    await outbox.saveDraft({ key: "d", kind: "report", body: {}, author: 7 });
    const taps = await Promise.all([save({}, [], { draft: "d" }), save({}, [], { draft: "d" })]);
    const two = await Promise.all(shots.map((shot) => save({}, [shot])));
    const rows = await Promise.all(two.map(fresh));
    const whole = await Promise.all(rows.map((row) => outbox.photo(row.photos[0])));
    equal([taps[0].id === taps[1].id, (await outbox.counts()).waiting,
      two.map((item) => item.device_seq), whole.every(Boolean)], [true, 3, [2, 3], true]);
  },

  "a lost answer a cut line and a sign in page of some wifi lose and double nothing": async () => {
    await save();
    const states = [];
    for (const said of [["cut"], [undefined, "lost"], [undefined, { html: "<form>sign in" }],
      [{ html: "<form>" }], [undefined, { status: 503 }], [undefined, undefined]]) {
      county.says = said;
      await sync.now();
      const [row] = (await outbox.items()).rows;
      states.push([row.state, row.receipt]);
    }
    const waits = ["saved", null];
    const expected = [waits, waits, waits, waits, waits, ["sent", "ZQ-1122-0001"]];
    equal([states, county.items.size], [expected, 1]);
  },

  "what is saved after the last look of a run goes with the next and at once": async () => {
    await save();
    let late = null;
    navigator.storage.estimate = async () => {
      if (!late) {
        late = await save({}, [], { hold_ms: 0 });
        sync.kick();
      }
      return {};
    };
    await sync.now();
    delete navigator.storage.estimate;
    equal([(await fresh(late)).state, county.items.size], ["sent", 2]);
  },

  "an item that breaks the server is found and rests while all others are received": async () => {
    const items = [];
    for (let n = 0; n < 12; n += 1) items.push(await save());
    county.poison = items[4].id;
    for (let turn = 0; turn < 4; turn += 1) await sync.now();
    const bad = await fresh(items[4]);
    const before = county.log.length;
    await sync.kick();
    county.poison = null;
    const resting = county.log.slice(before).includes("POST items/batch");
    const received = county.items.size;
    await sync.now();
    equal([received, bad.state, bad.error.code === "", resting, (await fresh(items[4])).state], [11, "saved", true, false, "sent"]);
  },

  "a refused item hinders no other and its correction takes its place": async () => {
    const first = await save({ figures: { deaths: -1 } });
    const second = await save({ kind: "follow_up", chain: first.id, base: first.id });
    const other = await save();
    county.refuses.set(first.id, { status: 422, code: "item.refused", detail: "No.", problems: [{ field: "deaths" }] });
    await sync.now();
    const states = (await Promise.all([first, second, other].map(fresh))).map((row) => row.state);
    const { error, group } = await fresh(first);
    const built = await failure(() => outbox.remove(first.id, "wrong"));
    const form = await outbox.correct(first.id);
    const anew = await outbox.save({ ...form, body: { ...form.body, figures: {} }, author: 7, book: 1 });
    await sync.now();
    const [old, after] = await Promise.all([first, second].map(fresh));
    equal([states, error.sentence, group, built, form.body.chain, [old.state, after.state],
      after.body.base === anew.id && after.body.chain === anew.id, anew.body.kind,
      [...county.items.keys()].indexOf(after.id) > [...county.items.keys()].indexOf(anew.id)], [["refused", "saved", "sent"], "No.", "returned", "StillBuiltOn", null, ["corrected", "sent"], true, "initial", true]);
  },

  "what the county has is corrected by a new version and never removed": async () => {
    const item = await save({ figures: { deaths: 1 } });
    const none = await failure(() => outbox.remove(item.id, " "));
    const other = await save();
    await outbox.remove(other.id, "entered twice");
    await sync.now();
    const gone = await fresh(other);
    const sent = await failure(() => outbox.remove(item.id, "wrong"));
    Object.assign(county.items.get(item.id), { state: "returned", reason: "which village?" });
    await sync.now();
    const row = await fresh(item);
    const { body } = await outbox.correct(item.id);
    equal([none, [gone.state, gone.reason, gone.group], sent, [row.state, row.group, row.reason],
      [body.kind, body.base === item.id, body.chain === item.id], county.items.size], ["RangeError", ["removed", "entered twice", "gone"], "AlreadySent", ["returned", "returned", "which village?"], ["follow_up", true, true], 1]);
  },

  "photos go on where they stopped and stay until the county has them all": async () => {
    const bytes = new Uint8Array(1_200_000).map((_, n) => n % 251);
    const blob = new Blob([bytes], { type: "image/jpeg" });
    const large = { blob, sha256: await photos.sha256(bytes.buffer), width: 1, height: 1 };
    const small = await photos.shrink(await picture(3));
    const item = await save({}, [large, small]);
    county.says = [undefined, undefined, undefined, undefined, "lost"];
    await sync.now();
    const part = await fresh(item);
    const stored = county.photos.get(large.sha256).bytes.length;
    county.log.length = 0;
    // The county loses a photo after it said it had it: it is sent again.
    const take = county.photos.set.bind(county.photos);
    let once = true;
    county.photos.set = (name, held) => {
      if (name === small.sha256 && once) { once = false; return take(name, { bytes: new Uint8Array(0), complete: false }); }
      return take(name, held);
    };
    for (let turn = 0; turn < 3; turn += 1) await sync.now();
    const row = await fresh(item);
    const same = (name, want) => county.photos.get(name).bytes.join() === want.join();
    equal([[part.state, part.complete, part.missing.length, stored],
      county.log.filter((line) => line === "PUT photos/" + large.sha256.slice(0, 4)).length,
      [row.state, row.complete, row.missing.length],
      same(large.sha256, bytes), same(small.sha256, new Uint8Array(await small.blob.arrayBuffer()))], [["partial", false, 2, 1048576], 1, ["sent", true, 0], true, true]);
  },

  "a photo the county cannot take is shown and hinders no other": async () => {
    const [one, two] = await Promise.all([1, 2].map(async (n) => photos.shrink(await picture(n))));
    const item = await save({}, [one, two]);
    county.says = [undefined, undefined, { status: 415, code: "photo.not_an_image", detail: "No image." }];
    await sync.now();
    const row = await fresh(item);
    const before = [row.state, row.missing, Object.values(row.photo_errors).map((error) => error.sentence)];
    await outbox.retry(item.id);
    await sync.now();
    await sync.now();
    equal([before, (await fresh(item)).state], [["partial", [one.sha256], ["No image."]], "sent"]);
  },

  "lists come in windows and old items go only when the county has all": async () => {
    for (let n = 0; n < 45; n += 1) await save({}, n < 2 ? [await photos.shrink(await picture(n))] : []);
    const first = await outbox.items({ group: "waiting" });
    const second = await outbox.items({ group: "waiting", before: first.next });
    const windows = [first.rows.length, first.rows[0].device_seq, second.rows.length, second.rows[14].device_seq, second.next];
    const week = 8 * 24 * 3600_000;
    await outbox.tidy({ county_ms: Date.now() + week });
    const unsent = (await outbox.counts()).waiting;
    for (let turn = 0; turn < 3; turn += 1) await sync.now();
    const store = await db.open();
    const photosHeld = [await store.count("blobs")];
    await outbox.tidy({ county_ms: Date.now(), low: true });
    photosHeld.push(await store.count("blobs"));
    const received = (await outbox.counts()).received;
    await outbox.tidy({ county_ms: Date.now() + week });
    equal([windows, unsent, photosHeld, received, await store.count("outbox")], [[30, 45, 15, 1, null], 45, [2, 0], 45, 0]);
  },

  "an older database full of reports opens in a newer version": async () => {
    const shot = await photos.shrink(await picture(1));
    const items = [];
    for (let n = 0; n < 20; n += 1) items.push(await save({}, [shot]));
    await outbox.saveDraft({ key: "d", kind: "report", body: {}, author: 7 });
    db.UPGRADES.push((store) => { store.createObjectStore("later", { keyPath: "id" }); });
    db.close();
    const newer = await db.open();
    await newer.put("later", { id: 1 });
    equal([newer.version, (await outbox.counts()).waiting, (await outbox.drafts()).length,
      (await outbox.photo(shot.sha256)).size === shot.blob.size, (await fresh(items[19])).device_seq], [2, 20, 1, true, 20]);
  },

  "a file carries items to a colleague who sends them as their authors": async () => {
    const shot = await photos.shrink(await picture(1));
    const item = await save({ narrative: "水退" }, [shot]);
    const file = await carry.exportFile();
    const [codes] = [(await import("/static/field/codec.js")).qrParts(await fresh(item))];
    const read = [];
    for (const line of (await file.text()).trim().split("\n")) read.push(Object.keys(JSON.parse(line)));
    // A colleague's phone: nothing of it was here before.
    const store = await db.open();
    for (const name of ["outbox", "blobs", "people"]) await store.clear(name);
    const nobody = await carry.importFile(file);
    await pin.enrol({ code: "8" });
    const bad = new Blob([file, "not an item\n", JSON.stringify({ photo: shot.sha256, base64: "AAAA" }), "\n"]);
    const found = [await carry.importFile(bad), await carry.importFile(file), await carry.takeScanned(codes)];
    for (let turn = 0; turn < 3; turn += 1) await sync.now();
    const sent = county.items.get(item.id);
    const bytes = new Uint8Array(await shot.blob.arrayBuffer());
    equal([read.length, nobody, found, [sent.author, sent.channel, sent.token], sent.body.narrative,
      county.photos.get(shot.sha256).bytes.join() === bytes.join(), (await fresh(item)).state], [2, {"added": 0, "known": 0, "bad": 1}, [{"added": 1, "known": 0, "bad": 2}, {"added": 0, "known": 1, "bad": 0}, "known"], [7, "code", "token-8"], "水退", true, "sent"]);
  },

  "five wrong pins shut the app but not the sending": async () => {
    await pin.setPin("123456");
    await save();
    pin.lock();
    const tries = [];
    for (let n = 0; n < 5; n += 1) tries.push((await pin.unlock("000000")).left);
    const right = await pin.unlock("123456");
    await sync.now();
    const sent = county.items.size;
    const shut = await pin.locked();
    await pin.enrol({ code: "7" });
    equal([tries, right, shut, sent, await pin.locked(), await failure(() => pin.setPin("12345"))], [[4, 3, 2, 1, 0], {"ok": false, "left": 0}, true, 1, false, "RangeError"]);
  },

  "nobody leaves with something unsent and who leaves takes everything along": async () => {
    const item = await save();
    await outbox.saveDraft({ key: "d", kind: "report", body: {}, author: 7 });
    county.refuses.set(item.id, { status: 422, code: "item.refused", detail: "No." });
    await sync.now();
    const refused = await failure(() => pin.leave());
    county.refuses.clear();
    await outbox.retry(item.id);
    await sync.now();
    await pin.leave();
    const store = await db.open();
    const left = await Promise.all(["outbox", "drafts", "people"].map((name) => store.count(name)));
    equal([refused, left, await pin.person(), county.log.includes("DELETE device")], ["StillUnsent", [0, 0, 0], null, true]);
  },

  "an app too old keeps everything and stops asking": async () => {
    await save();
    county.says = [undefined, { status: 426, code: "app.too_old", detail: "Update." }];
    await sync.now();
    const { stopped } = sync.status();
    const asked = county.log.length;
    await sync.kick();
    equal([stopped, (await outbox.counts()).waiting, county.log.length - asked], ["app.too_old", 1, 0]);
  },

  "what the county told of a book goes with the duty in it and what was saved stays": async () => {
    const keys = async () => (await db.open()).getAllKeys("refdata");
    county.says = [told(1, [1, 8, 9]), told(8, [1, 8, 9]), told(9, [1, 8, 9]), told(9, [])];
    await pin.fetchReference();
    for (const book of [8, 9]) await pin.fetchReference(book);
    await pin.fetchDrill(9);
    const all = await keys();
    await save({}, [], { book: 9 });
    await pin.setBook(8);
    // The book that is on the phone stays until the county refuses it itself.
    county.says = [told(1, [1])];
    await pin.fetchReference(1);
    const left = await keys();
    county.says = [{ status: 404, code: "item.unknown_place" }, told(1, [1])];
    const { book } = await pin.fetchReference(8);
    const last = await keys();
    county.says = [{ status: 404, code: "request.not_found" }];
    const none = [await failure(() => pin.fetchReference(1)), await keys()];
    county.says = [{ status: 404, code: "item.unknown_place" }];
    none.push(await failure(() => pin.fetchReference()), await keys());
    equal([all, left, book, last, none, (await outbox.counts()).waiting], [["drill:9", "reference:1", "reference:8", "reference:9"], ["reference:1", "reference:8"], 1, ["reference:1"], ["Problem", ["reference:1"], "Problem", []], 1]);
  },

  "what ones seat was told is unread until it was received here or is over": async () => {
    await words.load("en");
    const model = await import("/static/field/model.js");
    const stretch = { real: "2026-07-15T04:00:00Z", sim: "2026-07-19T18:30:00Z", rate: 10 };
    const seat = { told: [{ id: 5, received_at: null }, { id: 4, received_at: "2026-07-19T18:31:00Z" }] };
    county.says = [told(9, [1, 9]), told(9, [], { state: "running", clock: [stretch], ...seat })];
    await pin.setBook(9);
    await pin.fetchReference(9);
    await pin.fetchDrill(9);
    await model.load();
    const before = [model.unheard().map((one) => one.id), model.unread(), model.tabs(),
      model.now(Date.parse("2026-07-15T04:01:00Z")) === Date.parse("2026-07-19T18:40:00Z")];
    await model.save({ kind: "task", body: { inject: 5, reply: "" }, hold_ms: 0 });
    await model.count();
    const after = model.unread();
    county.says = [told(9, [], { state: "stopped", clock: [], told: [{ id: 6, received_at: null }] })];
    await pin.fetchDrill(9);
    await model.load();
    equal([before, after, model.unread(), model.bookName(9)], [[[5], 1, ["mine", "goods", "tasks"], true], 0, 0, "Drill: b9"]);
  },

  "forms and series of a drill are not those of the real book": async () => {
    const [model, chains] = await Promise.all(["model", "chains"].map((name) => import(`/static/field/${name}.js`)));
    let turned = 0;
    addEventListener("hashchange", () => { turned += 1; });
    county.says = [told(9, [1, 9]), told(1, [1, 9])];
    for (const book of [9, 1]) await pin.fetchReference(book);
    await pin.setBook(9);
    await model.load();
    await model.keepDraft({ key: "report", kind: "report", body: { x: 1 }, photos: [] });
    await save({}, [], { book: 9 });
    await model.count();
    const known = async () => [(await model.draft("report"))?.body.x, (await chains.chains()).length];
    const inDrill = [await known(), turned];
    await pin.setBook(1);
    await model.load();
    equal([inDrill, await known(), turned], [[[1, 1], 0], [undefined, 0], 1]);
  },

  "any answer can tell that a drill is over": async () => {
    let heard = 0;
    addEventListener("relief-drill", () => { heard += 1; });
    const now = { status: 200, now: new Date().toISOString() };
    county.says = [now, { ...now, headers: { "Relief-Drill": "9 stopped" } }, { ...now, status: 503, headers: { "Relief-Drill": "9 ended" } }];
    const counts = [];
    for (let turn = 0; turn < 3; turn += 1) {
      await failure(() => ask());
      counts.push(heard);
    }
    equal(counts, [0, 1, 2]);
  },

  "a busy large picture gets small enough and a text is no photo": async () => {
    const file = await noise(1500, 2000);
    const shot = await photos.shrink(file);
    const { width, height } = shot;
    equal([shot.blob.size <= 150 * 1024, Math.max(width, height) <= 1280], [true, true]);
    equal([Math.round((width / height) * 100), height < 1280], [75, true]);
    equal(await failure(() => photos.shrink(new Blob(["no"]))), "NotAPhoto");
  },
};
