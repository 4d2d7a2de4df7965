// What a click on the map tells: short cards, built from rows as text.
"use strict";
window.reliefCards = (() => {
  const { card, number, time } = window.reliefSymbols;

  const town = (layer, { about, unmet, cut }) => {
    const { chinese, words } = layer;
    const open = unmet === null ? words.no_need : `${Math.ceil(unmet * 100)}%`;
    return card(layer.name(about), words.township, [
      [words.population, number(about.population, chinese)],
      [words.households, number(about.households, chinese)],
      [words[layer.measure], cut ? words.cut_off : open],
    ]);
  };

  const village = (layer, about) => {
    const { chinese, words } = layer;
    const { affected } = layer.villages.get(about.path);
    return card(layer.name(about), words.village, [
      [words.households, number(about.households, chinese)],
      [words.presumed, affected && number(affected.presumed_households, chinese)],
      [words.confirmed, affected && number(affected.confirmed_households, chinese)],
    ]);
  };

  const place = (layer, about) => {
    const { chinese, words } = layer;
    const known = layer.places.get(about.key);
    return card(layer.name(about), words[about.kind], [
      [words.people, number(known.people, chinese)],
      [words.capacity, number(known.capacity ?? about.capacity, chinese)],
    ]);
  };

  const trip = ({ chinese, words }, row, state, late) =>
    card(`${words.trip} ${row.number}`, late ? `${words[state]} · ${words.late}` : words[state], [
      [words.plate, row.plate],
      [words.leaves, time(row.dispatched_at || row.leaves_at, chinese)],
      [words.arrives, time(row.received_at || row.arrives_at, chinese)],
      [words.due, time(row.due_at, chinese)],
    ]);

  const closure = ({ chinese, words }, row) =>
    card(row.bars === "heavy" ? words.closed_heavy : words.closed, row.reason, [[words.closed_since, time(row.closed_at, chinese)]]);

  return { town, village, place, trip, closure };
})();
