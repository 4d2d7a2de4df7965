// Photos small enough for a valley's line: JPEG of at most 150 KB and 1280 pixels, and the hash
// they are known by. What the camera wrote into the file (position, owner, device) is not kept.

export const MOST_BYTES = 150 * 1024;
export const MOST_SIDE = 1280;
const QUALITIES = [0.7, 0.6, 0.5, 0.4];
/** A picture too busy for the lowest quality gets smaller until it fits. */
const SMALLER = 0.8;
const LEAST_SIDE = 320;

/** The file is no picture this browser can read. */
export class NotAPhoto extends Error {}

/**
 * Size to draw at, so that the longer side is at most `most` and nothing is made larger.
 * @param {number} width @param {number} height @param {number} [most]
 */
export function fitted(width, height, most = MOST_SIDE) {
  const share = Math.min(1, most / Math.max(width, height));
  const [wide, high] = [width, height].map((side) => Math.max(1, Math.round(side * share)));
  return { width: wide, height: high };
}

/**
 * @param {Blob} file
 * @param {{point?: number[] | null, taken_at?: string | null}} [where] told by the app itself
 * @returns {Promise<{blob: Blob, sha256: string, width: number, height: number,
 *   point: number[] | null, taken_at: string | null}>}
 */
export async function shrink(file, { point = null, taken_at = null } = {}) {
  const image = await read(file);
  try {
    for (let side = MOST_SIDE; ; side *= SMALLER) {
      const size = fitted(image.width, image.height, side);
      const canvas = drawn(image, size);
      for (const quality of QUALITIES) {
        const blob = await packed(canvas, quality);
        const last = side < LEAST_SIDE && quality === QUALITIES[QUALITIES.length - 1];
        if (blob.size <= MOST_BYTES || last) {
          return { blob, sha256: await sha256(await blob.arrayBuffer()), ...size, point, taken_at };
        }
      }
    }
  } finally {
    image.close();
  }
}

/** The picture upright, already small: twelve million pixels are never held uncompressed twice. */
async function read(file) {
  try {
    const size = await jpegSize(file);
    const wide = size && size.width > MOST_SIDE && size.height > MOST_SIDE;
    const how = wide ? { resizeWidth: MOST_SIDE, resizeQuality: "medium" } : {};
    return await createImageBitmap(file, how);
  } catch (error) {
    throw new NotAPhoto(String(error));
  }
}

/**
 * Pixels of a JPEG from its header, or null for other kinds, which are decoded whole.
 * @param {Blob} file
 */
export async function jpegSize(file) {
  const view = new DataView(await file.slice(0, 256 * 1024).arrayBuffer());
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return null;
  for (let at = 2; at + 9 < view.byteLength;) {
    const marker = view.getUint16(at);
    const other = [0xffc4, 0xffc8, 0xffcc].includes(marker);
    if (marker >= 0xffc0 && marker <= 0xffcf && !other) {
      return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    }
    if (marker < 0xff00) return null;
    at += 2 + view.getUint16(at + 2);
  }
  return null;
}

function drawn(image, { width, height }) {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  const pen = canvas.getContext("2d", { alpha: false });
  pen.imageSmoothingQuality = "high";
  pen.drawImage(image, 0, 0, width, height);
  return canvas;
}

function packed(canvas, quality) {
  return new Promise((resolve, reject) => {
    const done = (blob) => (blob ? resolve(blob) : reject(new NotAPhoto("no JPEG came")));
    canvas.toBlob(done, "image/jpeg", quality);
  });
}

/** @param {ArrayBuffer} bytes @returns {Promise<string>} in hex */
export async function sha256(bytes) {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
