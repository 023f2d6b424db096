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
  let pooledBytes = 0;
  return {
    take() {
      const block = free.pop();
      if (block === undefined) return createLogBlock();
      pooledBytes -= block.bufferBytes;
      return block;
    },
    give(block) {
      const bytes = block.bufferBytes;
      if (free.length === BLOCKS_POOLED_MAX || bytes > BLOCK_POOLED_BYTES_MAX) return;
      if (pooledBytes + bytes > BLOCKS_POOLED_BYTES_MAX) return;
      pooledBytes += bytes;
      free.push(block);
    },
  };
}
