// Records and reads that the parts of the contract suite share.
import { randomFillSync } from 'node:crypto';
import type { Bus, BusConsumer, BusRecord, NewRecord, OwnedPartition, ReadOptions } from '../bus.ts';

export const MIB = 1024 * 1024;
export const PARTITION = 0;
/** Long enough for a consumer group to form. */
export const WAIT_MS = 15_000;

export const now: ReadOptions = { bytesMax: 64 * MIB, recordsMax: 10_000, waitMs: 0 };
export const waiting: ReadOptions = { ...now, waitMs: WAIT_MS };

/** Takes the partition from the consumer; it is served until it is lost. */
export function serve(consumer: BusConsumer): Promise<OwnedPartition> {
  return new Promise((resolve) => {
    consumer.run(async (owned) => {
      if (owned.partition === PARTITION) resolve(owned);
      if (!owned.lost.aborted) {
        await new Promise((lost) => owned.lost.addEventListener('abort', lost, { once: true }));
      }
    });
  });
}

/** The first `count` records that are kept. */
export async function readAll(bus: Bus, count: number): Promise<BusRecord[]> {
  const reader = await bus.reader();
  const { earliest } = await reader.extent(PARTITION);
  const records = await readFrom((from) => reader.read(PARTITION, from, waiting), earliest, count);
  await reader.close();
  return records;
}

/** A read may give fewer records than there are; this goes on until it has `count`, or nothing comes. */
export async function readFrom(
  read: (from: number) => Promise<readonly BusRecord[]>,
  from: number,
  count: number,
): Promise<BusRecord[]> {
  const records: BusRecord[] = [];
  while (records.length < count) {
    const more = await read((records.at(-1)?.offset ?? from - 1) + 1);
    if (more.length === 0) throw new Error(`only ${records.length} of ${count} records came`);
    records.push(...more);
  }
  return records;
}

export function numbered(n: number): NewRecord {
  const value = new Uint8Array(4);
  new DataView(value.buffer).setUint32(0, n);
  return { headers: new Map([['n', value]]), value };
}

export function numberOf(record: NewRecord): number {
  return new DataView(record.value.buffer, record.value.byteOffset, 4).getUint32(0);
}

export function bytes(length: number): Uint8Array {
  return randomFillSync(new Uint8Array(length));
}

/** Comparable, whatever kind of byte array an adapter uses. */
export function plain(record: NewRecord | undefined) {
  const text = (part: Uint8Array) => Buffer.from(part).toString('hex');
  return (
    record && { headers: [...record.headers].map(([name, value]) => [name, text(value)]), value: text(record.value) }
  );
}

export function strictlyGrowing(numbers: readonly number[]): boolean {
  return numbers.every((number, index) => index === 0 || number > (numbers[index - 1] ?? number));
}
