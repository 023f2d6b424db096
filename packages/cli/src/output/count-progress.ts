// The progress bar of a row of calls, on stderr.
import { barOf } from './bars.ts';
import type { Output } from './output.ts';

const BAR_CHARACTERS = 30;

/** Shows how many of `total` are done; nothing where stderr is no terminal. `end` clears the line. */
export function createCountProgress(output: Output, total: number): { update(done: number): void; end(): void } {
  return {
    update: (done) =>
      output.status(`${barOf(done, total, BAR_CHARACTERS).padEnd(BAR_CHARACTERS, '░')} ${done}/${total}`),
    end: () => output.status(''),
  };
}
