// Signs and small texts of the map. Texts enter by textContent only, so a name is never markup.
"use strict";
window.reliefSymbols = (() => {
  const SVG = "http://www.w3.org/2000/svg";
  // Drawn on a 24 x 24 grid. Each kind has its own outline: shape tells it before colour does.
  const SHAPES = {
    depot: "M3 10.5 12 4l9 6.5V20h-4v-7H7v7H3zM9 15h6v5H9z",
    point: "M4 8l8-4 8 4v9l-8 4-8-4zM12 12.2 18 9.2M12 12.2 6 9.2M12 12.2V19",
    supplier: "M3 5h3l2.4 9.5h9.2L20 8H7M10 19.2a1.4 1.4 0 1 1-.1 0M17 19.2a1.4 1.4 0 1 1-.1 0",
    yard: "M3 16V7h10v9M13 10h4l4 3.4V16h-3M3 16h2m5 0h5M7.5 18.2a1.9 1.9 0 1 1 .1 0M17 18.2a1.9 1.9 0 1 1 .1 0",
    shelter: "M12 4 3.5 19h17zM12 4v-1.6M9.4 19 12 12.4 14.6 19",
    truck: "M3 16V7h10v9M13 10h4l4 3.4V16h-3M3 16h2m5 0h5M7.5 18.2a1.9 1.9 0 1 1 .1 0M17 18.2a1.9 1.9 0 1 1 .1 0",
    closed: "M6 6l12 12M18 6 6 18",
    report: "M6 3.5h9l3.5 3.5v13.5H6zM9 9h6.5M9 13h6.5M9 17h4",
  };

  const element = (tag, className, text) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined && text !== null) made.textContent = String(text);
    return made;
  };

  const picture = (kind) => {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", SHAPES[kind] || SHAPES.point);
    svg.append(path);
    return svg;
  };

  // What a finger, or a mouse, can hit: at least so many pixels, however small the sign is drawn.
  const TARGET = matchMedia("(pointer: coarse)").matches ? 44 : 24;

  const sign = (kind, size = 26) => {
    const box = element("span", `map-sign map-sign-${kind}`);
    box.append(picture(kind));
    box.style.width = box.style.height = `${size}px`;
    const target = Math.max(size, TARGET);
    return L.divIcon({ html: box, className: "map-sign-box", iconSize: [target, target] });
  };

  const label = (name, figure, className) => {
    const box = element("span", `map-label ${className || ""}`);
    box.append(element("span", "map-label-name", name));
    if (figure) box.append(element("span", "map-label-figure", figure));
    return L.divIcon({ html: box, className: "map-label-box", iconSize: [0, 0] });
  };

  // A popup: a heading, a word below it, then pairs of name and value; empty values are left out.
  const card = (heading, kind, pairs) => {
    const box = element("div", "map-card");
    box.append(element("h3", "", heading));
    if (kind) box.append(element("p", "map-card-kind", kind));
    const list = element("dl");
    for (const [name, value] of pairs) {
      if (value === undefined || value === null || value === "") continue;
      list.append(element("dt", "", name), element("dd", "", value));
    }
    if (list.children.length) box.append(list);
    return box;
  };

  const number = (value, chinese) =>
    value === undefined || value === null
      ? null
      : new Intl.NumberFormat(chinese ? "zh-CN" : "en-GB").format(value);

  const time = (value, chinese) =>
    value &&
    new Intl.DateTimeFormat(chinese ? "zh-CN" : "en-GB", {
      month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit",
    }).format(new Date(value));

  return { TARGET, element, sign, label, card, number, time, picture };
})();
