// A count of bytes held in memory that refuses to pass its limit.

export interface BytesBudget {
  readonly usedBytes: number;
  /** Whether `bytes` more would fit now. */
  fits(bytes: number): boolean;
  /** Takes `bytes` where they fit; false and unchanged where they do not. */
  take(bytes: number): boolean;
  /** Takes `bytes` even past the limit: for what was let in by `fits` and has turned out larger. */
  charge(bytes: number): void;
  give(bytes: number): void;
}

/** A budget of `bytesMax` with nothing taken. */
export function createBytesBudget(bytesMax: number): BytesBudget {
  let usedBytes = 0;
  return {
    get usedBytes() {
      return usedBytes;
    },
    fits: (bytes) => usedBytes + bytes <= bytesMax,
    take(bytes) {
      if (usedBytes + bytes > bytesMax) return false;
      usedBytes += bytes;
      return true;
    },
    charge(bytes) {
      usedBytes += bytes;
    },
    give(bytes) {
      usedBytes -= bytes;
      if (usedBytes < 0) throw new Error('a bytes budget was given more than was taken of it');
    },
  };
}
