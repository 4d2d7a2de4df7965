// What stands on the map's edge: zoom, the legend with its two measures, and the schematic stamp.
"use strict";
window.reliefControls = (() => {
  const { element, picture } = window.reliefSymbols;

  const button = (sign, name, act) => {
    const made = element("button", "map-button", sign);
    made.type = "button";
    made.title = name;
    made.setAttribute("aria-label", name);
    made.addEventListener("click", act);
    return made;
  };

  const control = (position, build) => {
    const made = L.control({ position });
    made.onAdd = () => {
      const box = build();
      L.DomEvent.disableClickPropagation(box);
      L.DomEvent.disableScrollPropagation(box);
      return box;
    };
    return made;
  };

  const zoom = (layer) => control("topleft", () => {
    const box = element("div", "map-zoom");
    box.append(
      button("+", layer.words.zoom_in, () => layer.map.zoomIn(1)),
      button("−", layer.words.zoom_out, () => layer.map.zoomOut(1)),
      button("⤢", layer.words.whole, () => layer.whole()),
    );
    return box;
  });

  const swatch = (className, text) => {
    const row = element("li", "map-legend-row");
    row.append(element("span", `map-swatch ${className}`), element("span", "", text));
    return row;
  };

  const signRow = (kind, text) => {
    const row = element("li", "map-legend-row");
    const box = element("span", `map-sign map-sign-small map-sign-${kind}`);
    box.append(picture(kind));
    row.append(box, element("span", "", text));
    return row;
  };

  const measures = (layer) => {
    const box = element("div", "map-measures");
    for (const measure of ["gap", "received"]) {
      const choice = button(layer.words[measure], layer.words[measure], () => {
        layer.setMeasure(measure);
        for (const other of box.children) {
          other.setAttribute("aria-pressed", String(other === choice));
        }
      });
      choice.removeAttribute("title");
      choice.setAttribute("aria-pressed", String(layer.measure === measure));
      box.append(choice);
    }
    return box;
  };

  const scale = () => {
    const box = element("ol", "map-scale");
    const steps = ["0%", "<10%", "<25%", "<50%", "≥50%"];
    steps.forEach((text, step) => {
      const part = element("li", "", text);
      part.dataset.step = step;
      box.append(part);
    });
    return box;
  };

  const legend = (layer) => control("bottomright", () => {
    const { words, base } = layer;
    const box = element("details", "map-legend");
    box.open = layer.map.getSize().x > 900;
    box.append(element("summary", "", words.legend));
    box.append(measures(layer), scale());
    const list = element("ul");
    const kinds = new Set((base.places || []).map((place) => place.kind));
    for (const kind of ["depot", "point", "supplier", "yard", "shelter"]) {
      if (kinds.has(kind)) list.append(signRow(kind, words[kind]));
    }
    list.append(signRow("truck", `${words.trip}: ${words.on_the_road}`));
    list.append(swatch("map-swatch-planned", `${words.trip}: ${words.planned}`));
    list.append(swatch("map-swatch-closed", words.closed));
    if (base.footprint) list.append(swatch("map-swatch-footprint", words.footprint));
    list.append(swatch("map-swatch-affected", words.affected));
    if (layer.homes) list.append(swatch("map-swatch-home", words.home));
    box.append(list);
    return box;
  });

  const stamp = (layer) => control("bottomleft", () =>
    element("p", "map-stamp", layer.words.schematic));

  const add = (layer) => {
    zoom(layer).addTo(layer.map);
    legend(layer).addTo(layer.map);
    if (layer.base.schematic) stamp(layer).addTo(layer.map);
    L.control.scale({ imperial: false, position: "topright" }).addTo(layer.map);
  };

  return { add };
})();
