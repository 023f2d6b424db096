// The bus of one machine: two LMDB environments and a doorbell file in one folder, shared by several processes.
import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { type Bus, BusError, type BusProducer, type BusReader } from '../bus.ts';
import { createConsumer } from './consumer.ts';
import { createDeadLetters } from './dead-letters.ts';
import { listenToDoorbell, openDoorbell } from './doorbell.ts';
import { openEnvironment, type Store } from './environment.ts';
import { POSITION_MAP_BYTES, RECORDS_MAP_BYTES } from './limits.ts';
import { createProducer, type LmdbProducer } from './producer.ts';
import { createReader } from './reader.ts';
import type { ReclaimSettings } from './reclaim.ts';
import { makeFreePages } from './reserve.ts';

interface Stores {
  readonly records: Store;
  readonly positions: Store;
  checkPresent(): void;
  release(): Promise<void>;
}

/** The bus in `folder`, which is made at the first use. */
export function createLmdbBus(folder: string, settings: ReclaimSettings): Bus {
  const closing = new AbortController();
  /** What close() ends, in reverse order of opening. */
  const closers: (() => Promise<void> | void)[] = [];
  let stores: Promise<Stores> | undefined;
  let producing: Promise<LmdbProducer> | undefined;

  const open = (): Promise<Stores> => {
    if (closing.signal.aborted) throw new BusError('closed', 'The bus is closed.');
    stores ??= openStores(folder).catch((error: unknown) => {
      stores = undefined;
      throw error;
    });
    return stores;
  };
  const listen = () => {
    const listener = listenToDoorbell(folder);
    closers.push(() => listener.close());
    return listener;
  };
  const openProducer = async (): Promise<LmdbProducer> => {
    const { records, positions, checkPresent } = await open();
    const doorbell = openDoorbell(folder);
    closers.push(() => doorbell.close());
    const producer = await createProducer({ records, positions, doorbell, checkPresent }, settings);
    closers.push(() => producer.close());
    return producer;
  };

  return {
    producer(): Promise<BusProducer> {
      producing ??= openProducer().catch((error: unknown) => {
        producing = undefined;
        throw error;
      });
      return producing;
    },
    async reader(): Promise<BusReader> {
      return createReader(await open(), listen(), closing.signal);
    },
    async consumer() {
      const consumer = createConsumer(await open(), listen());
      closers.push(() => consumer.close());
      return consumer;
    },
    async deadLetters() {
      return createDeadLetters((await open()).positions, Date.now);
    },
    async writable() {
      if (closing.signal.aborted) return false;
      try {
        (await open()).checkPresent();
        await access(folder, constants.W_OK);
        return (await producing)?.writable() ?? true;
      } catch {
        return false;
      }
    },
    async close() {
      if (closing.signal.aborted) return;
      closing.abort();
      await producing?.catch(() => undefined);
      for (const end of closers.splice(0).reverse()) await end();
      await stores?.then(
        (opened) => opened.release(),
        () => undefined,
      );
    },
  };
}

async function openStores(folder: string): Promise<Stores> {
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
