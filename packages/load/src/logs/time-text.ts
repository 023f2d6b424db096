// Times of logs, written into bodies: `2026-11-30T18:27:00.123Z`, 24 bytes, at some 30 ns each.

export const TIME_BYTES = 24;
const SECOND_BYTES = 20;
const ZERO = 48;

/** A writer that keeps the text of the last two seconds: logs of one request lie within a second. */
export function createTimeWriter(): (target: Uint8Array, at: number, timeMs: number) => void {
  const seconds = [Number.NaN, Number.NaN];
  const texts = [Buffer.alloc(SECOND_BYTES), Buffer.alloc(SECOND_BYTES)];
  return (target, at, timeMs) => {
    const second = Math.floor(timeMs / 1000);
    const slot = second & 1;
    const text = texts[slot];
    if (text === undefined) return;
    if (seconds[slot] !== second) {
      text.write(new Date(second * 1000).toISOString(), 'latin1');
      seconds[slot] = second;
    }
    for (let index = 0; index < SECOND_BYTES; index++) target[at + index] = text[index] ?? 0;
    const ms = timeMs - second * 1000;
    target[at + 20] = ZERO + Math.floor(ms / 100);
    target[at + 21] = ZERO + (Math.floor(ms / 10) % 10);
    target[at + 22] = ZERO + (ms % 10);
    target[at + 23] = 0x5a;
  };
}
