// The picture, what the network finds in it, and the square it looked at.
import { SIZE } from './decode.js';

const MOST = 1024; // pixels of the canvas along its longer side

/** Makes a canvas as large as the picture is shown, and draws it.
 * @returns {number} how many of the canvas's pixels one of the picture's is */
export function drawPicture(canvas, source, width, height) {
  const scale = Math.min(1, MOST / Math.max(width, height)) * (Math.max(width, height) < 512 ? 512 / Math.max(width, height) : 1);
  const [across, down] = [Math.round(width * scale), Math.round(height * scale)];
  if (canvas.width !== across || canvas.height !== down) Object.assign(canvas, { width: across, height: down });
  canvas.getContext('2d').drawImage(source, 0, 0, across, down);
  return scale;
}

/** The square that the network saw. */
export function drawSquare(canvas, scale, { x, y, side }) {
  const context = canvas.getContext('2d');
  context.setLineDash([8, 6]);
  for (const [ink, width] of [['#000', 4], ['#fff', 2]]) {
    Object.assign(context, { strokeStyle: ink, lineWidth: width });
    context.strokeRect(x * scale, y * scale, side * scale, side * scale);
  }
  context.setLineDash([]);
}

/** All maps over the picture, each in its joint's colour, opaque where it is strongest. */
export function drawHeatmaps(canvas, scale, square, { heatmaps, joints, cells }, colours) {
  const image = new ImageData(cells, cells), area = cells * cells;
  let top = 0;
  for (const value of heatmaps) if (value > top) top = value;
  const inks = colours.map((colour) => colour === '#000000' ? [255, 255, 255] : rgb(colour));
  for (let at = 0; at < area && top > 0; at++) {
    let most = 0, best = 0;
    for (let joint = 0; joint < joints; joint++) {
      const strength = heatmaps[joint * area + at] / top;
      if (strength > most) { most = strength; best = joint; }
    }
    image.data.set([...inks[best], Math.min(1, most) * 217], 4 * at);
  }
  const small = new OffscreenCanvas(cells, cells);
  small.getContext('2d').putImageData(image, 0, 0);
  const context = canvas.getContext('2d');
  context.fillStyle = 'rgba(0, 0, 0, 0.38)';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingEnabled = true;
  context.drawImage(small, square.x * scale, square.y * scale, square.side * scale, square.side * scale);
}

/** Limbs and joints; those that are not sure as thin lines and rings.
 * @param {[number, number][]} points in the picture's pixels */
export function drawSkeleton(canvas, scale, side, points, peaks, sure, { limbs, colours }) {
  const context = canvas.getContext('2d'), pen = Math.max(1, (side * scale) / SIZE);
  const place = (joint) => points[joint].map((value) => value * scale);
  const line = ([a, b], ink, width) => {
    context.beginPath(); context.moveTo(...place(a)); context.lineTo(...place(b));
    Object.assign(context, { strokeStyle: ink, lineWidth: width, lineCap: 'round' });
    context.stroke();
  };
  const ring = (joint, radius, ink, width) => {
    context.beginPath(); context.arc(...place(joint), radius, 0, 2 * Math.PI);
    if (width) { Object.assign(context, { strokeStyle: ink, lineWidth: width }); context.stroke(); }
    else { context.fillStyle = ink; context.fill(); }
  };
  const shown = limbs.filter(([a, b]) => peaks[a] > 0 && peaks[b] > 0), both = ([a, b]) => sure[a] && sure[b];
  for (const limb of shown.filter((each) => !both(each))) line(limb, colours[limb[1]], 0.6 * pen);
  for (const limb of shown.filter(both)) line(limb, '#fff', 1.5 * pen + 2);
  for (const limb of shown.filter(both)) line(limb, colours[limb[1]], 1.5 * pen);
  points.forEach((_, joint) => {
    if (!(peaks[joint] > 0)) return;
    if (sure[joint]) { ring(joint, 3.6 * pen, '#fff'); ring(joint, 2.6 * pen, colours[joint]); return; }
    ring(joint, 3.4 * pen, '#fff', 1.6 * pen); ring(joint, 3 * pen, colours[joint], pen);
  });
}

function rgb(colour) {
  const value = parseInt(colour.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}
