// What lies above the points: pictures, rings, the area that is drawn, the user's own picture, axes.
import { MARGIN, ticks } from './scales.js';
import { THUMBNAIL } from './thumbnails.js';

const OWN = '#D55E00';
const OWN_SIDE = 72; // pixels of the page at which the user's picture lies beside its star

// scene: points, state, own, album, pictured (rows), pointed (a row, or -1), draft (a path in pixels, or null).
// ratio: pixels of the canvas per pixel of the page. theme: ground, ink (colours) and font.
export function drawFront(context, scene, viewport, ratio, theme) {
  const { points, state, draft, pointed } = scene, { scale, width, height } = viewport, { ground, ink, font } = theme;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  context.save();
  context.beginPath();
  context.rect(MARGIN.left, MARGIN.top, scale.inner.width, scale.inner.height);
  context.clip();
  thumbnails(context, scene, scale);
  const path = draft ?? state.area.map(([x, y]) => [scale.x(x), scale.y(y)]);
  if (path.length) outline(context, path, ink);
  const ring = (i, radius, thick) => {
    if (i >= 0) circle(context, scale.x(points.x[i]), scale.y(points.y[i]), radius, thick, ground, ink);
  };
  state.marked.forEach((id) => ring(points.rows.get(id), 7, 1.5));
  ring(points.rows.get(state.person), 9, 2.5);
  ring(pointed, 6, 2);
  if (state.placed) placed(context, scene, scale, theme);
  context.restore();
  axes(context, state.titles, viewport.view, scale, ink, font);
}

function thumbnails(context, { points, state, album, pictured }, scale) {
  for (const i of pictured) {
    const place = album.find(state, 'small', points.ids[i]);
    if (!place?.sheet) continue;
    const left = scale.x(points.x[i]) - THUMBNAIL / 2, top = scale.y(points.y[i]) - THUMBNAIL / 2;
    context.fillStyle = points.classes[points.codes[i]].colour;
    context.fillRect(left - 1.5, top - 1.5, THUMBNAIL + 3, THUMBNAIL + 3);
    context.drawImage(place.sheet, place.left, place.top, place.tile, place.tile, left, top, THUMBNAIL, THUMBNAIL);
  }
}

// The user's own picture, at a star with words beside it.
function placed(context, { state, own }, scale, { ground, ink, font }) {
  const [x, y] = [scale.x(state.placed[0]), scale.y(state.placed[1])];
  if (own) beside(context, own, x, y, scale.frame);
  star(context, x, y, ground);
  context.font = `600 12px ${font}`;
  context.textAlign = 'left';
  Object.assign(context, { lineWidth: 4, strokeStyle: ground, lineJoin: 'round', fillStyle: ink });
  context.strokeText(state.placedWords, x + 16, y + 4);
  context.fillText(state.placedWords, x + 16, y + 4);
}

function outline(context, path, ink) {
  context.beginPath();
  path.forEach(([x, y], k) => (k ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.closePath();
  context.setLineDash([6, 4]);
  Object.assign(context, { lineWidth: 2, strokeStyle: ink });
  context.stroke();
  context.setLineDash([]);
}

// With a rim in the colour of the ground, so that it is seen on every picture.
function circle(context, x, y, radius, thick, ground, ink) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  Object.assign(context, { lineWidth: thick + 2.5, strokeStyle: ground });
  context.stroke();
  Object.assign(context, { lineWidth: thick, strokeStyle: ink });
  context.stroke();
}

// To the lower right of a place, or to whichever side there is room.
function beside(context, picture, x, y, frame) {
  const left = x + 16 + OWN_SIDE < frame.right ? x + 16 : x - 16 - OWN_SIDE;
  const top = y + 14 + OWN_SIDE < frame.bottom ? y + 14 : y - 14 - OWN_SIDE;
  context.fillStyle = OWN;
  context.fillRect(left - 2, top - 2, OWN_SIDE + 4, OWN_SIDE + 4);
  context.drawImage(picture, left, top, OWN_SIDE, OWN_SIDE);
}

function star(context, x, y, ground) {
  context.beginPath();
  for (let k = 0; k < 10; k++) {
    const turn = (k * Math.PI) / 5 - Math.PI / 2, far = k % 2 ? 5.5 : 13;
    context.lineTo(x + far * Math.cos(turn), y + far * Math.sin(turn));
  }
  context.closePath();
  Object.assign(context, { fillStyle: OWN, lineWidth: 2, strokeStyle: ground });
  context.fill();
  context.stroke();
}

function axes(context, titles, view, scale, ink, font) {
  const { inner } = scale, foot = scale.frame.bottom;
  Object.assign(context, { strokeStyle: ink, fillStyle: ink, lineWidth: 1, globalAlpha: 0.35 });
  context.strokeRect(MARGIN.left + 0.5, MARGIN.top + 0.5, inner.width - 1, inner.height - 1);
  Object.assign(context, { globalAlpha: 1, font: `12px ${font}`, textAlign: 'center' });
  for (const [value, text] of ticks(view.left, view.right, inner.width / 90)) {
    context.fillText(text, scale.x(value), foot + 16);
    context.fillRect(scale.x(value), foot, 1, 4);
  }
  context.fillText(titles[0], MARGIN.left + inner.width / 2, foot + 36, inner.width);
  context.textAlign = 'right';
  for (const [value, text] of ticks(view.bottom, view.top, inner.height / 60)) {
    context.fillText(text, MARGIN.left - 8, scale.y(value) + 4);
    context.fillRect(MARGIN.left - 4, scale.y(value), 4, 1);
  }
  context.save();
  context.textAlign = 'center';
  context.translate(14, MARGIN.top + inner.height / 2);
  context.rotate(-Math.PI / 2);
  context.fillText(titles[1], 0, 0, inner.height);
  context.restore();
}
