// Sentences by code, in both languages. They come with the app: no network is needed for them.

const LANGUAGES = ["zh", "en"];
let chosen = "zh";
let texts = {};

/** The texts of a language did not come. */
export class NoWords extends Error {}

/** The language in use: `zh` or `en`. */
export function language() {
  return chosen;
}

/**
 * Brings the texts of a language.
 * @param {string} wanted
 */
export async function load(wanted) {
  const next = LANGUAGES.includes(wanted) ? wanted : "zh";
  const answer = await fetch(new URL(`./words/${next}.json`, import.meta.url));
  if (!answer.ok) throw new NoWords(`expected the words of ${next}, got status ${answer.status}`);
  use(next, await answer.json());
}

/** Uses these texts. @param {string} wanted @param {Record<string, string>} found */
export function use(wanted, found) {
  chosen = wanted;
  texts = found;
}

/** Whether there is a sentence for this code. @param {string} code */
export function knows(code) {
  return Object.prototype.hasOwnProperty.call(texts, code);
}

/**
 * The sentence with its values filled in: `say("net.offline_saved", {n: 3})`. Where there is none
 * the code itself is shown: better than a page that does not come.
 * @param {string} code
 * @param {Record<string, string | number>} [values]
 */
export function say(code, values = {}) {
  if (!knows(code)) return code;
  const filled = (whole, name) => (name in values ? String(values[name]) : whole);
  return texts[code].replace(/\{(\w+)\}/g, filled);
}
