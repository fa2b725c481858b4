// A square of a picture as the numbers that a network takes.
import { SIZE } from './decode.js';

export function createCutter() {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = SIZE;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  /** The square's 256 x 256 pixels, RGBA: scaled, never stretched; black where the picture ends.
   * @param {CanvasImageSource} source
   * @param {import('./square.js').Square} square
   * @returns {Uint8ClampedArray} */
  return (source, { x, y, side }) => {
    const scale = SIZE / side;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = '#000';
    context.fillRect(0, 0, SIZE, SIZE);
    context.imageSmoothingQuality = 'high';
    context.setTransform(scale, 0, 0, scale, -x * scale, -y * scale);
    context.drawImage(source, 0, 0);
    return context.getImageData(0, 0, SIZE, SIZE).data;
  };
}

/** RGBA bytes to red, green and blue planes in [0, 1].
 * @param {Uint8ClampedArray} rgba
 * @returns {Float32Array} */
export function planes(rgba) {
  const area = rgba.length / 4, values = new Float32Array(3 * area);
  for (let at = 0; at < area; at++) {
    values[at] = rgba[4 * at] / 255;
    values[area + at] = rgba[4 * at + 1] / 255;
    values[2 * area + at] = rgba[4 * at + 2] / 255;
  }
  return values;
}
