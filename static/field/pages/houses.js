// Houses recorded from this phone (房屋台账): one card per household.

import * as outbox from "../outbox.js";
import { el, fill, go, head } from "../ui.js";
import { say } from "../words.js";
import { itemCard } from "./card.js";

const MOST = 2000;

/** @param {HTMLElement} page */
export async function show(page) {
  const { rows } = await outbox.items({ limit: MOST });
  const cards = rows.filter((row) => row.kind === "damage" && row.group !== "gone");
  fill(page,
    head(say("houses.title"), "#/mine"),
    go(say("home.house"), "#/house/new", { look: "main", icon: "plus" }),
    el("p", { class: "quiet" }, say("houses.count", { n: cards.length })),
    el("div", { class: "list" }, cards.map((row) => itemCard(row))));
}
