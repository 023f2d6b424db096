// What every bus adapter must do, as vitest tests over an opener. Nothing in it asks for what Kafka could not give.
import { afterEach, beforeEach, describe } from 'vitest';
import type { Bus } from './bus.ts';
import { describeConsumer, describeDeadLetters } from './contract-suite/consumer.ts';
import { describeRecords } from './contract-suite/records.ts';
import { describeClose, describeWaiting } from './contract-suite/waiting-and-close.ts';

/** Storage of its own for one test, empty at first. */
export interface FreshBus {
  /** Opens the same storage again and again, also while an earlier bus on it is open. */
  open(): Bus;
  remove(): Promise<void>;
}

/** Declares the suite. `openFresh` is called before each test. */
export function describeBusContract(name: string, openFresh: () => Promise<FreshBus>): void {
  describe(`bus contract: ${name}`, () => {
    const opened: Bus[] = [];
    let fresh: FreshBus;
    const open = () => {
      const bus = fresh.open();
      opened.push(bus);
      return bus;
    };
    beforeEach(async () => {
      fresh = await openFresh();
    });
    afterEach(async () => {
      for (const bus of opened.splice(0)) await bus.close();
      await fresh.remove();
    });
    describe('append and read', () => describeRecords(open));
    describe('waiting', () => describeWaiting(open));
    describe('consumer', () => describeConsumer(open));
    describe('dead letters', () => describeDeadLetters(open));
    describe('close', () => describeClose(open));
  });
}
