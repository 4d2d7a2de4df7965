// The map on which roads are closed: tap a road to tick it in the list, or draw an area.
// The form works without it.
"use strict";
(() => {
  const form = document.querySelector("[data-closing]");
  if (!form || !window.L) return;
  const data = JSON.parse(document.getElementById("closing-data").textContent);
  const help = form.querySelector("[data-help]");
  const field = form.querySelector('[name="polygon"]');
  const badge = form.querySelector("[data-chosen]");
  const drawButton = form.querySelector("[data-draw]");
  const undraw = form.querySelector("[data-undraw]");
  const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const widths = { national: 5, county: 3.5, village: 2.5 };

  const map = L.map("closing-map", { zoomControl: true, attributionControl: false, boxZoom: false, zoomSnap: 0.25 });
  const towns = L.geoJSON(data.towns, { interactive: false });
  const flood = L.geoJSON(data.footprint, { interactive: false });
  const roads = L.geoJSON(data.roads, { bubblingMouseEvents: false });
  // A wider unseen line under each road, so that a finger meets it.
  const reach = L.geoJSON(data.roads, {
    bubblingMouseEvents: false,
    style: { weight: 22, opacity: 0 },
  });
  for (const layer of [towns, flood, roads, reach]) layer.addTo(map);
  const names = [];
  for (const layer of towns.getLayers()) {
    const name = document.createElement("span");
    names.push([name, layer.getBounds()]);
    name.textContent = layer.feature.properties.name;
    L.marker(layer.getBounds().getCenter(), {
      interactive: false,
      keyboard: false,
      icon: L.divIcon({ className: "town-name", html: name, iconSize: null }),
    }).addTo(map);
  }
  const around = roads.getLayers().length ? roads : towns;
  if (around.getLayers().length) map.fitBounds(around.getBounds().pad(0.02));

  // A name is shown where its township is wide enough for it.
  const fit = () => {
    for (const [name, bounds] of names) {
      const west = map.latLngToLayerPoint(bounds.getSouthWest()).x;
      const east = map.latLngToLayerPoint(bounds.getNorthEast()).x;
      name.hidden = east - west < name.textContent.length * 9;
    }
  };
  map.on("zoomend", fit);
  fit();

  const box = (number) => form.querySelector(`input[name="links"][value="${number}"]`);
  const chosen = () => form.querySelectorAll('input[name="links"]:checked').length;

  const paint = () => {
    const styles = (feature) => {
      const { number, shut, road_class: kind } = feature.properties;
      const on = box(number)?.checked;
      return {
        color: on || shut ? color("--danger") : color("--line-strong"),
        weight: (widths[kind] || 3) + (on ? 3 : 0),
        dashArray: { all: "2 8", heavy: "10 8" }[shut] || null,
        opacity: 1,
      };
    };
    roads.setStyle(styles);
    towns.setStyle({ color: color("--line-strong"), weight: 1, fillColor: color("--surface"), fillOpacity: 1 });
    flood.setStyle({ color: color("--info"), weight: 1, fillColor: color("--info"), fillOpacity: 0.18 });
    badge.textContent = chosen() || "";
  };

  let drawing = null;
  const corners = L.layerGroup().addTo(map);
  const shape = L.polygon([], { interactive: false }).addTo(map);

  const tell = (key) => (help.textContent = help.dataset[key]);
  const clear = () => {
    corners.clearLayers();
    shape.setLatLngs([]);
    field.value = "";
    undraw.hidden = true;
  };
  const finish = () => {
    const ring = drawing.map((p) => [+p.lng.toFixed(6), +p.lat.toFixed(6)]);
    field.value = JSON.stringify({ type: "Polygon", coordinates: [[...ring, ring[0]]] });
    drawing = null;
    corners.clearLayers();
    drawButton.setAttribute("aria-pressed", "false");
    undraw.hidden = false;
    for (const input of form.querySelectorAll('input[name="links"]:checked')) input.checked = false;
    paint();
    tell("drawn");
  };
  const corner = (at) => {
    drawing.push(at);
    shape.setLatLngs(drawing).setStyle({ color: color("--danger"), weight: 3, fillOpacity: 0.15 });
    const mark = L.marker(at, { icon: L.divIcon({ className: "draw-corner", iconSize: [20, 20] }) });
    if (drawing.length === 1) mark.on("click", () => drawing && drawing.length > 2 && finish());
    mark.addTo(corners);
  };
  const tapped = (event) => {
    if (drawing) return corner(event.latlng);
    const input = event.layer && box(event.layer.feature.properties.number);
    if (!input || input.disabled) return undefined;
    if (field.value) clear();
    input.checked = !input.checked;
    if (input.checked) input.closest("details").open = true;
    paint();
    return tell("pick");
  };
  map.on("click", (event) => drawing && corner(event.latlng));
  reach.on("click", tapped);
  roads.on("click", tapped);
  drawButton.addEventListener("click", () => {
    clear();
    drawing = drawing ? null : [];
    drawButton.setAttribute("aria-pressed", String(Boolean(drawing)));
    tell(drawing ? "drawing" : "pick");
  });
  undraw.addEventListener("click", () => {
    clear();
    tell("pick");
  });
  form.addEventListener("change", (event) => {
    if (event.target.name !== "links") return;
    if (field.value) clear();
    paint();
  });
  document.addEventListener("theme", paint);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);

  form.querySelector("[data-map-tools]").hidden = false;
  if (field.value) {
    shape.setLatLngs(JSON.parse(field.value).coordinates[0].map(([x, y]) => [y, x]));
    shape.setStyle({ color: color("--danger"), weight: 3, fillOpacity: 0.15 });
    undraw.hidden = false;
    tell("drawn");
  } else {
    tell("pick");
  }
  paint();
})();
