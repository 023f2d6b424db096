// What tests do with a consumer: hold the partitions that come, or read them to the end.
import type { BusConsumer, BusRecord, OwnedPartition } from '../../bus.ts';

export interface Serving {
  /** Partitions that are served now, sorted. */
  partitions(): number[];
  owned(partition: number): OwnedPartition | undefined;
  /** Partitions that were lost since the start, in order. */
  readonly lost: number[];
}

/** Holds each partition until it is lost. */
export function serveAll(consumer: BusConsumer): Serving {
  const held = new Map<number, OwnedPartition>();
  const lost: number[] = [];
  consumer.run(async (owned) => {
    held.set(owned.partition, owned);
    if (!owned.lost.aborted) await new Promise((end) => owned.lost.addEventListener('abort', end, { once: true }));
    held.delete(owned.partition);
    lost.push(owned.partition);
  });
  return {
    partitions: () => [...held.keys()].sort((a, b) => a - b),
    owned: (partition) => held.get(partition),
    lost,
  };
}

/** Reads and commits, as a consumer does, and hands each record to `take`. */
export async function consume(owned: OwnedPartition, take: (record: BusRecord) => void): Promise<void> {
  let at = (await owned.committed()) ?? 0;
  while (!owned.lost.aborted) {
    const options = { bytesMax: 2 ** 24, recordsMax: 1000, waitMs: 1_000, signal: owned.lost };
    const records = await owned.read(at, options).catch(() => []);
    for (const record of records) take(record);
    const last = records.at(-1);
    if (last === undefined) continue;
    at = last.offset + 1;
    // What cannot be committed now is committed with what follows.
    await owned.commit(at).catch(() => undefined);
  }
}
