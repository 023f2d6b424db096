// Outages of a part: how long they last, and what is looked at while they do.
import { waitFor } from './wait-for.ts';

/** 8 s within `npm test`; `npm run test:fault` sets 60. Longer than the session timeout of the consumers' group. */
export const OUTAGE_MS = Number(process.env.FAULT_OUTAGE_SECONDS ?? 8) * 1000;

/** A test of one outage: what comes before and after may take this long on a busy machine. */
export const OUTAGE_TEST_MS = OUTAGE_MS + 180_000;

/** Resolves after `ms`: the time is the fault itself, not a guess how long something takes. */
export async function pass(ms: number): Promise<void> {
  const endMs = performance.now() + ms;
  await waitFor('the time is over', () => performance.now() >= endMs, ms + 60_000);
}
