// The consumer's side: partition 0, its committed position, lag.
import { type BusConsumer, BusError, type OwnedPartition } from '../bus.ts';
import type { DoorbellListener } from './doorbell.ts';
import type { Store } from './environment.ts';
import { commitPosition, committedPosition } from './position.ts';
import { extentOf, PARTITION, type ReadableStore, readWaiting } from './records.ts';
import { writeFailure } from './write-failure.ts';

export interface ConsumerStores extends ReadableStore {
  readonly positions: Store;
}

/** The stores and the listener belong to the caller; close the consumer before them. */
export function createConsumer(stores: ConsumerStores, listener: DoorbellListener): BusConsumer {
  const { records, positions } = stores;
  const closing = new AbortController();
  let served: Promise<void> | undefined;
  const owned: OwnedPartition = {
    partition: PARTITION,
    lost: closing.signal,
    async committed() {
      return committedPosition(positions);
    },
    async read(from, options) {
      return readWaiting(stores, listener, from, options, closing.signal);
    },
    async commit(next) {
      if (closing.signal.aborted) throw new BusError('lost', 'The consumer is closed.');
      try {
        await commitPosition(positions, next);
      } catch (error) {
        throw await writeFailure(positions, error);
      }
    },
  };
  return {
    // A `serve` that throws is a bug: its rejection is left unhandled, which ends the process for its supervisor to restart.
    run(serve) {
      served ??= serve(owned);
    },
    async lag() {
      const { earliest, next } = extentOf(records);
      return [
        { partition: PARTITION, records: Math.max(0, next - Math.max(earliest, committedPosition(positions) ?? 0)) },
      ];
    },
    async close() {
      closing.abort();
      await served?.catch(() => undefined);
    },
  };
}
