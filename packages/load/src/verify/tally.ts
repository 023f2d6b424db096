// Holds what is found in the store against the ledger, log by log: one that is lost and one that is there twice do not cancel out.
import type { Ledger } from './ledger.ts';

const BITS = 8;
/** Requests named as examples. */
const EXAMPLES_MAX = 10;

export interface Verified {
  /** Rows that were read. */
  readonly rows: number;
  /** Logs that were acknowledged. */
  readonly acknowledged: number;
  /** Acknowledged and not found, of so many requests. */
  readonly missing: number;
  readonly missingRequests: number;
  /** Rows beyond the first of a log. */
  readonly doubled: number;
  /** Without a 202 and yet stored: the answer was lost, or the run ended before it. This may be. */
  readonly unacknowledged: number;
  /** Refused and yet stored. This must not be. */
  readonly refused: number;
  /** Rows with no id of this run. */
  readonly unknown: number;
  /** Some of the requests that something is missing of: number in the order of sending, logs acknowledged, logs found. */
  readonly examples: readonly { readonly request: number; readonly acknowledged: number; readonly found: number }[];
}

export interface Tally {
  /** One row of the store. */
  see(request: number, place: number): void;
  seeUnknown(): void;
  result(): Verified;
}

export function createTally(ledger: Ledger): Tally {
  const { batch, requests } = ledger;
  const seen = new Uint8Array(Math.ceil((requests * batch) / BITS));
  const found = new Uint16Array(requests);
  let rows = 0;
  let doubled = 0;
  let unknown = 0;
  return {
    see(request, place) {
      rows += 1;
      if (request >= requests || place >= batch || ledger.fate(request) === 'unsent') {
        unknown += 1;
        return;
      }
      const log = request * batch + place;
      const at = Math.floor(log / BITS);
      const bit = 1 << (log % BITS);
      const byte = seen[at] ?? 0;
      if ((byte & bit) !== 0) {
        doubled += 1;
        return;
      }
      seen[at] = byte | bit;
      found[request] = (found[request] ?? 0) + 1;
    },
    seeUnknown() {
      rows += 1;
      unknown += 1;
    },
    result() {
      let missing = 0;
      let missingRequests = 0;
      let unacknowledged = 0;
      let refused = 0;
      const examples: Verified['examples'][number][] = [];
      for (let request = 0; request < requests; request++) {
        const logs = found[request] ?? 0;
        const accepted = ledger.accepted(request);
        if (logs < accepted) {
          missing += accepted - logs;
          missingRequests += 1;
          if (examples.length < EXAMPLES_MAX) examples.push({ request, acknowledged: accepted, found: logs });
        }
        if (ledger.fate(request) === 'unclear') unacknowledged += logs;
        else refused += Math.max(0, logs - accepted);
      }
      const acknowledged = ledger.acceptedLogs;
      return { rows, acknowledged, missing, missingRequests, doubled, unacknowledged, refused, unknown, examples };
    },
  };
}

/** Whether each acknowledged log is stored once, and nothing that was refused. */
export function isExact({ missing, doubled, refused }: Pick<Verified, 'missing' | 'doubled' | 'refused'>): boolean {
  return missing === 0 && doubled === 0 && refused === 0;
}
