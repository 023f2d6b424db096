// Whether an append would be taken now: the last outcome where it is young, else the brokers are asked.

import { WRITABLE_AGE_MS_MAX, WRITABLE_DEADLINE_MS } from './limits.ts';
import { within } from './pause.ts';
import type { KafkaProducer } from './producer.ts';

/** @param producer opens it where it is not open */
export function createWritable(producer: () => Promise<KafkaProducer>): () => Promise<boolean> {
  let asked: { readonly atMs: number; readonly answer: Promise<boolean> } | null = null;
  const ask = async () => {
    try {
      const answered = async () => {
        const opened = await producer();
        const last = opened.lastOutcome();
        if (last !== null && last.agoMs < WRITABLE_AGE_MS_MAX) return last.acknowledged;
        await opened.ping();
        return true;
      };
      return await within(WRITABLE_DEADLINE_MS, answered(), () => new Error('no answer in time'));
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
