// The map of a drill's disaster: tap corners for another outline, or tap where the epicentre is.
// The form works without it: outlines and coordinates can be typed or come from a file.
"use strict";
(() => {
  const form = document.querySelector("[data-strike]");
  if (!form || !window.L) return;
  const data = JSON.parse(document.getElementById("strike-data").textContent);
  const field = (name) => form.querySelector(`[name="${name}"]`);
  const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const STEPS = [1, 300, 1000, 3000]; // people hit, at which a township's shade deepens
  const EARTH_KM = 111.32; // one degree of latitude

  const map = L.map("strike-map", { attributionControl: false, boxZoom: false, zoomSnap: 0.25 });
  const towns = L.geoJSON(data.towns, { interactive: false });
  const outline = L.geoJSON(data.outline, { interactive: false });
  const roads = L.geoJSON(data.roads, { interactive: false });
  for (const layer of [towns, outline, roads]) layer.addTo(map);
  const names = [];
  for (const layer of towns.getLayers()) {
    const name = document.createElement("span");
    name.textContent = layer.feature.properties.name;
    names.push([name, layer.getBounds()]);
    L.marker(layer.getBounds().getCenter(), {
      interactive: false,
      keyboard: false,
      icon: L.divIcon({ className: "town-name", html: name, iconSize: null }),
    }).addTo(map);
  }
  if (towns.getLayers().length) map.fitBounds(towns.getBounds().pad(0.02));
  else if (data.outline) map.fitBounds(outline.getBounds().pad(0.2));

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

  // Rings of an earthquake, as typed: ellipses around the epicentre.
  const rings = L.layerGroup().addTo(map);
  const number = (name) => Number.parseFloat(field(name)?.value);
  const ellipse = (lon, lat, long, short, turn) =>
    Array.from({ length: 73 }, (_, n) => {
      const angle = (n * Math.PI) / 36;
      const along = long * Math.cos(angle);
      const across = short * Math.sin(angle);
      const east = along * Math.sin(turn) + across * Math.cos(turn);
      const north = along * Math.cos(turn) - across * Math.sin(turn);
      return [lat + north / EARTH_KM, lon + east / (EARTH_KM * Math.cos((lat * Math.PI) / 180))];
    });
  const drawRings = () => {
    if (data.kind !== "earthquake") return;
    rings.clearLayers();
    const [lon, lat, turn] = [number("lon"), number("lat"), (number("azimuth") * Math.PI) / 180];
    if (!Number.isFinite(lon + lat + turn)) return;
    for (let n = 0; field(`ring-${n}-long_km`); n += 1) {
      const [long, short] = [number(`ring-${n}-long_km`), number(`ring-${n}-short_km`)];
      if (!Number.isFinite(long + short)) continue;
      L.polygon(ellipse(lon, lat, long, short, turn), {
        interactive: false, color: color("--danger"), weight: 2, fillOpacity: 0.08,
      }).addTo(rings);
    }
    L.marker([lat, lon], {
      interactive: false,
      keyboard: false,
      icon: L.divIcon({ className: "epicentre", iconSize: [16, 16] }),
    }).addTo(rings);
  };

  const paint = () => {
    towns.setStyle(({ properties: { people } }) => ({
      color: color("--line-strong"),
      weight: 1,
      fillColor: people ? color("--danger") : color("--surface"),
      fillOpacity: people ? 0.08 + 0.1 * STEPS.filter((step) => people >= step).length : 1,
    }));
    const quake = data.kind === "earthquake";
    outline.setStyle({ color: color("--info"), weight: quake ? 0 : 2, fillColor: color("--info"), fillOpacity: quake ? 0 : 0.25 });
    roads.setStyle({ color: color("--danger"), weight: 3, dashArray: "2 6" });
    drawRings();
  };

  // Another outline: its corners are tapped one after the other.
  const help = form.querySelector("[data-help]");
  const drawButton = form.querySelector("[data-draw]");
  const undraw = form.querySelector("[data-undraw]");
  const before = field("polygon")?.value;
  const corners = L.layerGroup().addTo(map);
  const shape = L.polygon([], { interactive: false }).addTo(map);
  let drawing = null;
  const tell = (key) => (help.textContent = help.dataset[key] || "");
  const clear = () => {
    corners.clearLayers();
    shape.setLatLngs([]);
    field("polygon").value = before;
    undraw.hidden = true;
  };
  const finish = () => {
    const ring = drawing.map((p) => [+p.lng.toFixed(5), +p.lat.toFixed(5)]);
    field("polygon").value = JSON.stringify({ type: "Polygon", coordinates: [[...ring, ring[0]]] });
    drawing = null;
    corners.clearLayers();
    drawButton.setAttribute("aria-pressed", "false");
    undraw.hidden = false;
    tell("drawn");
  };
  const corner = (at) => {
    drawing.push(at);
    shape.setLatLngs(drawing).setStyle({ color: color("--danger"), weight: 3, fillOpacity: 0.15 });
    const mark = L.marker(at, { icon: L.divIcon({ className: "draw-corner", iconSize: [20, 20] }) });
    if (drawing.length === 1) mark.on("click", () => drawing && drawing.length > 2 && finish());
    mark.addTo(corners);
  };
  map.on("click", ({ latlng }) => {
    if (drawing) return corner(latlng);
    if (data.kind !== "earthquake") return undefined;
    field("lon").value = latlng.lng.toFixed(4);
    field("lat").value = latlng.lat.toFixed(4);
    return drawRings();
  });
  drawButton?.addEventListener("click", () => {
    clear();
    drawing = drawing ? null : [];
    drawButton.setAttribute("aria-pressed", String(Boolean(drawing)));
    tell(drawing ? "drawing" : "none");
  });
  undraw?.addEventListener("click", () => {
    clear();
    tell("none");
  });
  form.addEventListener("input", drawRings);
  document.addEventListener("theme", paint);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
  form.querySelector("[data-map-tools]").hidden = false;
  paint();
})();
