// Records on this machine's disk until the target has them: an LMDB bus with one reader, who commits behind what was sent.
import type { NewRecord, Offset, OwnedPartition } from '../bus.ts';
import { createLmdbBus } from '../lmdb/lmdb-bus.ts';
import type { Backlog } from '../lmdb/records.ts';
import { WINDOW_BYTES_MAX, WINDOW_RECORDS_MAX } from './limits.ts';
import { type Spooled, spooledForm, spooledOf } from './spooled-record.ts';

/** The one partition of the LMDB bus. */
const PARTITION = 0;

export interface SpoolStore {
  /** Durable when it resolves. @throws BusError 'full' past the bound or on a full disk */
  append(partition: number, record: NewRecord): Promise<void>;
  /** The first records from `from` on; null = from the committed position. Waits for one for `waitMs`. */
  read(from: Offset | null, waitMs: number): Promise<readonly Spooled[]>;
  /** Lets go of what lies before `next`. */
  commit(next: Offset): Promise<void>;
  backlog(): Promise<Backlog>;
  writable(): Promise<boolean>;
  close(): Promise<void>;
}

/** Opens, and makes where missing. @throws BusError 'unavailable', one line that names the folder */
export async function openSpoolStore(folder: string, bytesMax: number): Promise<SpoolStore> {
  const bus = createLmdbBus(folder, { bytesMax, keepConsumedMs: 0, keepConsumedBytesMax: 0 });
  try {
    const producer = await bus.producer();
    const owned = await ownedOf(await bus.consumer());
    return {
      append: (partition, record) => producer.append(PARTITION, spooledForm(partition, record)),
      async read(from, waitMs) {
        const records = await owned.read(from ?? (await owned.committed()) ?? 0, {
          bytesMax: WINDOW_BYTES_MAX,
          recordsMax: WINDOW_RECORDS_MAX,
          waitMs,
        });
        return records.map(spooledOf);
      },
      commit: (next) => owned.commit(next),
      backlog: () => bus.backlog(),
      writable: () => bus.writable(),
      close: () => bus.close(),
    };
  } catch (error) {
    await bus.close();
    throw error;
  }
}

function ownedOf(consumer: { run(serve: (owned: OwnedPartition) => Promise<void>): void }): Promise<OwnedPartition> {
  return new Promise((resolve) => {
    consumer.run(async (owned) => {
      resolve(owned);
      await new Promise((lost) => owned.lost.addEventListener('abort', lost, { once: true }));
    });
  });
}
