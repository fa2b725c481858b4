// The map's two canvases: points on one, and above it what changes without them. Each is drawn once a frame at most.
import { drawFront } from './front.js';
import { drawPoints } from './points.js';

// scene: what is to be seen, or null as long as that is nothing. resized: called before a new size is drawn.
export function createPainter(root, viewport, scene, resized) {
  const stage = root.querySelector('.stage'), back = root.querySelector('.back'), front = root.querySelector('.front');
  let dirty = { back: false, front: false }, frame = 0, ratio = 0, image = null, draws = 0;

  function draw() {
    cancelAnimationFrame(frame);
    frame = 0;
    const seen = scene();
    if (!seen || !viewport.width) return;
    const theme = themeOf(root);
    if (dirty.back) {
      const context = back.getContext('2d'), { points, hidden, state } = seen;
      if (image?.width !== back.width || image?.height !== back.height) {
        image = context.createImageData(back.width, back.height);
      }
      const { scale, nearness } = viewport;
      drawPoints(context, image, theme.ground, points, hidden, state.chosen, scale, ratio, nearness);
      root.dataset.draws = ++draws;
    }
    drawFront(front.getContext('2d'), seen, viewport, ratio, theme);
    dirty = { back: false, front: false };
  }

  const painter = {
    redraw(...layers) {
      layers.forEach((layer) => { dirty[layer] = true; });
      frame ||= requestAnimationFrame(draw);
    },

    resize() {
      const { clientWidth: width, clientHeight: height } = stage, now = window.devicePixelRatio || 1;
      if (!width || !height || (viewport.width === width && viewport.height === height && ratio === now)) return;
      ratio = now;
      viewport.resize(width, height);
      for (const canvas of [back, front]) {
        canvas.width = Math.round(width * ratio);
        canvas.height = Math.round(height * ratio);
      }
      if (!scene()) return;
      resized();
      dirty = { back: true, front: true };
      draw(); // at once: an empty canvas would flash
    },

    close() { observer.disconnect(); cancelAnimationFrame(frame); },
  };
  const observer = new ResizeObserver(painter.resize);
  observer.observe(stage);
  return painter;
}

// Colours (#rrggbb) and typeface of the page.
function themeOf(root) {
  const style = getComputedStyle(root), probe = root.querySelector('.front').getContext('2d');
  const colourOf = (name, otherwise) => {
    probe.fillStyle = otherwise;
    probe.fillStyle = style.getPropertyValue(name).trim();
    return probe.fillStyle.startsWith('#') ? probe.fillStyle : otherwise;
  };
  return {
    ground: colourOf('--st-background-color', '#ffffff'), ink: colourOf('--st-text-color', '#1b2530'),
    font: style.fontFamily,
  };
}
