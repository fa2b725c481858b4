// One network's view of a picture: a canvas, a line below it, a row of times.
import { drawHeatmaps, drawPicture, drawSkeleton, drawSquare } from './drawing.js';
import { decode, sureJoints } from './decode.js';
import { toPicture } from './square.js';
import { createTimes } from './times.js';
import { WORDS } from './words.js';

/** @typedef {{network: Object, square: import('./square.js').Square, points: [number, number][], peaks: number[], sure: boolean[]}} Found
 * points in the picture's pixels */

export function createView(figure, row) {
  const canvas = figure.querySelector('canvas'), caption = figure.querySelector('figcaption');
  let times = createTimes(), of = null, by = null;
  return {
    /** Looks with a network through a square of the picture, and shows what it finds.
     * @returns {Promise<Found>} */
    async look(engine, network, picture, square, cut, { mask, skeleton, heatmaps }, mirrored) {
      if (of !== network || by !== engine) { of = network; by = engine; times = createTimes(); }
      const began = performance.now(), rgba = cut(picture.image, square), cutting = performance.now() - began;
      const answer = await engine.run(network, rgba, mask), came = performance.now();
      const { points: inSquare, peaks } = decode(answer.heatmaps, answer.joints, answer.cells);
      const points = toPicture(inSquare, square), sure = sureJoints(peaks, network, mask);
      const decoding = performance.now() - came;
      times.add({ preparing: cutting + answer.preparing, network: answer.network, decoding });
      figure.classList.toggle('mirrored', mirrored);
      const scale = drawPicture(canvas, picture.image, picture.width, picture.height);
      if (heatmaps) drawHeatmaps(canvas, scale, square, answer, network.joints.colours);
      drawSquare(canvas, scale, square);
      if (skeleton) drawSkeleton(canvas, scale, square.side, points, peaks, sure, network.joints);
      const count = sure.filter(Boolean).length;
      caption.textContent = `${network.name}: ${count ? WORDS.found(count, sure.length) : WORDS.nobody}`;
      canvas.ariaLabel = WORDS.picture(network.name, count, sure.length);
      this.showTimes();
      return { network, square, points, peaks, sure };
    },

    showTimes() {
      const found = times.summary, cells = [of?.name ?? ''];
      if (found) cells.push(...['preparing', 'network', 'decoding', 'p50', 'p95'].map((part) => found[part].toFixed(found[part] < 10 ? 1 : 0)));
      row.replaceChildren(...[...cells, '–', '–', '–', '–', '–'].slice(0, 6).map((text, at) => {
        const cell = document.createElement(at ? 'td' : 'th');
        if (!at) cell.scope = 'row';
        cell.textContent = text;
        return cell;
      }));
    },

    hide(hidden) { figure.hidden = row.hidden = hidden; },
  };
}
