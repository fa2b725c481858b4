// Keeps page, runtime and networks on the device. A module worker would not start in older browsers, so it is none.
const STORE = 'phone-1';
const PAGE = [
  'index.html', 'style.css', 'icon.svg', 'app.webmanifest', 'camera.js', 'decode.js', 'drawing.js', 'engine.js', 'graphics.js', 'main.js',
  'measure.js', 'offline.js', 'picture.js', 'pixels.js', 'runtime.js', 'settings.js', 'square.js', 'times.js', 'views.js', 'words.js', 'worker.js',
];
const RUNTIME = ['ort.wasm.min.mjs', 'ort-wasm-simd-threaded.mjs', 'ort-wasm-simd-threaded.wasm'];
const FIXED = /\/made\/(onnxruntime-web-|.*\.onnx$)/; // never changes under its address

self.addEventListener('install', (event) => {
  const runtime = RUNTIME.map((file) => `made/onnxruntime-web-1.30.0/${file}`);
  event.waitUntil(caches.open(STORE).then((store) => store.addAll([...PAGE, 'made/networks.json', ...runtime])));
  self.skipWaiting();
});

self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('fetch', (event) => {
  const { request } = event, url = new URL(request.url);
  if (request.method !== 'GET' || !request.url.startsWith(self.registration.scope)) return;
  event.respondWith(FIXED.test(url.pathname) ? kept(request) : newest(request, url));
});

// What does not change: asked for once.
async function kept(request) {
  const store = await caches.open(STORE), found = await store.match(request);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok) {
    // Another export of the same network takes the place of the one before.
    for (const old of await store.keys(request, { ignoreSearch: true })) await store.delete(old);
    await store.put(request, answer.clone());
  }
  return answer;
}

// The page itself: as the server has it, or as it was kept where there is no network.
async function newest(request, url) {
  const store = await caches.open(STORE);
  const address = url.href.replace(/[?#].*$/, '').replace(/\/$/, '/index.html');
  try {
    const answer = await fetch(request);
    if (answer.ok) await store.put(address, answer.clone());
    return answer;
  } catch (error) {
    const found = await store.match(address);
    if (found) return found;
    throw error;
  }
}
