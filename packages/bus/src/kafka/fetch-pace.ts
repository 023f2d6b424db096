// How much a fetch asks of one broker, and how long it waits for it: less and longer where the link is slow. A fetch that is
// given up half-way is lost whole, and asked for again in the same way it would be lost for ever.
import { FETCH_ANSWER_MS_MAX, FETCH_BYTES_MAX, FETCH_BYTES_MIN } from './limits.ts';

export interface FetchPace {
  /** Of one answer; a broker sends at least one batch of records, whatever its size. */
  readonly bytesMax: number;
  /** How long the answer may take, the wait for a first record not counted. */
  readonly answerMs: number;
}

/** @param answerMs how long an answer may take on a good link */
export function fastPace(answerMs: number): FetchPace {
  return { bytesMax: FETCH_BYTES_MAX, answerMs };
}

/** After a fetch that got no answer in time: half as much, in twice the time, since one record may be what takes so long. */
export function slower({ bytesMax, answerMs }: FetchPace): FetchPace {
  return {
    bytesMax: Math.max(FETCH_BYTES_MIN, bytesMax / 2),
    answerMs: Math.max(answerMs, Math.min(FETCH_ANSWER_MS_MAX, answerMs * 2)),
  };
}

/**
 * After an answer. One that took less than half of what a good link may take lets the next take twice as much, for that will
 * be in time; if it was not small: that nothing comes quickly says little about the link.
 */
export function afterAnswer(
  pace: FetchPace,
  answer: { readonly bytes: number; readonly tookMs: number },
  fastMs: number,
) {
  if (answer.tookMs > fastMs / 2 || answer.bytes < pace.bytesMax / FULL_ANSWER) return pace;
  return { bytesMax: Math.min(FETCH_BYTES_MAX, pace.bytesMax * 2), answerMs: Math.max(fastMs, pace.answerMs / 2) };
}

/** An answer of one partition alone is a quarter of what may be asked for; of that half. */
const FULL_ANSWER = 8;
