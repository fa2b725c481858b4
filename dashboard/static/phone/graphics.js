// The graphics chip in the processor's place, where there is one and it gives the same answers.
const MOST = 0.02; // difference of two heatmaps, as a share of the highest peak

export async function hasGraphics(gpu = navigator.gpu) {
  try { return Boolean(await gpu?.requestAdapter()); } catch { return false; }
}

/** Whether two answers to one picture are the same but for rounding.
 * @param {import('./engine.js').Answer} one
 * @param {import('./engine.js').Answer} other */
export function agrees(one, other) {
  let top = 0, most = 0;
  for (const [at, value] of one.heatmaps.entries()) {
    top = Math.max(top, Math.abs(value));
    most = Math.max(most, Math.abs(value - other.heatmaps[at])); // once no number, always none
  }
  return one.heatmaps.length === other.heatmaps.length && most <= MOST * top;
}

/** An engine on the chip with these networks loaded, or null where one does not start or answers otherwise.
 * @param {Uint8ClampedArray} rgba a picture to try them on */
export async function tryGraphics(processor, chip, networks, rgba) {
  try {
    for (const network of networks) {
      await chip.open(network);
      const ours = await processor.run(network, rgba.slice(), '1111');
      if (!agrees(ours, await chip.run(network, rgba.slice(), '1111'))) throw new Error('another answer');
    }
    return chip;
  } catch {
    chip.end();
    return null;
  }
}
