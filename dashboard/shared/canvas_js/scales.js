// From a plane's coordinates to pixels of the canvas and back; ticks along its edges.
export const MARGIN = { left: 58, right: 12, top: 10, bottom: 44 };
const DEEPEST = 5000; // times the whole plane

export function home(x, y, also) {
  let [left, right, bottom, top] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < x.length; i++) {
    if (x[i] < left) left = x[i];
    if (x[i] > right) right = x[i];
    if (y[i] < bottom) bottom = y[i];
    if (y[i] > top) top = y[i];
  }
  for (const [px, py] of also) {
    left = Math.min(left, px); right = Math.max(right, px);
    bottom = Math.min(bottom, py); top = Math.max(top, py);
  }
  if (!(left <= right)) return { left: -1, right: 1, bottom: -1, top: 1 };
  const wide = 0.05 * (right - left) || 1, high = 0.05 * (top - bottom) || 1;
  return { left: left - wide, right: right + wide, bottom: bottom - high, top: top + high };
}

export function scaleOf(view, width, height) {
  const inner = { width: width - MARGIN.left - MARGIN.right, height: height - MARGIN.top - MARGIN.bottom };
  const across = inner.width / (view.right - view.left), up = inner.height / (view.top - view.bottom);
  return {
    inner, across, up,
    frame: { left: MARGIN.left, right: MARGIN.left + inner.width, top: MARGIN.top, bottom: MARGIN.top + inner.height },
    x: (value) => MARGIN.left + (value - view.left) * across,
    y: (value) => MARGIN.top + (view.top - value) * up,
    toX: (pixel) => view.left + (pixel - MARGIN.left) / across,
    toY: (pixel) => view.top - (pixel - MARGIN.top) / up,
  };
}

// The same view moved as far as the hand drags it, in pixels of that scale.
export function panned(view, scale, dx, dy) {
  return {
    left: view.left - dx / scale.across, right: view.right - dx / scale.across,
    bottom: view.bottom + dy / scale.up, top: view.top + dy / scale.up,
  };
}

// The same view nearer or farther, with the place (x, y) staying where it is.
export function zoomed(view, whole, factor, x, y) {
  const span = view.right - view.left, widest = whole.right - whole.left;
  const bounded = Math.min(Math.max(span * factor, widest / DEEPEST), 4 * widest) / span;
  return {
    left: x + (view.left - x) * bounded, right: x + (view.right - x) * bounded,
    bottom: y + (view.bottom - y) * bounded, top: y + (view.top - y) * bounded,
  };
}

export function ticks(low, high, about) {
  const rough = (high - low) / about, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((width) => width >= rough);
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  const found = [];
  for (let at = Math.ceil(low / step); at * step <= high; at++) {
    found.push([at * step, (at * step || 0).toFixed(digits).replace('-', '−')]);
  }
  return found;
}

// As many digits as tell one pixel from the next, so that links stay short.
export function rounded(value, span) {
  const digits = Math.min(9, Math.max(0, Math.ceil(-Math.log10(span / 5000))));
  return String(Number(value.toFixed(digits)));
}
