// What the tests fill an outbox with.

/** A small picture as JPEG, another for every number. */
export function picture(n) {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: 64, height: 48 });
  const pen = canvas.getContext("2d");
  for (let at = 0; at < 48; at += 4) {
    pen.fillStyle = `hsl(${(n * 37 + at * 11) % 360} 80% ${30 + ((n * 7 + at) % 50)}%)`;
    pen.fillRect(0, at, 64, 4);
  }
  pen.fillText(String(n), 2, 40);
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.7));
}

/** A picture of so many pixels that nothing packs well. */
export function noise(width, height) {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  const pen = canvas.getContext("2d");
  const image = pen.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  for (let n = 0, x = 1; n < pixels.length; n += 1) {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    pixels[n] = x | 0xff000000;
  }
  pen.putImageData(image, 0, 0);
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.95));
}

/** The body of a first report of Willow, without an incident. */
export function report(more = {}) {
  return {
    incident: null, area: "222426100000", village: "222426100201", kind: "initial", chain: null,
    base: null, as_of: new Date().toISOString(), figures: { affected_population: 40 },
    change_note: "", narrative: "", point: null, accuracy_m: null, scene: { what: ["houses"] },
    ...more,
  };
}
