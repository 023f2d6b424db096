// Whether records go past the target into the spool, since when, and how many did; told once at its beginning and its end.
import type { BusError } from '../bus.ts';
import type { Backlog } from '../lmdb/records.ts';
import type { SpoolEvent } from './spool-events.ts';

export interface Outage {
  readonly isOn: boolean;
  /** The target's last one in this outage; null where there is none, or none has come yet. */
  readonly failure: BusError | null;
  /** The target has failed; whether this begins an outage. */
  begin(why: BusError): boolean;
  /** Records go to the spool while nobody knows why yet: the first failure tells. */
  beginUntold(): boolean;
  /** Records were found in the spool that are to be sent first. */
  beginWith(backlog: Backlog): void;
  spooled(bytes: number): void;
  end(): void;
}

export function createOutage(report: (event: SpoolEvent) => void): Outage {
  let current: { readonly sinceMs: number; records: number; bytes: number; failure: BusError | null } | null = null;
  return {
    get isOn() {
      return current !== null;
    },
    get failure() {
      return current?.failure ?? null;
    },
    begin(why) {
      const isNew = current === null;
      current ??= { sinceMs: performance.now(), records: 0, bytes: 0, failure: null };
      if (current.failure === null) report({ kind: 'outage-began', why });
      current.failure = why;
      return isNew;
    },
    beginUntold() {
      const isNew = current === null;
      current ??= { sinceMs: performance.now(), records: 0, bytes: 0, failure: null };
      return isNew;
    },
    beginWith({ records, bytes }) {
      report({ kind: 'backlog-found', records, bytes });
      current ??= { sinceMs: performance.now(), records: 0, bytes: 0, failure: null };
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
