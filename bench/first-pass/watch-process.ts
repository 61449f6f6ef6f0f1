import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { ProcessFigures } from './figures.js';

const everyMs = 50;

/** Notes memory and stalls of this process until `end`. */
export function watchProcess(): { now(): ProcessFigures; end(): ProcessFigures } {
  const loop = monitorEventLoopDelay({ resolution: 1 });
  loop.enable();
  let peakRss = 0;
  const memory = setInterval(() => (peakRss = Math.max(peakRss, process.memoryUsage.rss())), everyMs);
  const now = (): ProcessFigures => ({
    peakRssMb: Math.round(peakRss / 2 ** 20),
    longestStallMs: Math.round(loop.max / 1e6),
  });
  return {
    now,
    end: () => {
      clearInterval(memory);
      loop.disable();
      return now();
    },
  };
}
