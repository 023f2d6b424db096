// Whether records go past the target into the spool, since when, and how many did; told once at its beginning and its end.
import type { BusError } from '../bus.ts';
import type { Backlog } from '../lmdb/records.ts';
import type { SpoolEvent } from './spool-events.ts';

export interface Outage {
  readonly isOn: boolean;
  /** The target has failed; whether this begins an outage. */
  begin(why: BusError): boolean;
  /** Records were found in the spool that are to be sent first. */
  beginWith(backlog: Backlog): void;
  spooled(bytes: number): void;
  end(): void;
}

export function createOutage(report: (event: SpoolEvent) => void): Outage {
  let current: { readonly sinceMs: number; records: number; bytes: number; isTold: boolean } | null = null;
  return {
    get isOn() {
      return current !== null;
    },
    begin(why) {
      const isNew = current === null;
      current ??= { sinceMs: performance.now(), records: 0, bytes: 0, isTold: false };
      if (!current.isTold) report({ kind: 'outage-began', why });
      current.isTold = true;
      return isNew;
    },
    beginWith({ records, bytes }) {
      report({ kind: 'backlog-found', records, bytes });
      current ??= { sinceMs: performance.now(), records: 0, bytes: 0, isTold: false };
      current.records += records;
      current.bytes += bytes;
    },
    spooled(bytes) {
      if (current === null) return;
      current.records += 1;
      current.bytes += bytes;
    },
    end() {
      if (current === null) return;
      const { sinceMs, records, bytes } = current;
      current = null;
      report({ kind: 'drained', records, bytes, seconds: (performance.now() - sinceMs) / 1000 });
    },
  };
}
