// The bus of one machine: two LMDB environments and a doorbell file in one folder, shared by several processes.
//   records/   the records, by offset; written by producers, of any number of processes, which take turns (turn.ts), and who
//              also delete what is consumed
//   position/  the consumer's committed position, and dead letters; an environment of its own, for LMDB has one write lock
//   doorbell   written after each commit, so that readers wait without polling
// Any of them may be deleted while nothing runs: without position/ all kept records are delivered again, without records/
// new ones are stored behind the position (space.ts). Nothing may rest on an offset's being fresh; ids are.
import { accessSync, constants } from 'node:fs';
import type { Bus } from '../bus.ts';
import { createConsumer } from './consumer.ts';
import { createDeadLetters } from './dead-letters.ts';
import { createOpenParts } from './open-parts.ts';
import { committedPosition } from './position.ts';
import { createReader } from './reader.ts';
import type { ReclaimSettings } from './reclaim.ts';
import { type Backlog, backlogFrom } from './records.ts';

export interface LmdbBus extends Bus {
  /** What is appended and not behind the committed position. */
  backlog(): Promise<Backlog>;
}

/** The bus in `folder`, which is made at the first use. */
export function createLmdbBus(folder: string, settings: ReclaimSettings): LmdbBus {
  const parts = createOpenParts(folder, settings);
  return {
    producer: parts.producer,
    async reader() {
      return createReader(await parts.stores(), parts.listener(), parts.closing);
    },
    async consumer() {
      const consumer = createConsumer(await parts.stores(), parts.listener());
      parts.onClose(consumer.close);
      return consumer;
    },
    async deadLetters() {
      const { positions } = await parts.stores();
      return createDeadLetters(positions, Date.now);
    },
    async backlog() {
      const { records, positions } = await parts.stores();
      return backlogFrom(records, committedPosition(positions) ?? 0);
    },
    async writable() {
      try {
        (await parts.stores()).checkPresent();
        // Not in a thread: those may all be busy, and a scrape of metrics waits for this answer.
        accessSync(folder, constants.W_OK);
        return (await parts.openedProducer())?.writable() ?? true;
      } catch {
        return false;
      }
    },
    close: parts.close,
  };
}
