// Going about the map: the view moves, who was pointed at is let go, and pictures and link follow when it rests.
import { hub } from './hub.js';
import { nearest, towards } from './picking.js';

const QUIET = 150; // milliseconds without a move until pictures are laid out anew
const REST = 600; // and until the link follows

export function createNavigation(content, viewport, pointing, painter, thumbnails) {
  let quiet = null, rest = null;

  function go(move) {
    if (!content.ready) return;
    move();
    pointing.leave();
    painter.redraw('back', 'front');
    clearTimeout(quiet);
    clearTimeout(rest);
    quiet = setTimeout(() => { thumbnails.layout(); painter.redraw('front'); }, QUIET);
    rest = setTimeout(() => hub.tell('pictures', 'view', viewport.text), REST);
  }

  const navigation = {
    pan: (...how) => go(() => viewport.pan(...how)),
    zoom: (...how) => go(() => viewport.zoom(...how)),
    home: () => go(viewport.home),

    // To the next person in the direction of an arrow key, and the view with them; from nobody to the middle.
    step(direction) {
      if (!content.ready) return;
      const { points, hidden } = content, { scale, width, height } = viewport;
      const row = pointing.row < 0
        ? nearest(points, hidden, scale, width / 2, height / 2, Infinity)
        : towards(points, hidden, scale, pointing.row, direction);
      if (row < 0) return;
      const x = scale.x(points.x[row]), y = scale.y(points.y[row]), { left, right, top, bottom } = scale.frame;
      if (x < left || y < top || x > right || y > bottom) navigation.pan(width / 2 - x, height / 2 - y);
      pointing.to(row);
    },

    close() { clearTimeout(quiet); clearTimeout(rest); },
  };
  return navigation;
}
