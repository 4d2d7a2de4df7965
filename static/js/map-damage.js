// Reports and damaged houses on the county map, each leading to its page. What the address names
// behind # (`report-12`, `house-3`, `houses`) is shown at once.
"use strict";
(() => {
  const about = document.getElementById("map-damage");
  if (!about) return;
  const { url, words } = JSON.parse(about.textContent);
  const NEAR = 14;
  const RADIUS = { collapsed: 6, severe: 5, general: 4 };

  const linked = (card, address) => {
    const link = document.createElement("a");
    link.href = address;
    link.textContent = words.open;
    card.append(link);
    return card;
  };

  const reportCard = (row) => linked(window.reliefSymbols.card(row.place, `${row.kind} · ${row.state}`, [
    [words.number, row.seq],
    [words.affected, row.affected],
  ]), row.url);

  const houseCard = (row) => linked(window.reliefSymbols.card(row.place, row.label, [
    [words.rooms, row.rooms],
    [words.collapsed, row.collapsed],
    [words.severe, row.severe],
    [words.general, row.general],
  ]), row.url);

  // A button that shows or hides one group; it says how many there are.
  const toggle = (map, group, text) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "map-button";
    button.textContent = text;
    button.setAttribute("aria-pressed", "true");
    button.addEventListener("click", () => {
      const on = !map.hasLayer(group);
      if (on) group.addTo(map);
      else group.remove();
      button.setAttribute("aria-pressed", String(on));
    });
    return button;
  };

  // What the dots mean: colour and size, each with its word.
  const key = () => {
    const list = document.createElement("ul");
    list.className = "map-damage-key";
    for (const grade of Object.keys(RADIUS)) {
      const row = document.createElement("li");
      row.className = `map-damage-${grade}`;
      row.textContent = words[`grade_${grade}`];
      list.append(row);
    }
    return list;
  };

  const draw = (layer, found) => {
    const marks = new Map();
    const reports = L.layerGroup(), houses = L.featureGroup();
    for (const row of found.reports) {
      const mark = L.marker([row.lat, row.lon], {
        pane: "signs", icon: window.reliefSymbols.sign("report", 22), alt: row.place,
        title: `${words.report}: ${row.place}`, zIndexOffset: 400,
      }).bindPopup(() => reportCard(row)).addTo(reports);
      marks.set(`report-${row.id}`, mark);
    }
    for (const row of found.houses) {
      const mark = L.circleMarker([row.lat, row.lon], {
        pane: "trips", radius: RADIUS[row.grade], className: `map-house map-house-${row.grade}`,
      }).bindPopup(() => houseCard(row)).addTo(houses);
      marks.set(`house-${row.id}`, mark);
    }
    const control = L.control({ position: "topright" });
    control.onAdd = () => {
      const box = document.createElement("div");
      box.className = "map-damage";
      if (found.reports.length) {
        box.append(toggle(layer.map, reports, `${words.reports} ${found.reports.length}`));
      }
      if (found.houses.length) {
        box.append(toggle(layer.map, houses, `${words.houses} ${found.houses.length}`), key());
      }
      L.DomEvent.disableClickPropagation(box);
      return box;
    };
    reports.addTo(layer.map);
    houses.addTo(layer.map);
    if (marks.size) control.addTo(layer.map);
    const show = () => {
      const wanted = location.hash.slice(1);
      const mark = marks.get(wanted);
      if (mark) {
        layer.map.setView(mark.getLatLng(), NEAR, { animate: false });
        mark.openPopup();
      } else if (wanted === "houses" && found.houses.length) {
        layer.map.fitBounds(houses.getBounds(), { maxZoom: NEAR, animate: false });
      }
    };
    addEventListener("hashchange", show);
    show();
  };

  const start = async (layer) => {
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(`${url} ${answer.status}`);
    const found = await answer.json();
    // The base fits the whole county once it is there; what is asked for comes after.
    const ready = () => (layer.base ? draw(layer, found) : setTimeout(ready, 50));
    ready();
  };

  const [first] = window.reliefMap?.layers || [];
  if (first) start(first);
  else document.addEventListener("relief-map", (event) => start(event.detail), { once: true });
})();
