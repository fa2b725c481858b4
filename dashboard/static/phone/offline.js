// Keeps the page so that it opens without a network.

/** Waits until the service worker keeps what is loaded from now on; false where there can be none. */
export async function keepOffline(container = navigator.serviceWorker) {
  if (!container) return false;
  try {
    await container.register('service_worker.js');
    if (!container.controller) {
      await new Promise((resolve, reject) => {
        container.addEventListener('controllerchange', resolve, { once: true });
        container.getRegistration().then((found) => {
          const fresh = found?.installing ?? found?.waiting;
          fresh?.addEventListener('statechange', () => { if (fresh.state === 'redundant') reject(new Error('not installed')); });
          if (!found) reject(new Error('not installed'));
        });
      });
    }
    return true;
  } catch {
    return false;
  }
}
