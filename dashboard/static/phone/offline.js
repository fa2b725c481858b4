// Keeps the page so that it opens without a network.

/** Waits until the service worker keeps what is loaded from now on; false where there can be none. */
export async function keepOffline(container = navigator.serviceWorker) {
  if (!container) return false;
  try {
    const { installing } = await container.register('service_worker.js');
    // Without a controller and with nothing to wait for, the page was loaded past the service worker on purpose.
    if (!container.controller && installing) {
      await new Promise((resolve) => {
        container.addEventListener('controllerchange', resolve, { once: true });
        installing.addEventListener('statechange', () => { if (installing.state === 'redundant') resolve(); });
      });
    }
    return Boolean(container.controller);
  } catch {
    return false;
  }
}
