// Readers beside the consumer: any number, in any process, without a position of their own.
import type { BusReader } from '../bus.ts';
import type { DoorbellListener } from './doorbell.ts';
import type { Store } from './environment.ts';
import { committedPosition } from './position.ts';
import { checkPartition, extentOf, type ReadableStore, readWaiting } from './records.ts';

export interface ReaderStores extends ReadableStore {
  readonly positions: Store;
}

/** @param busClosed ends its waits. The stores and the listener belong to the caller. */
export function createReader(stores: ReaderStores, listener: DoorbellListener, busClosed: AbortSignal): BusReader {
  const closing = new AbortController();
  const closed = AbortSignal.any([closing.signal, busClosed]);
  return {
    partitions: 1,
    async extent(partition) {
      checkPartition(partition);
      return extentOf(stores.records);
    },
    async committed(partition) {
      checkPartition(partition);
      return committedPosition(stores.positions);
    },
    async read(partition, from, options) {
      checkPartition(partition);
      return readWaiting(stores, listener, from, options, closed);
    },
    async close() {
      closing.abort();
    },
  };
}
