// Where the runtime lies that `make phone` brings; the version is that of dashboard/phone/package.json.
export const RUNTIME = './made/onnxruntime-web-1.30.0/';

/** Which file runs a network on what. */
export const ENGINES = { wasm: 'ort.wasm.min.mjs', webgpu: 'ort.webgpu.min.mjs' };

/** Where a network's file lies; another export has another address, so that an old one is never taken for it. */
export function addressOf(network) {
  return `./made/${network.file}?${network.sha256.slice(0, 16)}`;
}
