// The page's end of the worker: one question after another, each with its answer.
import { addressOf } from './runtime.js';

/** @typedef {{heatmaps: Float32Array, joints: number, cells: number, preparing: number, network: number}} Answer */

/** As many threads as help, on a page that may have them; one where `?threads=1` asks for it. */
export function threadsOf(location, isolated, cores) {
  const asked = Number(new URLSearchParams(location.search).get('threads'));
  const most = isolated ? Math.max(1, Math.min(4, cores || 1)) : 1;
  return Number.isInteger(asked) && asked >= 1 ? Math.min(asked, most) : most;
}

/** @param {number} threads
 * @param {'wasm'|'webgpu'} on the processor, or the graphics chip */
export function createEngine(threads, on = 'wasm') {
  const worker = new Worker(new URL('worker.js', import.meta.url), { type: 'module' });
  const waiting = new Map();
  let next = 0;
  worker.onmessage = ({ data: { id, found, problem } }) => {
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (problem === undefined) resolve(found); else reject(new Error(problem));
  };
  const refuse = (text) => {
    for (const { reject } of waiting.values()) reject(new Error(text));
    waiting.clear();
  };
  worker.onerror = (event) => {
    event.preventDefault();
    refuse(event.message || 'the worker did not start');
  };
  const ask = (what, given, moved = []) => new Promise((resolve, reject) => {
    waiting.set(next, { resolve, reject });
    worker.postMessage({ id: next++, what, given }, moved);
  });
  const started = ask('start', { threads, on });
  started.catch(() => {}); // whoever opens a network is told
  const named = (network) => ({ name: network.name, address: addressOf(network) });
  return {
    threads, on,

    /** Gives everything back; what was asked and is not answered is refused. */
    end() { worker.terminate(); refuse('ended'); },

    /** Loads a network, once. */
    async open(network) {
      await started;
      await ask('open', { network: named(network) });
    },

    /** Gives the memory of all networks back but of those named. */
    keep(names) { return ask('keep', { names }); },

    /** @returns {Promise<Answer>} */
    run(network, rgba, mask) {
      return ask('run', { network: named(network), rgba, mask: [...mask].map(Number) });
    },
  };
}

/** Which sentence tells what went wrong. */
export function problemOf(error, words) {
  const text = String(error?.message ?? error);
  if (/memory|alloc|out of bounds|RangeError/i.test(text)) return words.noMemory;
  if (/no available backend|WebAssembly|wasm|did not start|import/i.test(text)) return words.noRuntime;
  return words.failed(text.slice(0, 160));
}
