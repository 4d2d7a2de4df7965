// The rows of a board, by table and id. Replaying frames onto a snapshot gives the same rows as a
// later snapshot; no rule of the server is repeated here.
//
// While a moment of the past is on show, frames go on arriving behind it: nobody hears of them,
// and going back to the present needs no network.

const NONE = Object.freeze([]);
const LINES = 40;

class State {
  constructor({ rows, lines = [] }) {
    this.tables = new Map();
    this.cached = new Map();
    this.lines = [];
    this.told = 0;
    this.put(rows);
    this.note(lines);
  }

  put(rows) {
    const touched = new Set();
    for (const { t, i, a, v } of rows) {
      if (!this.tables.has(t)) this.tables.set(t, new Map());
      const table = this.tables.get(t);
      if (v === null) table.delete(i);
      else table.set(i, { ...v, id: i, area: a });
      touched.add(t);
      this.cached.delete(t);
    }
    return touched;
  }

  // Journal lines, newest first; one change written as several entries is one line.
  note(lines) {
    for (const [number, kind, area, at] of lines) {
      if (number <= this.told) continue;
      this.told = number;
      const last = this.lines[0];
      if (last && last.kind === kind && last.at === at) {
        if (!last.areas.includes(area)) last.areas.push(area);
      } else {
        this.lines.unshift({ number, kind, at, areas: [area] });
      }
    }
    this.lines.length = Math.min(this.lines.length, LINES);
  }
}

export class Store {
  constructor(snapshot) {
    this.listeners = new Set();
    this.present = this.shown = new State(snapshot);
  }

  get lines() {
    return this.shown.lines;
  }

  // The drill that is going on, as it stands now; nothing on boards of the real operation.
  get drill() {
    const [row] = this.present.tables.get("drill")?.values() ?? [];
    return row;
  }

  // A fresh snapshot in place of everything known of the present.
  reset(snapshot) {
    const live = this.shown === this.present;
    this.present = new State(snapshot);
    if (live) this.show(this.present);
  }

  // The rows and lines of one frame.
  apply({ rows, lines = [] }) {
    const tables = this.present.put(rows);
    this.present.note(lines);
    if (this.shown === this.present) this.tell({ fresh: false, tables, rows });
  }

  // Show a snapshot of the past until `back`.
  look(snapshot) {
    this.show(new State(snapshot));
  }

  // What changed next in the past that is on show.
  forward({ rows, lines = [] }) {
    const tables = this.shown.put(rows);
    this.shown.note(lines);
    this.tell({ fresh: false, tables, rows });
  }

  back() {
    this.show(this.present);
  }

  show(state) {
    this.shown = state;
    this.tell({ fresh: true, tables: new Set(state.tables.keys()), rows: this.rows() });
  }

  // All rows of a table as an array that stays the same until the table changes.
  all(name) {
    const { tables, cached } = this.shown;
    if (!tables.has(name)) return NONE;
    if (!cached.has(name)) cached.set(name, [...tables.get(name).values()]);
    return cached.get(name);
  }

  get(name, id) {
    return this.shown.tables.get(name)?.get(id);
  }

  // All rows as they came, for whoever keeps a picture of its own (the map).
  rows() {
    return [...this.shown.tables].flatMap(([t, table]) =>
      [...table.values()].map(({ id, area, ...v }) => ({ t, i: id, a: area, v })));
  }

  subscribe(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  tell(change) {
    for (const listener of this.listeners) listener(change);
  }
}
