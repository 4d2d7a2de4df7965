// My reports: what waits, what arrived, what came back; and the series one can go on with.

import { chains as known } from "../chains.js";
import * as model from "../model.js";
import * as outbox from "../outbox.js";
import * as sync from "../sync.js";
import { ask, button, chips, el, field, fill, go, head, moment, note } from "../ui.js";
import { say } from "../words.js";
import { itemCard } from "./card.js";

const GROUPS = ["waiting", "received", "returned", "to_merge"];
const STEP = 20;
const SHOWN_CHAINS = 3;

/** @param {HTMLElement} page */
export async function show(page) {
  /** What there is, unless somebody has chosen: what waits first. */
  const first = () => GROUPS.find((one) => model.counts()[one] > 0) || "waiting";
  let group = first();
  let picked = false;
  let cursor = null;
  let drawing = 0;
  let reading = false;
  let ended = false;

  const list = el("div", { class: "list", "data-list": "" });
  const end = el("p", { class: "end", "aria-hidden": "true" }, "\u00a0");
  const choice = el("div", {});
  const sending = el("div", { class: "list", role: "status" });
  const series = el("section", { class: "list" });

  const groups = () => {
    const now = model.counts();
    const row = chips({
      legend: say("mine.group"),
      hidden: true,
      options: GROUPS.map((one) => ({ value: one, label: say(`group.${one}`, { n: now[one] }) })),
      picked: [group],
      onchange: ([wanted]) => {
        picked = true;
        group = wanted || group;
        redraw();
      },
    });
    fill(choice, row);
  };

  const more = async () => {
    if (reading || ended) return;
    reading = true;
    const turn = drawing;
    const { rows, next } = await outbox.items({ group, limit: STEP, before: cursor });
    reading = false;
    if (turn !== drawing) return;
    cursor = next;
    ended = next === null;
    list.append(...rows.map((row) => itemCard(row, actsOf(row))));
    if (!list.childNodes.length) list.append(el("p", { class: "quiet" }, say(`mine.none.${group}`)));
  };
  const watcher = new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && more(),
    { rootMargin: "600px" });

  const redraw = async () => {
    if (!picked) group = first();
    drawing += 1;
    cursor = null;
    ended = reading = false;
    watcher.disconnect();
    fill(list);
    groups();
    told();
    await more();
    watcher.observe(end);
  };

  const told = () => {
    const { running, done, total } = sync.status();
    const { waiting, photos_left: photos } = model.counts();
    const left = waiting + photos;
    fill(sending,
      left > 0 && button(
        running ? say("mine.sending", { done, total }) : say("mine.send_all"),
        async () => {
          await sync.now();
          await model.count();
        },
        { look: "main", icon: "sending", disabled: running, "data-act": "send" }),
      left > 0 && !navigator.onLine && note("info", say("net.offline_saved", { n: left })),
      running && photos > 0 && isSlow() && note("info", say("net.slow")));
  };

  /** What one can do with an item that is not whole at the county, or came back. */
  const actsOf = (row) => {
    const unsent = !row.receipt;
    const acts = [];
    if (row.group === "waiting" || row.state === "refused") {
      acts.push(button(say("mine.retry"), async () => {
        await outbox.retry(row.id);
        await sync.kick({ asked: true });
        await model.count();
      }, { icon: "sending" }));
    }
    const here = row.book === model.reference().book;
    if (["refused", "returned"].includes(row.state) && row.kind !== "task" && here) {
      acts.push(button(say("mine.correct"), () => correct(row), { icon: "draft" }));
    }
    if (here && row.kind === "report" && row.receipt && row.body.kind !== "verified" && row.state !== "returned") {
      acts.push(go(say("follow.title"), `#/follow/${row.body.chain}`, { icon: "plus" }));
    }
    if (unsent) {
      acts.push(button(say("mine.other_ways"), () => otherWays(row), { icon: "file" }));
      acts.push(button(say("mine.delete"), () => remove(row), { icon: "bin" }));
    }
    return acts.length > 0 && el("div", { class: "acts" }, acts);
  };

  const otherWays = async (row) => {
    const { offer } = await import("./hatches.js");
    await offer(row);
  };

  const remove = async (row) => {
    const why = el("input", { maxLength: 200, "aria-label": say("mine.delete_why") });
    const sure = await ask({
      title: say("mine.delete_title"), text: say("mine.delete_text"), yes: say("mine.delete"),
    }, field(say("mine.delete_why"), why));
    if (!sure) return;
    if (!why.value.trim()) {
      fill(sending, note("danger", say("mine.delete_needs_why")));
      sending.scrollIntoView({ block: "center" });
      return;
    }
    try {
      await outbox.remove(row.id, why.value);
    } catch (fault) {
      const known = [outbox.AlreadySent, outbox.StillBuiltOn].some((one) => fault instanceof one);
      if (!known) throw fault;
      fill(sending, note("danger",
        say(fault instanceof outbox.AlreadySent ? "mine.already_sent" : "mine.built_on")));
      return;
    }
    await model.count();
  };

  /** The item as a form again; saved, it goes as a new version. */
  const correct = async (row) => {
    const { kind, body, photos, replaces } = await outbox.correct(row.id);
    const where = whereToCorrect(kind, body);
    await outbox.saveDraft({
      key: model.formKey(where.key), kind, body: { ...body, replaces }, photos, author: model.person().id,
    });
    location.hash = where.hash;
  };

  const chains = async () => {
    if (!model.reports()) return;
    const all = (await known()).filter((one) => one.kind !== "verified");
    const line = (one) => el("article", { class: "card", "data-chain": one.chain },
      el("div", { class: "card__row" },
        el("div", { class: "grow" },
          el("h3", {}, model.placeOf(one).name),
          el("p", { class: "quiet small" }, say("mine.last", {
            kind: say(`kind.${one.kind}`), time: moment(one.as_of),
          }))),
        go(say("follow.title"), `#/follow/${one.chain}`, { icon: "plus", "data-act": "follow" })),
      el("a", { class: "button button--quiet", href: `#/verified/${one.chain}` }, say("verified.title")));
    fill(series, all.length > 0 && el("h2", {}, say("mine.series")),
      all.slice(0, SHOWN_CHAINS).map(line),
      all.length > SHOWN_CHAINS && el("details", { class: "section" },
        el("summary", {}, say("mine.more_series", { n: all.length - SHOWN_CHAINS })),
        el("div", { class: "list" }, all.slice(SHOWN_CHAINS).map(line))));
  };

  /** Only what changed on the way is drawn again, so that a thumb does not lose its place. */
  const refreshed = async () => {
    await chains();
    await redraw();
  };
  let shown = "";
  const heard = async () => {
    told();
    const now = JSON.stringify(model.counts());
    if (now === shown) return;
    shown = now;
    await refreshed();
  };

  const { store } = model.reference();
  const open = (store && store.tasks.differences) || 0;
  fill(page, head(say(model.reports() ? "tab.mine" : "tab.box")), sending,
    open > 0 && note("warn", say("mine.differences", { n: open }),
      el("a", { class: "button", href: "/store/differences/" }, say("mine.answer"))),
    series, el("h2", {}, say("mine.sent_from_here")), choice, list, end,
    model.reports() && go(say("scan.title"), "#/scan", { icon: "code" }));
  await chains();
  await redraw();
  shown = JSON.stringify(model.counts());
  const unheard = model.onchange(heard);
  return () => {
    watcher.disconnect();
    unheard();
  };
}

const isSlow = () => ["slow-2g", "2g"].includes(navigator.connection?.effectiveType);

/** The form an item is corrected in. */
function whereToCorrect(kind, body) {
  if (kind === "damage") return { key: "house", hash: "#/house/new" };
  if (kind === "arrival") return { key: "arrival", hash: "#/arrive" };
  if (kind === "return") return { key: `return:${body.stop}`, hash: `#/bring_back/${body.stop}` };
  if (kind === "count") {
    const { count, round, bin } = body;
    return { key: `count:${count}:${round}:${bin}`, hash: `#/count/${count}/${bin || 0}` };
  }
  if (kind === "hand_out") {
    const to = body.household || "new";
    return { key: `hand_out:${to}`, hash: `#/hand_out/${to}` };
  }
  if (kind === "observation") {
    const thing = body.inject ? `i${body.inject}` : `o${body.objective}`;
    return { key: `observation:${thing}`, hash: `#/watch/${thing}` };
  }
  if (body.kind === "verified") return { key: `verified:${body.chain}`, hash: `#/verified/${body.chain}` };
  return { key: "report", hash: "#/report" };
}
