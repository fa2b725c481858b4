// Heatmaps to joints, as posecore/data/heatmaps.py and posecore/studies/skips/certainty.py have it.
export const SIZE = 256; // pixels of the square that the network sees, along one side

/**
 * The centre of every joint's strongest cell, the first of equal ones, in pixels of the square.
 * @param {Float32Array} heatmaps joint by joint, row by row
 * @param {number} joints
 * @param {number} cells along one side of a heatmap
 * @returns {{points: [number, number][], peaks: number[]}}
 */
export function decode(heatmaps, joints, cells) {
  const points = [], peaks = [], area = cells * cells, pixels = SIZE / cells;
  for (let joint = 0; joint < joints; joint++) {
    let best = joint * area;
    for (let at = best + 1; at < (joint + 1) * area; at++) if (heatmaps[at] > heatmaps[best]) best = at;
    const cell = best - joint * area;
    points.push([((cell % cells) + 0.5) * pixels, (Math.floor(cell / cells) + 0.5) * pixels]);
    peaks.push(heatmaps[best]);
  }
  return { points, peaks };
}

/**
 * Which joints are sure under a mask such as '1011'; with all skips on, none where no person is seen.
 * @param {number[]} peaks
 * @param {{sure_above: Object<string, number|null>|null, person_above: number|null}} network
 * @param {string} mask
 * @returns {boolean[]} all of those above zero where the network's bundle does not tell
 */
export function sureJoints(peaks, network, mask) {
  if (!network.sure_above) return peaks.map((peak) => peak > 0);
  const above = network.sure_above[mask];
  const person = mask.includes('0') || network.person_above === null || median(peaks) >= network.person_above;
  return peaks.map((peak) => person && above !== null && peak > above && peak > 0);
}

/** @param {number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b), middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
