// A county inside the page, for what a real one rarely does. `fetch` is its door; `says` holds what
// it answers next in place of the truth.

globalThis.county = {
  items: new Map(), photos: new Map(), says: [], log: [], poison: null, refuses: new Map(), number: 0,
};

const json = (status, body, headers = {}) => new Response(JSON.stringify(body), {
  status,
  headers: { "Content-Type": status < 400 ? "application/json" : "application/problem+json", ...headers },
});

function receiptOf(item) {
  const missing = item.photos.filter((name) => !(county.photos.get(name) || {}).complete);
  return {
    id: item.id, receipt: item.receipt, received_at: item.received_at, state: item.state,
    reason: item.reason, missing_photos: missing, complete: missing.length === 0,
  };
}

function take(item, token) {
  const problem = county.refuses.get(item.id);
  if (problem) return { id: item.id, status: problem.status, problem };
  const known = county.items.get(item.id);
  if (!known) {
    county.number += 1;
    const receipt = `ZQ-1122-${String(county.number).padStart(4, "0")}`;
    county.items.set(item.id, {
      ...item, receipt, token, received_at: new Date().toISOString(), state: "received", reason: "",
    });
  }
  return { id: item.id, status: known ? 200 : 201, receipt: receiptOf(county.items.get(item.id)) };
}

async function answer(method, path, { headers, body }) {
  const token = (headers.Authorization || "").replace("Device ", "");
  if (path === "now") return json(200, { now: new Date().toISOString() });
  if (path === "device") return new Response(null, { status: 204 });
  if (path === "enrol") {
    const { code } = JSON.parse(new TextDecoder().decode(body));
    const id = Number(code);
    return json(200, {
      token: `token-${id}`, device: "d", expires_at: "2099-01-01T00:00:00Z",
      person: { id, name: `人${id}`, name_en: `Person ${id}` },
    });
  }
  if (path === "items/batch") {
    const { items } = JSON.parse(new TextDecoder().decode(body));
    if (items.some((item) => item.id === county.poison)) return new Response("oh", { status: 500 });
    return json(200, { results: items.map((item) => take(item, token)) });
  }
  if (path.startsWith("items?since=")) {
    return json(200, { items: [...county.items.values()].map(receiptOf) });
  }
  const name = path.slice("photos/".length).split("?")[0];
  const held = county.photos.get(name) || { bytes: new Uint8Array(0), complete: false };
  if (method === "PUT") {
    const [, from, total] = /bytes (\d+)-\d+\/(\d+)/.exec(headers["Content-Range"]).map(Number);
    if (from === held.bytes.length) held.bytes = new Uint8Array([...held.bytes, ...new Uint8Array(body)]);
    held.complete = held.bytes.length === total;
    county.photos.set(name, held);
  }
  return json(200, { stored_bytes: held.bytes.length, total_bytes: held.bytes.length, complete: held.complete });
}

const outside = globalThis.fetch.bind(globalThis);
globalThis.fetch = async (address, options = {}) => {
  const path = String(address).split("/api/v1/field/")[1];
  if (path === undefined) return outside(address, options);
  county.log.push(`${options.method} ${path.split("?")[0].slice(0, 11)}`);
  const said = county.says.shift();
  if (said === "lost") {
    await answer(options.method, path, options);
    throw new TypeError("Failed to fetch");
  }
  if (said === "cut") throw new TypeError("Failed to fetch");
  if (said && said.html) return new Response(said.html, { status: 200, headers: { "Content-Type": "text/html" } });
  if (said && said.status) return json(said.status, said, said.headers);
  return answer(options.method, path, options);
};
