// "Measure this phone": the networks in turn over one picture, and what is handed to phone_times.py.
import { quantile, WARM_UP } from './times.js';

const RUNS = 30;
const SVG = 'http://www.w3.org/2000/svg';

/** Times every network, run by run in turn, so that all of them meet the same disturbances.
 * @returns {Promise<Object>} the file's content: milliseconds of every run of the network alone */
export async function measure(engine, networks, rgba, progress, runs = RUNS) {
  const milliseconds = networks.map(() => []);
  for (const network of networks) await engine.open(network);
  for (let run = -WARM_UP; run < runs; run++) {
    for (const [at, network] of networks.entries()) {
      const answer = await engine.run(network, rgba.slice(), '1111');
      if (run >= 0) milliseconds[at].push(Number(answer.network.toFixed(2)));
    }
    progress(Math.max(0, run + 1), runs);
  }
  return {
    schema: 1, browser: navigator.userAgent, cores: navigator.hardwareConcurrency ?? null, threads: engine.threads, on: engine.on,
    when: new Date().toISOString(),
    networks: networks.map(({ name, precision, bytes, macs, sha256 }, at) => ({ name, precision, bytes, macs, sha256, milliseconds: milliseconds[at] })),
  };
}

/** Bars of p50, and a line to p95. */
export function chartOf({ networks }) {
  const rows = networks.map(({ name, milliseconds }) => ({ name, p50: quantile(milliseconds, 0.5), p95: quantile(milliseconds, 0.95) }));
  const most = Math.max(...rows.map(({ p95 }) => p95)), height = 44 * rows.length + 8;
  const svg = make('svg', { viewBox: `0 0 360 ${height}`, role: 'img' });
  const told = rows.map(({ name, p50, p95 }) => `${name} p50 ${p50.toFixed(0)}, p95 ${p95.toFixed(0)}`).join('; ');
  svg.setAttribute('aria-label', `Milliseconds of the network: ${told}`);
  rows.forEach(({ name, p50, p95 }, at) => {
    const top = 44 * at + 4, across = (value) => (value / most) * 340;
    svg.append(
      make('text', { x: 0, y: top + 12 }, `${name}: p50 ${p50.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms`),
      make('rect', { class: 'bar', x: 0, y: top + 18, width: across(p50), height: 16 }),
      make('line', { class: 'span', x1: across(p50), x2: across(p95), y1: top + 26, y2: top + 26 }),
    );
  });
  return svg;
}

function make(name, attributes, text = '') {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.textContent = text;
  return element;
}
