// The phone as a place to keep things: how much room is left, and whether this browser is fit.

export const LOW_BYTES = 100e6;
export const FULL_BYTES = 20e6;
/** What a report with its photos takes, until this phone's own say otherwise. */
const ONE_REPORT = 300_000;

/** Browsers inside other apps, whose stores and service workers come and go. */
const WITHIN = {
  wechat: /MicroMessenger/i, dingtalk: /DingTalk/i, feishu: /Lark|Feishu/i, qq: /\bQQ\//i,
  weibo: /Weibo/i, alipay: /AlipayClient/i,
};

/** Asks the browser never to clear the store by itself. @returns {Promise<boolean>} */
export async function persist() {
  const { storage } = navigator;
  if (!storage || !storage.persist) return false;
  return (await storage.persisted()) || storage.persist();
}

/**
 * How much more fits: `low` asks to send or export photos first, `full` takes no photos; texts are
 * always taken.
 */
export async function room() {
  const { quota = 0, usage = 0 } = await navigator.storage.estimate();
  return { ...judged(Math.max(0, quota - usage)), used_bytes: usage };
}

/** @param {number} free_bytes */
export function judged(free_bytes) {
  const level = free_bytes < FULL_BYTES ? "full" : free_bytes < LOW_BYTES ? "low" : "ok";
  return { free_bytes, level, reports: Math.floor(free_bytes / ONE_REPORT) };
}

/**
 * `ok`, the name of the app whose browser this is, or `no_storage`. Only `ok` may start a form.
 * @param {string} [agent]
 */
export function browser(agent = navigator.userAgent) {
  const found = Object.keys(WITHIN).find((name) => WITHIN[name].test(agent));
  if (found) return found;
  const { crypto, indexedDB, isSecureContext } = globalThis;
  return isSecureContext && indexedDB && crypto && navigator.locks ? "ok" : "no_storage";
}

/**
 * What the field work needs, tried out on this phone.
 * @returns {Promise<{what: "store" | "camera" | "place" | "offline", ok: boolean}[]>}
 */
export async function selfTest() {
  const { mediaDevices, geolocation, serviceWorker } = navigator;
  const devices = mediaDevices ? await mediaDevices.enumerateDevices() : [];
  const worker = serviceWorker ? await serviceWorker.getRegistration() : undefined;
  return [
    { what: "store", ok: await writes() },
    { what: "camera", ok: devices.some((device) => device.kind === "videoinput") },
    { what: "place", ok: Boolean(geolocation) && (await allowed("geolocation")) },
    { what: "offline", ok: Boolean(worker && worker.active) },
  ];
}

/** Whether a strict write is there when it is read back. */
async function writes() {
  const { fact, setFact } = await import("./db.js");
  const mark = Date.now();
  await setFact("self-test", mark);
  return (await fact("self-test")) === mark;
}

async function allowed(name) {
  if (!navigator.permissions) return true;
  return (await navigator.permissions.query({ name })).state !== "denied";
}
