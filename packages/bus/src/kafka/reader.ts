// Readers beside the group: any offset, any number, nothing left behind on the brokers. All of a process share one client.
import { BusError, type BusReader, type Offset, type ReadOptions } from '../bus.ts';
import type { KafkaClient } from './client.ts';
import { createFetcher } from './fetcher.ts';
import { FETCH_WAIT_SHORT_MS } from './limits.ts';
import { committedOffsets } from './offsets.ts';
import { createFeed, type PartitionFeed } from './partition-feed.ts';

/** How long a fetch waits at the broker: a read that comes meanwhile waits as long. */
const READER_FETCH_WAIT_MS = 2 * FETCH_WAIT_SHORT_MS;

export interface KafkaReaders {
  open(): BusReader;
  /** Ends all reads with nothing. */
  close(): Promise<void>;
}

/**
 * Reads through the client, which is closed with the readers.
 * @param groupId of the consumers whose position is told
 */
export function createReaders(client: KafkaClient, partitions: number, groupId: string): KafkaReaders {
  const fetcher = createFetcher(client, { waitMs: READER_FETCH_WAIT_MS, onMoved: () => undefined });
  const open = new Set<BusReader>();
  return {
    open() {
      const reader = createReader();
      open.add(reader);
      return reader;
    },
    async close() {
      for (const reader of open) await reader.close();
      fetcher.close();
      await client.close();
    },
  };

  function createReader(): BusReader {
    /** Feeds that nobody reads now, one for each partition: the next read often goes on where one stands. */
    const idle = new Map<number, PartitionFeed>();
    const reading = new Set<PartitionFeed>();
    let closed = false;

    const check = (partition: number) => {
      if (!Number.isInteger(partition) || partition < 0 || partition >= partitions)
        throw new RangeError(`The topic has partitions 0 to ${partitions - 1}, not ${partition}.`);
      if (closed || client.closing.aborted) throw new BusError('closed', 'The bus is closed.');
    };
    const read = async (partition: number, from: Offset, options: ReadOptions) => {
      check(partition);
      const feed = idle.get(partition) ?? createFeed(partition, { ahead: false, wake: fetcher.wake });
      idle.delete(partition);
      reading.add(feed);
      fetcher.add(feed);
      try {
        return await feed.read(from, options);
      } finally {
        reading.delete(feed);
        fetcher.remove(feed);
        if (!closed) idle.set(partition, feed);
      }
    };
    const reader: BusReader = {
      partitions,
      async extent(partition) {
        check(partition);
        return client.call('reading the extent of a partition', async () => {
          const [earliest, next] = await Promise.all([
            client.offsets([partition], 'earliest'),
            client.offsets([partition], 'next'),
          ]);
          return { earliest: offsetOf(earliest, partition), next: offsetOf(next, partition) };
        });
      },
      async committed(partition) {
        check(partition);
        const committed = await client.call('reading where the consumers stand', () =>
          committedOffsets(client, groupId, [partition]),
        );
        return committed.get(partition) ?? null;
      },
      read,
      async close() {
        closed = true;
        open.delete(reader);
        idle.clear();
        for (const feed of reading) feed.close();
      },
    };
    return reader;
  }
}

function offsetOf(offsets: ReadonlyMap<number, Offset>, partition: number): Offset {
  const offset = offsets.get(partition);
  if (offset === undefined) throw new Error(`the broker told no offset of partition ${partition}`);
  return offset;
}
