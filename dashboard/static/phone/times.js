// How long pictures take: the last sixty of a network, those left out with which it warms up.
const KEPT = 60;
export const WARM_UP = 3;

/** The value below which the share lies, between the two nearest (as numpy.quantile has it). */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b), place = (sorted.length - 1) * share, low = Math.floor(place);
  return sorted[low] + (sorted[Math.min(low + 1, sorted.length - 1)] - sorted[low]) * (place - low);
}

/** @typedef {{preparing: number, network: number, decoding: number}} Times milliseconds */

export function createTimes() {
  let seen = 0, kept = [];
  return {
    /** @param {Times} times */
    add(times) { if (seen++ >= WARM_UP) kept = [...kept, times].slice(-KEPT); },

    /** Medians of the three parts, and of their sum p50 and p95; null before there is one. */
    get summary() {
      if (!kept.length) return null;
      const sums = kept.map(({ preparing, network, decoding }) => preparing + network + decoding);
      const part = (name) => quantile(kept.map((times) => times[name]), 0.5);
      return {
        count: kept.length, preparing: part('preparing'), network: part('network'), decoding: part('decoding'),
        p50: quantile(sums, 0.5), p95: quantile(sums, 0.95),
      };
    },
  };
}

/** Frames a second, of the moments (milliseconds) at which the last ones were done. */
export function rateOf(moments) {
  return moments.length < 2 ? null : ((moments.length - 1) * 1000) / (moments.at(-1) - moments[0]);
}
