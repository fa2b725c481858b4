// Small pictures on the map: where they lie, thinned so that none covers another.
import { MARGIN } from './scales.js';

export const THUMBNAIL = 50; // pixels of the page
const APART = 3;

export function createThumbnails(root, content, viewport, album) {
  const place = (i) => album.find(content.state, 'small', content.points.ids[i]);
  const thumbnails = {
    rows: [], // of the people whose pictures lie on the map, or will as soon as they are there

    // Which pictures lie on the map, and a question for those that are not there yet.
    layout() {
      if (!content.ready || !viewport.width) return;
      const { points, state, hidden } = content;
      const barred = (i) => place(i)?.sheet === null;
      const rows = state.inPlace ? thinned(points, hidden, state.chosen, viewport.scale, barred) : [];
      thumbnails.rows = rows;
      root.dataset.shown = rows.length;
      root.dataset.pictured = rows.filter((i) => place(i)?.sheet).length;
      album.want(state, 'small', rows.map((i) => points.ids[i]));
    },

    // The row of whose picture covers that pixel, if one does.
    at(px, py) {
      const { points } = content, { scale } = viewport, half = THUMBNAIL / 2;
      const covers = (i) => Math.abs(scale.x(points.x[i]) - px) <= half && Math.abs(scale.y(points.y[i]) - py) <= half;
      return thumbnails.rows.find((i) => covers(i) && place(i)?.sheet);
    },
  };
  return thumbnails;
}

// Rows of people whose pictures fit beside each other, the first in the table first; `barred` says who has none.
export function thinned(points, hidden, chosen, scale, barred) {
  const pitch = THUMBNAIL + APART, half = THUMBNAIL / 2;
  const columns = Math.ceil(scale.inner.width / pitch) + 1, rows = Math.ceil(scale.inner.height / pitch) + 1;
  const cells = new Int32Array(columns * rows).fill(-1), found = [], xs = [], ys = [];
  const { x, y, codes } = points;
  const right = scale.inner.width - half, bottom = scale.inner.height - half;
  const shiftX = scale.x(0) - MARGIN.left, shiftY = scale.y(0) - MARGIN.top;
  const free = (px, py, column, row) => {
    for (let r = Math.max(0, row - 1); r <= Math.min(rows - 1, row + 1); r++) {
      for (let c = Math.max(0, column - 1); c <= Math.min(columns - 1, column + 1); c++) {
        const other = cells[r * columns + c];
        if (other >= 0 && Math.abs(xs[other] - px) < pitch && Math.abs(ys[other] - py) < pitch) return false;
      }
    }
    return true;
  };
  for (let i = 0; i < x.length; i++) {
    if (hidden[codes[i]] || (chosen && !((chosen[i >> 3] >> (i & 7)) & 1))) continue;
    const px = x[i] * scale.across + shiftX, py = shiftY - y[i] * scale.up;
    if (!(px >= half && px <= right && py >= half && py <= bottom)) continue;
    const column = Math.floor(px / pitch), row = Math.floor(py / pitch);
    if (cells[row * columns + column] >= 0 || !free(px, py, column, row) || barred(i)) continue;
    cells[row * columns + column] = found.length;
    found.push(i); xs.push(px); ys.push(py);
  }
  return found;
}
