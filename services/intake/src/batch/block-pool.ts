// Blocks for open batches, used again and again: their buffers have grown to the size of batches and stay so.
import { createLogBlock, type LogBlock } from '@sazabi/log-record';
import { BLOCK_POOLED_BYTES_MAX, BLOCKS_POOLED_BYTES_MAX, BLOCKS_POOLED_MAX } from '../limits.ts';

export interface BlockPool {
  take(): LogBlock;
  /** Gives a block back. One that held an unusually large batch, or has no room in the pool, is let go with its memory. */
  give(block: LogBlock): void;
}

export function createBlockPool(): BlockPool {
  const free: LogBlock[] = [];
  /** The largest batch that each has held: its buffers are as large still. */
  const grownBytes = new WeakMap<LogBlock, number>();
  let pooledBytes = 0;
  return {
    take() {
      const block = free.pop();
      if (block === undefined) return createLogBlock();
      pooledBytes -= grownBytes.get(block) ?? 0;
      return block;
    },
    give(block) {
      const bytes = Math.max(grownBytes.get(block) ?? 0, block.byteLength);
      if (free.length === BLOCKS_POOLED_MAX || bytes > BLOCK_POOLED_BYTES_MAX) return;
      if (pooledBytes + bytes > BLOCKS_POOLED_BYTES_MAX) return;
      grownBytes.set(block, bytes);
      pooledBytes += bytes;
      free.push(block);
    },
  };
}
