// Where a trip runs and how far along it should be; asks the server for the line, once per stop.
"use strict";
window.reliefRoutes = (() => {
  const straight = (from, to) => {
    // A slight bow keeps lines to neighbouring townships apart until the real way has come.
    const [ax, ay] = from, [bx, by] = to;
    const bow = 0.08, line = [];
    for (let step = 0; step <= 16; step += 1) {
      const t = step / 16, lift = bow * Math.sin(Math.PI * t);
      line.push([ax + (bx - ax) * t - (by - ay) * lift, ay + (by - ay) * t + (bx - ax) * lift]);
    }
    return line;
  };

  const along = (line, share) => {
    const flat = Math.cos((line[0][1] * Math.PI) / 180);
    const legs = line.slice(1).map((b, i) =>
      Math.hypot((b[0] - line[i][0]) * flat, b[1] - line[i][1]));
    let left = legs.reduce((sum, leg) => sum + leg, 0) * Math.min(1, Math.max(0, share));
    for (let i = 0; i < legs.length; i += 1) {
      if (left <= legs[i] && legs[i] > 0) {
        const t = left / legs[i];
        return [line[i][0] + (line[i + 1][0] - line[i][0]) * t,
          line[i][1] + (line[i + 1][1] - line[i][1]) * t];
      }
      left -= legs[i];
    }
    return line[line.length - 1];
  };

  class Routes {
    constructor(url, changed) {
      this.url = url;
      this.changed = changed;
      this.lines = new Map();
    }

    // The line of a stop: the server's when it has come, a bow until then.
    line(id, from, to) {
      if (!this.lines.has(id)) {
        this.lines.set(id, null);
        if (this.url) this.fetch(id);
      }
      return this.lines.get(id) || straight(from, to);
    }

    async fetch(id) {
      try {
        const answer = await fetch(this.url.replace("{id}", encodeURIComponent(id)));
        const found = answer.ok ? (await answer.json()).line : null;
        if (found && found.length > 1) {
          this.lines.set(id, found);
          this.changed();
        }
      } catch (error) {
        // Without a network the bow stays; asked again when a road changes.
        console.warn("route", id, error.message);
      }
    }

    // A road was closed or opened: planned ways may differ now.
    forget(ids) {
      for (const id of ids) this.lines.delete(id);
    }
  }

  return { Routes, along };
})();
