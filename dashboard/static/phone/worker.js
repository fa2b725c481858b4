// The networks at work, apart from the page so that it answers while they compute.
import { planes } from './pixels.js';
import { ENGINES, RUNTIME } from './runtime.js';

let ort = null, provider = null;
const sessions = new Map(); // promises by the network's name

async function load(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  const bytes = new Uint8Array(await answer.arrayBuffer());
  return ort.InferenceSession.create(bytes, { executionProviders: [provider] });
}

// The network, loaded unless it is there.
function sessionOf({ name, address }) {
  if (!sessions.has(name)) {
    const loading = load(address);
    loading.catch(() => sessions.delete(name));
    sessions.set(name, loading);
  }
  return sessions.get(name);
}

const work = {
  // threads: 1 or more; more than one needs a page that is isolated. on: a name of ENGINES.
  async start({ threads, on }) {
    provider = on;
    ort = await import(RUNTIME + ENGINES[on]);
    ort.env.wasm.wasmPaths = new URL(RUNTIME, self.location.href).href;
    ort.env.wasm.numThreads = threads;
    ort.env.logLevel = 'error';
    return {};
  },

  async open({ network }) {
    await sessionOf(network);
    return {};
  },

  // Gives the memory of all networks back but of those named.
  async keep({ names }) {
    for (const [name, loading] of [...sessions]) {
      if (names.includes(name)) continue;
      sessions.delete(name);
      await (await loading.catch(() => null))?.release();
    }
    return {};
  },

  // rgba: of the square; mask: four numbers. Times in milliseconds.
  async run({ network, rgba, mask }) {
    const session = await sessionOf(network);
    const began = performance.now(), values = planes(rgba);
    const side = Math.sqrt(values.length / 3);
    const feeds = {
      picture: new ort.Tensor('float32', values, [1, 3, side, side]),
      mask: new ort.Tensor('float32', Float32Array.from(mask), [mask.length]),
    };
    const prepared = performance.now();
    const { heatmaps } = await session.run(feeds);
    const done = performance.now();
    const copy = Float32Array.from(heatmaps.data);
    const [, joints, cells] = heatmaps.dims;
    return { heatmaps: copy, joints, cells, preparing: prepared - began, network: done - prepared };
  },
};

self.onmessage = async ({ data: { id, what, given } }) => {
  try {
    const found = await work[what](given);
    self.postMessage({ id, found }, found.heatmaps ? [found.heatmaps.buffer] : []);
  } catch (error) {
    self.postMessage({ id, problem: String(error?.message ?? error) });
  }
};
