// The progress bar of a long file, on stderr.
import { barOf } from '../output/bars.ts';
import type { Output } from '../output/output.ts';
import { PROGRESS_INTERVAL_MS } from './limits.ts';

const BAR_CHARACTERS = 30;
const MEBIBYTE = 1_048_576;

/** A shower of progress over `bytesTotal`; draws at most every 100 ms. `end` clears the line. */
export function createProgress(
  output: Output,
  bytesTotal: number,
): { update(bytes: number, accepted: number): void; end(): void } {
  const startedMs = performance.now();
  let drawnMs = Number.NEGATIVE_INFINITY;
  return {
    update(bytes, accepted) {
      const nowMs = performance.now();
      if (nowMs - drawnMs < PROGRESS_INTERVAL_MS) return;
      drawnMs = nowMs;
      const percent = Math.floor((100 * bytes) / bytesTotal);
      const bar = barOf(bytes, bytesTotal, BAR_CHARACTERS).padEnd(BAR_CHARACTERS, '░');
      const perSecond = Math.round((1000 * accepted) / Math.max(1, nowMs - startedMs));
      const size = `${(bytes / MEBIBYTE).toFixed(1)}/${(bytesTotal / MEBIBYTE).toFixed(1)} MiB`;
      output.status(
        `${bar} ${percent} %  ${size}  ${accepted.toLocaleString('en')} logs  ${perSecond.toLocaleString('en')}/s`,
      );
    },
    end: () => output.status(''),
  };
}
