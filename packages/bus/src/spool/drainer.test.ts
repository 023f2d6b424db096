// When the drainer says that it is done.
import { expect, it } from 'vitest';
import type { BusProducer } from '../bus.ts';
import { createDrainer } from './drainer.ts';
import type { SpoolStore } from './spool-store.ts';

const producer: BusProducer = { partitions: 1, bytesInFlight: 0, append: async () => {}, close: async () => {} };
const emptyStore: SpoolStore = {
  append: async () => {},
  read: async () => [],
  commit: async () => {},
  backlog: async () => ({ records: 0, bytes: 0, oldestAtMs: null }),
  writable: async () => true,
  close: async () => {},
};

it('says that the spool is empty in the turn in which it is: what begins right after finds it said', async () => {
  const counts = { begun: 0, underWay: 0 };
  const begunWhenEmptied: number[] = [];
  let looks = 0;
  const drainer = createDrainer({
    store: emptyStore,
    target: Promise.resolve(producer),
    groupBytesMax: 0,
    closing: new AbortController().signal,
    spooling() {
      looks += 1;
      // The second look is the last one before the end; an append begins as soon as it is over.
      if (looks === 2) queueMicrotask(() => Object.assign(counts, { begun: 1, underWay: 1 }));
      return counts;
    },
    setAside: async () => {},
    sent: () => {},
    targetFailed: () => {},
    spoolFailed: () => {},
    emptied: () => begunWhenEmptied.push(counts.begun),
  });
  drainer.wake(false);
  await drainer.ended();
  expect(begunWhenEmptied).toEqual([0]);
});
