// Which square of a picture the network sees, as posecore/data/crops.py has it; it may reach beyond the picture.
import { SIZE } from './decode.js';

const GROWTH = 1.1; // how much larger than a person's box a square is, where the picture allows
const JOINTS_TO_BOX = 1.2; // a person's box over the extent of the joints
export const PERSON = 4; // sure joints that make a person

/** @typedef {{x: number, y: number, side: number}} Square left, top and side in the picture's pixels */

/** The smallest square that holds the whole picture: what lies beyond it is black.
 * @returns {Square} */
export function wholeSquare(width, height) {
  const side = Math.max(width, height);
  return { x: (width - side) / 2, y: (height - side) / 2, side };
}

/** The largest square within the picture, in its middle.
 * @returns {Square} */
export function middleSquare(width, height) {
  const side = Math.min(width, height);
  return { x: (width - side) / 2, y: (height - side) / 2, side };
}

/** The square around joints that were found, or null where they are too few to tell.
 * @param {[number, number][]} points in the picture's pixels
 * @param {boolean[]} sure
 * @returns {Square|null} */
export function squareAround(points, sure, width, height) {
  const known = points.filter((_, joint) => sure[joint]);
  if (known.length < PERSON) return null;
  const xs = known.map(([x]) => x), ys = known.map(([, y]) => y);
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const longer = Math.max((right - left) * JOINTS_TO_BOX, (bottom - top) * JOINTS_TO_BOX, 1);
  const side = Math.max(longer, Math.min(GROWTH * longer, width, height));
  const x = (left + right) / 2 - side / 2, y = (top + bottom) / 2 - side / 2;
  const lowest = Math.min(0, height - side), highest = Math.max(0, height - side);
  return { x, y: Math.min(Math.max(y, lowest), highest), side };
}

/** Points of the square's 256 x 256 pixels to the picture's.
 * @param {[number, number][]} points
 * @param {Square} square
 * @returns {[number, number][]} */
export function toPicture(points, { x, y, side }) {
  return points.map(([px, py]) => [(px * side) / SIZE + x, (py * side) / SIZE + y]);
}
