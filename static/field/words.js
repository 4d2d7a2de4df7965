// Sentences by code, in both languages. They come with the app: no network is needed for them.

const LANGUAGES = ["zh", "en"];
let chosen = "zh";
let texts = {};
/** Words that some pages bring along. */
const wanted = new Set();

/** The texts of a language did not come. */
export class NoWords extends Error {}

/** The language in use: `zh` or `en`. */
export function language() {
  return chosen;
}

/**
 * Brings the texts of a language.
 * @param {string} language
 */
export async function load(language) {
  const next = LANGUAGES.includes(language) ? language : "zh";
  const all = await Promise.all([next, ...[...wanted].map((one) => `${one}.${next}`)].map(read));
  use(next, Object.assign({}, ...all));
}

/** Brings words beside those that every page has. @param {string} name */
export async function more(name) {
  if (wanted.has(name)) return;
  texts = { ...texts, ...(await read(`${name}.${chosen}`)) };
  wanted.add(name);
}

async function read(name) {
  const answer = await fetch(new URL(`./words/${name}.json`, import.meta.url));
  if (!answer.ok) throw new NoWords(`expected the words of ${name}, got status ${answer.status}`);
  return answer.json();
}

/** Uses these texts. @param {string} language @param {Record<string, string>} found */
export function use(language, found) {
  chosen = language;
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
