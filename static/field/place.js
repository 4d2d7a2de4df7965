// Where the phone is: the best fix so far, and the village it lies nearest to. Without Google's
// help a first fix takes a minute or two; nothing ever waits for it.

/** A fix older than this gives way to any newer one: people walk. */
const FRESH_MS = 120_000;
/** A village's level: the digits of its code. */
const VILLAGE = 12;
/** Above this many metres a person is asked to step into the open. */
export const POOR_M = 100;

let watch = null;
let fix = null;
let denied = false;
const listeners = new Set();

/** Begins to look; `onFix` is called at every change. @param {() => void} [onFix] */
export function start(onFix) {
  if (onFix) listeners.add(onFix);
  if (watch !== null || !navigator.geolocation) return;
  watch = navigator.geolocation.watchPosition(
    ({ coords, timestamp }) => {
      denied = false;
      const { longitude, latitude, accuracy } = coords;
      const point = [longitude, latitude];
      fix = better(fix, { point, accuracy_m: Math.round(accuracy), at_ms: timestamp });
      listeners.forEach((heard) => heard());
    },
    ({ code }) => {
      denied = code === 1;
      if (denied) stop(); // asked anew at the next start: permission may have been given
      listeners.forEach((heard) => heard());
    },
    { enableHighAccuracy: true, maximumAge: 30_000 },
  );
}

/** Ends looking; the best fix stays. */
export function stop() {
  if (watch !== null) navigator.geolocation.clearWatch(watch);
  watch = null;
}

/**
 * The finer of two fixes, or the newer where the finer has grown old.
 * @param {{accuracy_m: number, at_ms: number} | null} held
 * @param {{accuracy_m: number, at_ms: number}} come
 */
export function better(held, come) {
  if (!held || come.at_ms - held.at_ms > FRESH_MS) return come;
  return come.accuracy_m <= held.accuracy_m ? come : held;
}

/** @returns {{point: number[], accuracy_m: number, at_ms: number} | null} */
export function best(now_ms = Date.now()) {
  const usable = fix && Math.abs(now_ms - fix.at_ms) < 15 * 60_000;
  return usable ? fix : null;
}

/** What to tell about it. @returns {{code: string, accuracy_m: number | null}} */
export function state() {
  const found = best();
  if (!found) {
    return { code: denied || !navigator.geolocation ? "gps.denied" : "gps.none", accuracy_m: null };
  }
  const { accuracy_m } = found;
  return { code: accuracy_m > POOR_M ? "gps.poor" : "gps.ok", accuracy_m };
}

/** Metres between two points of one county, as the ground is nearly flat there. */
export function metres([lon, lat], [otherLon, otherLat]) {
  const degree = 111_195;
  const across = (otherLon - lon) * degree * Math.cos(((lat + otherLat) / 2) * (Math.PI / 180));
  return Math.hypot(across, (otherLat - lat) * degree);
}

/**
 * The village whose seat lies nearest, as a proposal that a person can change. None where the
 * nearest is farther than a fix can be wrong and a village can be wide.
 * @param {number[] | null} point
 * @param {{code: string, level: number, point: number[] | null}[]} areas
 * @param {number} [most] metres
 */
export function village(point, areas, most = 10_000) {
  if (!point) return null;
  let found = null;
  let least = most;
  for (const area of areas) {
    if (area.level !== VILLAGE || !area.point) continue;
    const distance = metres(point, area.point);
    if (distance < least) [found, least] = [area, distance];
  }
  return found;
}
