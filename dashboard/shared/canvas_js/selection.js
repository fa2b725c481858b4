// Selecting people: an area drawn on the map, as the corners that the server is told.
import { hub } from './hub.js';
import { rounded } from './scales.js';

const CORNERS = 60;

export function createSelection(content, viewport, changed) {
  const selection = {
    draft: null, // the path in pixels while it is drawn, and until the server answers

    draw(path) { selection.draft = path; changed(); },

    // Whom a path encloses; one without an area is forgotten.
    enclose(path) {
      if (!content.ready) return;
      const text = areaText(path, viewport);
      if (text) hub.tell('canvas', 'area', text); else selection.draw(null);
    },

    visible() {
      if (!content.ready) return;
      const { left, right, top, bottom } = viewport.scale.frame;
      selection.enclose(boxOf([left, top], [right, bottom]));
    },

    clear() { selection.draw(null); hub.tell('canvas', 'area', ''); },
  };
  return selection;
}

// The corners of a rectangle with these two opposite each other.
export function boxOf([x0, y0], [x1, y1]) {
  return [[x0, y0], [x1, y0], [x1, y1], [x0, y1]];
}

// A path in pixels as the link names an area: plane:x,y,x,y,…; nothing for fewer than three corners.
export function areaText(path, { plane, view, scale }) {
  const across = view.right - view.left, up = view.top - view.bottom, corners = simplified(path, CORNERS);
  if (corners.length < 3) return '';
  const texts = corners.map(([x, y]) => `${rounded(scale.toX(x), across)},${rounded(scale.toY(y), up)}`);
  return `${plane}:${texts.join(',')}`;
}

// At most `most` corners: those that matter most for the shape (Ramer, Douglas, Peucker), coarser until they are few.
export function simplified(path, most) {
  const keep = (points, tolerance) => {
    if (points.length < 3) return points;
    const [a, b] = [points[0], points[points.length - 1]];
    const length = Math.hypot(b[0] - a[0], b[1] - a[1]);
    let far = 0, at = 0;
    for (let i = 1; i < points.length - 1; i++) {
      const [x, y] = points[i];
      const away = length
        ? Math.abs((b[0] - a[0]) * (a[1] - y) - (a[0] - x) * (b[1] - a[1])) / length
        : Math.hypot(x - a[0], y - a[1]);
      if (away > far) { far = away; at = i; }
    }
    if (far <= tolerance) return [a, b];
    return [...keep(points.slice(0, at + 1), tolerance).slice(0, -1), ...keep(points.slice(at), tolerance)];
  };
  let tolerance = 1, found = keep(path, tolerance);
  while (found.length > most) found = keep(path, (tolerance *= 1.5));
  return found;
}
