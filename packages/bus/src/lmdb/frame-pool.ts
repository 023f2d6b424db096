// Memory for the frames under way, used again: with a buffer for each append V8 would collect garbage several times a second.

/** Kept for later appends, and how large each is at most: a few under way at a time, of what an intake's record has. */
const POOLED_MAX = 8;
const POOLED_BYTES_MAX = 512 * 1024;
const BYTES_MIN = 8 * 1024;

export interface FramePool {
  /** So many bytes, with anything in them. */
  take(bytes: number): Buffer;
  /** Gives back what was taken: nobody may read it any more. */
  give(buffer: Buffer): void;
}

export function createFramePool(): FramePool {
  const free: ArrayBufferLike[] = [];
  return {
    take(bytes) {
      const at = free.findIndex(({ byteLength }) => byteLength >= bytes);
      const [found] = at < 0 ? [] : free.splice(at, 1);
      if (found !== undefined) return Buffer.from(found, 0, bytes);
      const room = bytes > POOLED_BYTES_MAX ? bytes : 2 ** Math.ceil(Math.log2(Math.max(bytes, BYTES_MIN)));
      return Buffer.from(new ArrayBuffer(room), 0, bytes);
    },
    give({ buffer }) {
      if (buffer.byteLength > POOLED_BYTES_MAX) return;
      // The smallest goes: what is kept becomes as large as what comes.
      free.push(buffer);
      free.sort((a, b) => a.byteLength - b.byteLength);
      if (free.length > POOLED_MAX) free.shift();
    },
  };
}
