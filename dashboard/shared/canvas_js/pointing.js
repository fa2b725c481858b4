// Who is pointed at, with mouse, finger or keys: a card beside the point, and words for who cannot see it.
import { createCard } from './card.js';
import { hub } from './hub.js';
import { nearest } from './picking.js';

// changed: called when somebody else is pointed at.
export function createPointing(root, content, viewport, album, thumbnails, changed) {
  const card = createCard(root.querySelector('.card')), live = root.querySelector('.live');
  const idOf = (row) => content.points.ids[row];

  // Whose picture lies there, else whose point is nearest: pictures cover the points of others.
  const meant = ([x, y], reach) =>
    thumbnails.at(x, y) ?? nearest(content.points, content.hidden, viewport.scale, x, y, reach);

  const pointing = {
    row: -1, // -1 for nobody

    to(row) {
      if (row === pointing.row && row < 0) return;
      pointing.row = row;
      root.toggleAttribute('data-over', row >= 0);
      changed();
      if (row < 0) { card.leave(); card.hide(); return; }
      pointing.show();
      card.stay(() => content.ready && album.want(content.state, 'large', [idOf(row)]));
    },

    leave: () => pointing.to(-1),

    // reach: pixels within which a point is meant.
    near: (place, reach) => content.ready && pointing.to(meant(place, reach)),

    pick(place, reach) {
      if (!content.ready) return;
      const row = meant(place, reach);
      if (row >= 0) { pointing.to(row); pointing.open(); }
    },

    open: () => content.ready && pointing.row >= 0 && hub.tell('canvas', 'picked', idOf(pointing.row)),

    // The card, with the picture as soon as it is there.
    show() {
      if (!content.ready || pointing.row < 0) return;
      const { points, state } = content, { scale, width, height } = viewport, row = pointing.row, id = idOf(row);
      const text = points.classes[points.codes[row]].label, place = album.find(state, 'large', id);
      const alt = `${place?.kindWords ?? state.kindWords} of ${id}`;
      card.show(id, text, alt, place, scale.x(points.x[row]), scale.y(points.y[row]), width, height);
      const words = `${id}, ${state.colouring}: ${text}`;
      if (words !== live.textContent) live.textContent = words;
    },
  };
  return pointing;
}
