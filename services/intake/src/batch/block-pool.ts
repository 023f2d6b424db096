// Blocks for open batches, used again and again: their buffers have grown to the size of batches and stay so.
import { createLogBlock, type LogBlock } from '@sazabi/log-record';
import { BLOCK_POOLED_BYTES_MAX, BLOCKS_POOLED_MAX } from '../limits.ts';

export interface BlockPool {
  take(): LogBlock;
  /** Gives a block back. One that held an unusually large batch is let go with its memory. */
  give(block: LogBlock): void;
}

export function createBlockPool(): BlockPool {
  const free: LogBlock[] = [];
  return {
    take: () => free.pop() ?? createLogBlock(),
    give(block) {
      if (free.length < BLOCKS_POOLED_MAX && block.byteLength <= BLOCK_POOLED_BYTES_MAX) free.push(block);
    },
  };
}
