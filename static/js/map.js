// The county map. `reliefMap.attach(map, options)` draws the base and returns a layer that takes
// rows as boards do: `layer.apply([{t, i, a, v}], {reset})`; v = null takes the row away.
// Rows that wait for the map: `document.addEventListener("relief-map", e => e.detail.apply(...))`.
"use strict";
window.reliefMap = (() => {
  const { TARGET, sign, label } = window.reliefSymbols;
  const { Routes, along } = window.reliefRoutes;
  const cards = window.reliefCards;
  const PANES = { areas: 300, water: 330, homes: 340, roads: 350, closed: 370, trips: 380, signs: 610, names: 650 };
  const STEPS = [0.0001, 0.1, 0.25, 0.5]; // shares of the need at which the shade deepens
  const STREETS_FROM = 12, VILLAGES_FROM = 10.5, VILLAGE_NAMES_FROM = 12.5;
  const TICK = 10000;
  const FIRST_PAUSE = 1000, LAST_PAUSE = 30000; // before the base is asked for again
  const attached = [];

  class Layer {
    constructor(map, options) {
      this.map = map;
      this.words = options.words;
      this.chinese = Boolean(options.chinese);
      this.now = options.now || (() => window.reliefBook?.now() ?? Date.now());
      this.measure = "gap";
      this.tables = new Map();
      this.waiting = options.rows || [];
      this.dirty = new Set();
      this.trips = new Map();
      this.tiles = options.tiles;
      this.routes = new Routes(options.routeUrl, () => this.later());
      this.groups = {};
      for (const [name, z] of Object.entries(PANES)) {
        map.createPane(name).style.zIndex = z;
        this.groups[name] = L.layerGroup().addTo(map);
      }
      map.getPane("names").style.pointerEvents = "none";
      if (options.base) this.start(options.base);
      else this.ask(options.baseUrl, FIRST_PAUSE);
    }

    // Areas and roads, asked for again while the server or the network does not answer.
    async ask(url, pause) {
      let base = null;
      try {
        const answer = await fetch(url);
        if (answer.ok) base = await answer.json();
      } catch (error) {
        console.warn("map", error.message);
      }
      if (base) this.start(base);
      else setTimeout(() => this.ask(url, Math.min(2 * pause, LAST_PAUSE)), pause);
    }

    start(base) {
      this.base = base;
      this.towns = new Map();
      this.villages = new Map();
      this.places = new Map();
      this.drawAreas();
      this.drawRoads();
      this.drawVillages();
      this.drawPlaces();
      if (this.tiles) this.drawHomes();
      this.setFootprint(base.footprint || null);
      this.controls();
      this.map.on("zoomend moveend resize", () => this.declutter());
      this.whole();
      this.apply(this.waiting);
      const timer = setInterval(() => this.drawTrips(), TICK);
      this.map.on("unload", () => clearInterval(timer));
    }

    apply(rows, { reset = false } = {}) {
      if (!this.base) {
        this.waiting = reset ? [...rows] : [...this.waiting, ...rows];
        return;
      }
      if (reset) {
        for (const table of this.tables.keys()) this.dirty.add(table);
        this.tables.clear();
      }
      for (const { t, i, a, v } of rows) {
        this.dirty.add(t);
        if (!this.tables.has(t)) this.tables.set(t, new Map());
        if (v === null) this.tables.get(t).delete(String(i));
        else this.tables.get(t).set(String(i), { id: i, area: a, ...v });
        if (t === "closure") this.routes.forget(this.rows("delivery")
          .filter((row) => row.state === "planned").map((row) => row.id));
      }
      this.later();
    }

    rows(table) {
      return [...(this.tables.get(table) || new Map()).values()];
    }

    later() {
      if (this.pending) return;
      this.pending = true;
      requestAnimationFrame(() => {
        this.pending = false;
        this.draw();
      });
    }

    draw() {
      const changed = (...tables) => tables.some((table) => this.dirty.has(table));
      if (changed("need", "order_line", "gap")) this.drawNeeds();
      if (changed("closure")) this.drawClosures();
      if (changed("shelter")) this.drawShelters();
      if (changed("affected")) this.drawAffected();
      this.drawTrips();
      this.dirty.clear();
      this.declutter();
    }

    name(properties) {
      return this.chinese ? properties.name : properties.name_en || properties.name;
    }

    drawAreas() {
      const { county, townships } = this.base;
      const edge = county.geometry
        ? L.geoJSON(county, { pane: "areas", interactive: false, className: "map-county" })
        : null;
      for (const feature of townships.features) {
        const about = feature.properties;
        const shape = feature.geometry && L.geoJSON(feature, {
          pane: "areas", className: "map-town",
        }).addTo(this.groups.areas);
        const [lon, lat] = about.centre;
        const mark = L.marker([lat, lon], {
          pane: "names", interactive: false, keyboard: false, icon: label(this.name(about)),
        }).addTo(this.groups.names);
        const town = { about, shape, mark, unmet: null };
        if (shape) shape.bindPopup(() => cards.town(this, town));
        this.towns.set(about.path, town);
      }
      if (edge) {
        edge.addTo(this.groups.areas);
        this.bounds = edge.getBounds();
      } else {
        this.bounds = L.latLngBounds(townships.features.map(({ properties: { centre } }) =>
          [centre[1], centre[0]]));
      }
    }

    drawRoads() {
      for (const road of this.base.roads.features) {
        const kind = road.properties.road_class;
        L.geoJSON(road, {
          pane: "roads", interactive: false, className: `map-road map-road-${kind}`,
        }).addTo(this.groups.roads);
      }
    }

    drawVillages() {
      this.dots = L.layerGroup();
      this.villageNames = L.layerGroup();
      for (const feature of this.base.villages.features) {
        const about = feature.properties;
        const [lon, lat] = feature.geometry.coordinates;
        const dot = L.circleMarker([lat, lon], {
          pane: "roads", radius: 3.5, className: "map-village", interactive: false,
        }).addTo(this.dots);
        L.circleMarker([lat, lon], {
          pane: "roads", radius: TARGET / 2, className: "map-target",
        }).bindPopup(() => cards.village(this, about)).addTo(this.dots);
        const mark = L.marker([lat, lon], {
          pane: "names", interactive: false, keyboard: false,
          icon: label(this.name(about), "", "map-label-village"),
        }).addTo(this.villageNames);
        this.villages.set(about.path, { about, dot, mark, at: [lon, lat] });
      }
    }

    drawPlaces() {
      for (const place of this.base.places || []) {
        const name = this.name(place);
        const mark = L.marker([place.lat, place.lon], {
          pane: "signs", icon: sign(place.kind), title: `${this.words[place.kind]}: ${name}`,
          alt: name, riseOnHover: true, zIndexOffset: place.kind === "depot" ? 300 : 0,
        }).bindPopup(() => cards.place(this, place)).addTo(this.groups.signs);
        this.places.set(place.key, { about: place, mark });
      }
    }

    setFootprint(geometry) {
      this.groups.water.clearLayers();
      if (geometry) {
        L.geoJSON(geometry, { pane: "water", interactive: false, className: "map-footprint" })
          .addTo(this.groups.water);
      }
    }

    drawHomes() {
      const style = () => {
        const colour = getComputedStyle(this.map.getContainer()).getPropertyValue("--map-home").trim();
        return ({ households }, zoom) => ({
          radius: households ? Math.min(7, 1 + Math.sqrt(households) / 5) : zoom < 14 ? 1.2 : 2.2,
          stroke: false, fill: true, fillColor: colour, fillOpacity: households ? 0.4 : 0.6,
        });
      };
      const make = () => L.vectorGrid.protobuf(this.tiles, {
        pane: "homes", rendererFactory: L.canvas.tile, maxNativeZoom: 15, interactive: false,
        bounds: this.bounds, keepBuffer: 1,
        vectorTileLayerStyles: { points: style(), cells: style() },
      });
      this.homes = make().addTo(this.map);
      const redraw = () => {
        this.map.removeLayer(this.homes);
        this.homes = make().addTo(this.map);
      };
      document.addEventListener("theme", redraw);
      matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
    }

    townOf(path) {
      const parts = path.split("/");
      while (parts.length) {
        const found = this.towns.get(parts.join("/"));
        if (found) return found;
        parts.pop();
      }
      return null;
    }

    // Share of a township's need that is open, weighed by people, so that one item nobody has
    // does not paint a place as if nothing had come.
    drawNeeds() {
      const met = new Map();
      for (const line of this.rows("order_line")) {
        const part = this.measure === "gap" ? line.quantity - line.lost : line.received;
        met.set(line.need, (met.get(line.need) || 0) + part * line.stands_for);
      }
      const sums = new Map();
      for (const need of this.rows("need")) {
        const town = this.townOf(need.area);
        if (!town || need.quantity <= 0) continue;
        const sum = sums.get(town) || { open: 0, people: 0 };
        const weight = need.people || 1;
        sum.people += weight;
        sum.open += weight * (1 - Math.min(1, (met.get(need.id) || 0) / need.quantity));
        sums.set(town, sum);
      }
      const cut = new Set(this.rows("gap").filter((row) => row.why === "road")
        .map((row) => this.townOf(row.area)));
      for (const town of this.towns.values()) {
        const sum = sums.get(town);
        town.unmet = sum ? Math.round((sum.open / sum.people) * 1e6) / 1e6 : null;
        town.cut = cut.has(town);
        const step = town.unmet === null ? "none" : STEPS.filter((from) => town.unmet >= from).length;
        for (const path of town.shape ? town.shape.getLayers() : []) {
          path.getElement()?.setAttribute("data-step", step);
        }
        const figure = town.cut ? this.words.cut_off
          : town.unmet ? `${this.words.unmet} ${Math.ceil(town.unmet * 100)}%` : "";
        if (town.figure !== figure) {
          town.figure = figure;
          town.mark.setIcon(label(this.name(town.about), figure, town.cut ? "map-label-cut" : ""));
        }
      }
    }

    drawClosures() {
      const { words } = this;
      this.groups.closed.clearLayers();
      for (const row of this.rows("closure")) {
        if (row.reopened_at || !row.shape) continue;
        const text = () => cards.closure(this, row);
        const title = row.bars === "heavy" ? words.closed_heavy : words.closed;
        const line = L.geoJSON(row.shape, { pane: "closed", className: "map-closed" })
          .bindPopup(text).addTo(this.groups.closed);
        // One sign per few kilometres of closed stretches, or a flood hides the map in crosses.
        const seen = new Set();
        const parts = line.getLayers().flatMap((layer) => {
          const points = layer.getLatLngs();
          return L.LineUtil.isFlat(points) ? [points] : points;
        });
        for (const part of parts) {
          const middle = part[Math.floor(part.length / 2)];
          const spot = `${Math.round(middle.lat * 18)}/${Math.round(middle.lng * 13)}`;
          if (seen.has(spot)) continue;
          seen.add(spot);
          L.marker(middle, {
            pane: "signs", icon: sign("closed", 18), title, alt: title,
          }).bindPopup(text).addTo(this.groups.closed);
        }
      }
    }

    // Lines are drawn anew only when their row, state or way changed: an open card stays open.
    drawTrips() {
      const now = this.now();
      const kept = new Set();
      for (const row of this.rows("delivery")) {
        const from = this.places.get(row.origin), to = this.townOf(row.area);
        if (!from || !to || row.state === "cancelled") continue;
        const late = !row.received_at && Date.parse(row.arrives_at) < now;
        const state = row.received_at ? "finished" : row.state;
        const line = row.line || this.routes.line(row.id, [from.about.lon, from.about.lat], to.about.centre);
        const key = JSON.stringify([row, late, line.length]);
        kept.add(row.id);
        let trip = this.trips.get(row.id);
        if (!trip || trip.key !== key) {
          trip?.group.remove();
          trip = { key, ...this.drawTrip(row, state, late, line) };
          this.trips.set(row.id, trip);
        }
        if (trip.truck) {
          const start = Date.parse(row.dispatched_at || row.leaves_at);
          const share = (now - start) / Math.max(1, Date.parse(row.arrives_at) - start);
          const [lon, lat] = along(line, share);
          trip.truck.setLatLng([lat, lon]);
        }
      }
      for (const [id, { group }] of this.trips) {
        if (kept.has(id)) continue;
        group.remove();
        this.trips.delete(id);
      }
    }

    drawTrip(row, state, late, line) {
      const points = line.map(([lon, lat]) => [lat, lon]);
      const text = () => cards.trip(this, row, state, late);
      const group = L.layerGroup().addTo(this.groups.trips);
      L.polyline(points, { pane: "trips", className: `map-trip map-trip-${state}${late ? " map-trip-late" : ""}` })
        .bindPopup(text).addTo(group);
      const truck = state === "on_the_road" && L.marker(points[0], {
        pane: "signs", icon: sign("truck", 24), alt: row.number, zIndexOffset: 500,
        title: `${this.words.trip} ${row.number}: ${late ? this.words.late : this.words.on_the_road}`,
      }).bindPopup(text).addTo(group);
      return { group, truck };
    }

    drawShelters() {
      for (const row of this.rows("shelter")) {
        const place = this.places.get(`shelter:${row.shelter}`);
        if (!place) continue;
        place.people = row.people;
        place.capacity = row.capacity;
        const box = place.mark.getElement()?.querySelector(".map-sign");
        box?.classList.toggle("map-sign-in-use", row.people > 0);
        box?.classList.toggle("map-sign-full", row.capacity > 0 && row.people >= row.capacity);
      }
    }

    drawAffected() {
      for (const village of this.villages.values()) village.affected = null;
      for (const row of this.rows("affected")) {
        const village = this.villages.get(row.area);
        if (village) village.affected = row;
      }
      for (const { dot, affected, mark } of this.villages.values()) {
        dot.getElement()?.classList.toggle("map-village-affected", Boolean(affected));
        dot.setRadius(affected ? 5 : 3.5);
        mark.affected = Boolean(affected);
      }
    }

    controls() {
      window.reliefControls.add(this);
    }

    whole() {
      this.map.fitBounds(this.bounds, { padding: [18, 18], animate: false });
      this.declutter();
    }

    setMeasure(measure) {
      this.measure = measure;
      this.dirty.add("need");
      this.later();
    }

    // Names that would lie on each other: the township's goes before the village's.
    declutter() {
      const zoom = this.map.getZoom();
      const show = (layer, on) => (on ? layer.addTo(this.map) : layer.remove());
      show(this.dots, zoom >= VILLAGES_FROM);
      show(this.villageNames, zoom >= VILLAGE_NAMES_FROM);
      this.map.getContainer().dataset.near = zoom >= VILLAGES_FROM ? "near" : "far";
      if (zoom >= VILLAGES_FROM) this.drawAffected();
      const taken = [];
      const place = (mark, allowed) => {
        const box = mark.getElement()?.firstElementChild;
        if (!box) return;
        const { x, y } = this.map.latLngToContainerPoint(mark.getLatLng());
        const half = box.offsetWidth / 2 + 2, high = box.offsetHeight + 4;
        const free = taken.every((other) => Math.abs(other.x - x) > other.half + half
          || y - high > other.y || other.y - other.high > y);
        const shown = allowed && free;
        box.classList.toggle("map-label-hidden", !shown);
        if (shown) taken.push({ x, y, half, high });
      };
      const towns = [...this.towns.values()].sort((a, b) =>
        Number(a.about.street) - Number(b.about.street) || b.about.population - a.about.population);
      for (const { mark, about } of towns) place(mark, !about.street || zoom >= STREETS_FROM);
      if (zoom < VILLAGE_NAMES_FROM) return;
      const seen = this.map.getBounds();
      const villages = [...this.villages.values()].filter(({ at }) => seen.contains([at[1], at[0]]));
      villages.sort((a, b) => Number(b.mark.affected) - Number(a.mark.affected));
      for (const { mark } of villages) place(mark, true);
    }
  }

  const attach = (map, options) => {
    const layer = new Layer(map, options);
    attached.push(layer);
    document.dispatchEvent(new CustomEvent("relief-map", { detail: layer }));
    return layer;
  };

  return { attach, layers: attached };
})();
