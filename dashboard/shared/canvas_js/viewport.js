// Which part of the plane is in sight, and on how many pixels of the page it is drawn.
import { panned, rounded, scaleOf, zoomed } from './scales.js';

const EDGES = ['left', 'right', 'bottom', 'top'];

export function createViewport() {
  const viewport = {
    plane: null, view: null, whole: null, width: 0, height: 0,

    resize(width, height) { Object.assign(viewport, { width, height }); },

    get scale() { return scaleOf(viewport.view, viewport.width, viewport.height); },

    // How many times nearer than when everybody is in sight.
    get nearness() {
      const { view, whole } = viewport;
      return (whole.right - whole.left) / (view.right - view.left);
    },

    // Another plane is shown between `edges` (left, right, bottom, top) or whole. On the same plane the view stays
    // where it is; if it was the whole, it remains that.
    show(plane, whole, edges) {
      if (plane !== viewport.plane) {
        const [left, right, bottom, top] = edges ?? [];
        viewport.view = edges ? { left, right, bottom, top } : whole;
      } else if (isWhole()) viewport.view = whole;
      Object.assign(viewport, { plane, whole });
    },

    // dx, dy: how far in pixels the view `from` is dragged.
    pan(dx, dy, from = viewport.view) {
      viewport.view = panned(from, scaleOf(from, viewport.width, viewport.height), dx, dy);
    },

    // The view `from` around a pixel, its sides `factor` times as long.
    zoom(factor, x = viewport.width / 2, y = viewport.height / 2, from = viewport.view) {
      const scale = scaleOf(from, viewport.width, viewport.height);
      viewport.view = zoomed(from, viewport.whole, factor, scale.toX(x), scale.toY(y));
    },

    home() { viewport.view = viewport.whole; },

    // As the link names it: plane:left,right,bottom,top, or nothing where everybody is in sight.
    get text() {
      if (isWhole()) return '';
      const { left, right, bottom, top } = viewport.view, across = right - left, up = top - bottom;
      const edges = [rounded(left, across), rounded(right, across), rounded(bottom, up), rounded(top, up)];
      return `${viewport.plane}:${edges.join(',')}`;
    },
  };
  const isWhole = () => EDGES.every((edge) => viewport.view[edge] === viewport.whole[edge]);
  return viewport;
}
