// What the parts of one bus share in one process: the two environments, the doorbell's listener, and the order of closing.
import { join } from 'node:path';
import { BusError } from '../bus.ts';
import { type DoorbellListener, listenToDoorbell, openDoorbell } from './doorbell.ts';
import { openEnvironment, type Store } from './environment.ts';
import { POSITION_MAP_BYTES, RECORDS_MAP_BYTES } from './limits.ts';
import { createProducer, type LmdbProducer } from './producer.ts';
import type { ReclaimSettings } from './reclaim.ts';
import { makeFreePages } from './reserve.ts';

export interface Stores {
  readonly records: Store;
  readonly positions: Store;
  /** @throws BusError 'unavailable' when the files are not the ones in the folder any more */
  checkPresent(): void;
}

export interface OpenParts {
  /** Aborted when the bus begins to close. */
  readonly closing: AbortSignal;
  /** Opens the environments once, and again after a failure. @throws BusError 'unavailable' or 'closed' */
  stores(): Promise<Stores>;
  /** One for all readers of the process. */
  listener(): DoorbellListener;
  /** One for the process. */
  producer(): Promise<LmdbProducer>;
  /** The producer where there is one: opens nothing. */
  openedProducer(): Promise<LmdbProducer> | undefined;
  /** Runs `end` when the bus closes, before the environments do. */
  onClose(end: () => Promise<void>): void;
  close(): Promise<void>;
}

/** Opens nothing yet. */
export function createOpenParts(folder: string, settings: ReclaimSettings): OpenParts {
  const closing = new AbortController();
  const ends: (() => Promise<void>)[] = [];
  const stores = once(() => openStores(folder));
  const producer = once(async () => {
    const opened = await stores.get();
    const doorbell = openDoorbell(folder);
    const made = await createProducer({ ...opened, doorbell }, settings);
    ends.push(async () => {
      await made.close();
      doorbell.close();
    });
    return made;
  });
  let listener: DoorbellListener | undefined;
  let closed: Promise<void> | undefined;

  const checkOpen = () => {
    if (closing.signal.aborted) throw new BusError('closed', 'The bus is closed.');
  };
  const close = async () => {
    closing.abort();
    await producer.opened()?.catch(() => undefined);
    for (const end of ends.reverse()) await end();
    listener?.close();
    const opened = await stores.opened()?.catch(() => undefined);
    await opened?.release();
  };
  return {
    closing: closing.signal,
    async stores() {
      checkOpen();
      const opened = await stores.get();
      checkOpen();
      return opened;
    },
    listener() {
      listener ??= listenToDoorbell(folder);
      return listener;
    },
    async producer() {
      checkOpen();
      return producer.get();
    },
    openedProducer: producer.opened,
    onClose: (end) => ends.push(end),
    close() {
      closed ??= close();
      return closed;
    },
  };
}

/** Makes a thing at the first call; a failed attempt is forgotten, so that the next call tries anew. */
function once<T>(make: () => Promise<T>): { get(): Promise<T>; opened(): Promise<T> | undefined } {
  let made: Promise<T> | undefined;
  return {
    get() {
      made ??= make().catch((error: unknown) => {
        made = undefined;
        throw error;
      });
      return made;
    },
    opened: () => made,
  };
}

async function openStores(folder: string): Promise<Stores & { release(): Promise<void> }> {
  const records = await openEnvironment(join(folder, 'records'), RECORDS_MAP_BYTES);
  try {
    const positions = await openEnvironment(join(folder, 'position'), POSITION_MAP_BYTES);
    await makeFreePages(positions.store);
    return {
      records: records.store,
      positions: positions.store,
      checkPresent() {
        records.checkPresent();
        positions.checkPresent();
      },
      async release() {
        await records.release();
        await positions.release();
      },
    };
  } catch (error) {
    await records.release();
    throw error;
  }
}
