// How seldom V8 collects all of the heap, and how much it lets lie between two collections of what is young.
import { setFlagsFromString } from 'node:v8';

/**
 * V8 collects the whole heap when it has grown by a part of what was alive, and counts buffers in: with 16 MiB alive that was every
 * 8 MiB, 27 times in 8 s of load, each a pause of 6 ms and as much again of marking (with young collections 5.5 % of the event loop's
 * time; 1.5 % with this and with buffers that are used again). It may grow by three times what was alive now: twice in those 8 s.
 */
export function collectSeldom(): void {
  setFlagsFromString('--heap-growing-percent=300');
}

/**
 * Buffers of bodies and frames are freed by young collections, which V8 makes as seldom as its young space is large, and that doubles
 * under load. It stays as it is after the start, 8 MiB: at half and twice its peak the intake's own memory was 187 to 242 MiB instead
 * of 270 to 341, in turn.
 */
export function keepYoungSpaceSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}
