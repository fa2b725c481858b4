// What stands in the address after #, so that a copied link opens the same.
const SKIPS = 4;

/** @typedef {{first: string, second: string, mask: string, skeleton: boolean, heatmaps: boolean, chip: boolean}} Settings */

/** @param {string} hash
 * @param {string[]} names of the networks there are
 * @returns {Settings} with what is not usable left as it is by itself */
export function readSettings(hash, names) {
  const given = new URLSearchParams(hash.replace(/^#/, '')), mask = given.get('skips') ?? '';
  const known = (name) => names.includes(name);
  return {
    first: known(given.get('network')) ? given.get('network') : names[0] ?? '',
    second: known(given.get('beside')) ? given.get('beside') : '',
    mask: new RegExp(`^[01]{${SKIPS}}$`).test(mask) ? mask : '1'.repeat(SKIPS),
    skeleton: given.get('skeleton') !== '0',
    heatmaps: given.get('heatmaps') === '1',
    chip: given.get('chip') === '1',
  };
}

/** @param {Settings} settings
 * @param {string[]} names
 * @returns {string} without what is as it is by itself */
export function writeSettings(settings, names) {
  const usual = readSettings('', names), text = new URLSearchParams();
  if (settings.first !== usual.first) text.set('network', settings.first);
  if (settings.second) text.set('beside', settings.second);
  if (settings.mask !== usual.mask) text.set('skips', settings.mask);
  if (!settings.skeleton) text.set('skeleton', '0');
  if (settings.heatmaps) text.set('heatmaps', '1');
  if (settings.chip) text.set('chip', '1');
  return `${text}` ? `#${text}` : '';
}
