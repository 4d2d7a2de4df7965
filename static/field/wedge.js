// Scanners that are keyboards: hand-held terminals and Bluetooth guns type what they read, much
// faster than people do, and press Enter. Heard anywhere on the page, whatever has the focus.

/** Milliseconds between two keys: a scanner's are well below, a person's above. */
const FASTEST_HAND_MS = 60;
const SHORTEST = 4;
/** Between two pages nobody listens; what is scanned then is kept this long for the one that opens. */
const BETWEEN_PAGES_MS = 5_000;
/** Where a Chinese keyboard is on, the browser tells only which key was pressed. */
const KEYS = { Minus: "-", Slash: "/", Period: ".", Semicolon: ":", NumpadDecimal: "." };

const listeners = [];
const kept = [];
let ending = 0;
let typed = "";
let last_ms = 0;

/**
 * Calls back with each text a scanner types, until what it returns is called. Of several that
 * listen only the newest hears: a question above a page goes first.
 * @param {(text: string) => void} onText
 */
export function listen(onText) {
  clearTimeout(ending);
  document.addEventListener("keydown", heard, true);
  listeners.push(onText);
  // Not before the page that asks has all its parts.
  queueMicrotask(() => kept.splice(0).forEach(tell));
  return () => {
    const at = listeners.indexOf(onText);
    if (at < 0) return;
    listeners.splice(at, 1);
    if (!listeners.length) ending = setTimeout(end, BETWEEN_PAGES_MS);
  };
}

/** Gives a text to the newest that listens, or keeps it for the next. */
export function tell(text) {
  if (listeners.length) listeners[listeners.length - 1](text);
  else kept.push(text);
}

function end() {
  kept.length = 0;
  document.removeEventListener("keydown", heard, true);
}

function heard(event) {
  const fast = event.timeStamp - last_ms <= FASTEST_HAND_MS;
  if (event.key === "Enter") {
    const text = fast ? typed : "";
    typed = "";
    if (text.length < SHORTEST) return;
    // Enter must not press the button or send the form that happens to have the focus.
    event.preventDefault();
    event.stopImmediatePropagation();
    takeBack(text);
    tell(text);
    return;
  }
  const sign = signOf(event);
  if (!sign) return;
  typed = fast ? typed + sign : sign;
  last_ms = event.timeStamp;
}

/** The character of a key, or nothing for Shift and its like. */
function signOf({ key, code, shiftKey, ctrlKey, altKey, metaKey }) {
  if (ctrlKey || altKey || metaKey) return "";
  if (key.length === 1) return key;
  if (key !== "Process" && key !== "Unidentified") return "";
  const found = /^(?:Key([A-Z])|(?:Digit|Numpad)(\d))$/.exec(code);
  if (!found) return KEYS[code] || "";
  const letter = found[1] && (shiftKey ? found[1] : found[1].toLowerCase());
  return letter || found[2];
}

/** What was typed into a field that had the focus goes out of it again. */
function takeBack(text) {
  const field = document.activeElement;
  if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)) return;
  // A field that takes few characters has only the beginning of a long text.
  let length = text.length;
  while (length && !field.value.endsWith(text.slice(0, length))) length -= 1;
  if (!length) return;
  field.value = field.value.slice(0, -length);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
