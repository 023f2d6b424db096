// What has been seen lately: a record that the bus delivers twice, or a request that was repeated, is shown once.
import type { Offset } from '@sazabi/bus';
import { SEEN_IDS_MAX } from '../limits.ts';

export interface SeenIds {
  /**
   * Whether this is the first record that brings the id, as far as is remembered. An id has one partition; whoever reads it again
   * from an earlier offset (a tail that catches up) gets the same verdict.
   */
  isFirst(id: Uint8Array, offset: Offset): boolean;
}

/** Remembers the latest ids up to a bound. */
export function createSeenIds(idsMax = SEEN_IDS_MAX): SeenIds {
  const firstOffsets = new Map<string, Offset>();
  return {
    isFirst(id, offset) {
      const text = Buffer.from(id.buffer, id.byteOffset, id.byteLength).toString('latin1');
      const known = firstOffsets.get(text);
      if (known !== undefined && known <= offset) return known === offset;
      firstOffsets.set(text, offset);
      if (firstOffsets.size > idsMax) {
        const [oldest] = firstOffsets.keys();
        if (oldest !== undefined) firstOffsets.delete(oldest);
      }
      return true;
    },
  };
}
