// Whether an append would be taken now: the last outcome where it is young, else the brokers are asked.

import { WRITABLE_AGE_MS_MAX, WRITABLE_DEADLINE_MS } from './limits.ts';
import { within } from './pause.ts';
import type { KafkaProducer } from './producer.ts';

/** @param producer opens it where it is not open */
export function createWritable(producer: () => Promise<KafkaProducer>): () => Promise<boolean> {
  let asked: { readonly atMs: number; readonly answer: Promise<boolean> } | null = null;
  const ask = async () => {
    try {
      const late = () => new Error('no answer in time');
      const reached = async () => {
        const opened = await producer();
        if (opened.acknowledgedAgoMs() > WRITABLE_AGE_MS_MAX) await opened.ping();
      };
      await within(WRITABLE_DEADLINE_MS, reached(), late);
      return true;
    } catch {
      return false;
    }
  };
  return () => {
    const nowMs = performance.now();
    if (asked === null || nowMs - asked.atMs > WRITABLE_AGE_MS_MAX) asked = { atMs: nowMs, answer: ask() };
    return asked.answer;
  };
}
