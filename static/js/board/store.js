// The rows of a board, by table and id. Replaying frames onto a snapshot gives the same rows as a
// later snapshot; no rule of the server is repeated here.

const NONE = Object.freeze([]);

export class Store {
  constructor(snapshot) {
    this.listeners = new Set();
    this.fill(snapshot);
  }

  fill({ rows, lines = [] }) {
    this.tables = new Map();
    this.cached = new Map();
    this.lines = [];
    this.told = 0;
    this.put(rows);
    this.note(lines);
  }

  // A fresh snapshot in place of everything known.
  reset(snapshot) {
    this.fill(snapshot);
    this.tell({ fresh: true, tables: new Set(this.tables.keys()), rows: snapshot.rows });
  }

  // The rows and lines of one frame.
  apply({ rows, lines = [] }) {
    const tables = this.put(rows);
    this.note(lines);
    this.tell({ fresh: false, tables, rows });
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
    this.lines.length = Math.min(this.lines.length, 40);
  }

  // All rows of a table as an array that stays the same until the table changes.
  all(table) {
    if (!this.tables.has(table)) return NONE;
    if (!this.cached.has(table)) this.cached.set(table, [...this.tables.get(table).values()]);
    return this.cached.get(table);
  }

  get(table, id) {
    return this.tables.get(table)?.get(id);
  }

  // All rows as they came, for whoever keeps a picture of its own (the map).
  rows() {
    return [...this.tables].flatMap(([t, table]) =>
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
