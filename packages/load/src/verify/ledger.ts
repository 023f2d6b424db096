// What each request of a run was answered, 3 bytes each: what must be stored, what may be, and what must not.
import type { Outcome } from '../http/sender.ts';

export const FATES = ['unsent', 'acknowledged', 'refused', 'unclear'] as const;
export type Fate = (typeof FATES)[number];

const FIRST_REQUESTS = 1024;

export interface Ledger {
  /** Logs of each request. */
  readonly batch: number;
  add(outcome: Pick<Outcome, 'request' | 'status' | 'accepted' | 'unclear'>): void;
  fate(request: number): Fate;
  /** Logs that were acknowledged of it. */
  accepted(request: number): number;
  /** One more than the highest number of a request. */
  readonly requests: number;
  readonly acceptedLogs: number;
}

export function createLedger(batch: number): Ledger {
  let fates = new Uint8Array(FIRST_REQUESTS);
  let counts = new Uint16Array(FIRST_REQUESTS);
  let requests = 0;
  let acceptedLogs = 0;
  const grow = (): void => {
    const moreFates = new Uint8Array(fates.length * 2);
    moreFates.set(fates);
    fates = moreFates;
    const moreCounts = new Uint16Array(counts.length * 2);
    moreCounts.set(counts);
    counts = moreCounts;
  };
  return {
    batch,
    add({ request, status, accepted, unclear }) {
      while (request >= fates.length) grow();
      const fate: Fate = status === 202 ? 'acknowledged' : unclear ? 'unclear' : 'refused';
      fates[request] = FATES.indexOf(fate);
      counts[request] = accepted;
      acceptedLogs += accepted;
      requests = Math.max(requests, request + 1);
    },
    fate: (request) => FATES[fates[request] ?? 0] ?? 'unsent',
    accepted: (request) => counts[request] ?? 0,
    get requests() {
      return requests;
    },
    get acceptedLogs() {
      return acceptedLogs;
    },
  };
}
