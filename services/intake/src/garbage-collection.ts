// How seldom V8 collects all of the heap.
import { setFlagsFromString } from 'node:v8';

/**
 * V8 collects the whole heap when it has grown by a part of what was alive, and counts buffers in: with 16 MiB alive that was every
 * 8 MiB, five to eight times a second, each a pause of 7 ms and as much again of marking (5.5 % of the event loop's time, and as
 * much in V8's threads). It may grow by three times what was alive now, here 50 MiB: once a second at full load, if that.
 */
export function collectSeldom(): void {
  setFlagsFromString('--heap-growing-percent=300');
}
