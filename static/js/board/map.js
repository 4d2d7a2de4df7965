// The map on a board is fed by the board's own rows: one socket for both.

export function joinMap(store) {
  const feed = (layer) => {
    layer.apply(store.rows(), { reset: true });
    store.subscribe(({ fresh, rows }) =>
      (fresh ? layer.apply(store.rows(), { reset: true }) : layer.apply(rows)));
  };
  for (const layer of window.reliefMap?.layers || []) feed(layer);
  document.addEventListener("relief-map", (event) => feed(event.detail));

  // On a phone the map lies behind a tap; it learns its size when it is shown.
  const fold = document.querySelector("[data-map-fold]");
  if (!fold) return;
  const wide = matchMedia("(min-width: 48rem)");
  const settle = () => {
    for (const layer of window.reliefMap?.layers || []) {
      layer.map.invalidateSize();
      layer.whole?.();
    }
  };
  const unfold = () => {
    if (wide.matches) fold.open = true;
  };
  if (!wide.matches) fold.open = false;
  wide.addEventListener("change", unfold);
  fold.addEventListener("toggle", () => fold.open && settle());
}
