// What an intake saw of each key on each day since the last report: requests, what became of them, last use.
import type { KeyUsage } from './key-entry.ts';
import {
  USAGE_ADDRESS_CHARACTERS_MAX,
  USAGE_KEYS_MAX,
  USAGE_REPORT_KEYS_MAX,
  USAGE_USER_AGENT_CHARACTERS_MAX,
} from './limits.ts';
import { dayText, utcDay } from './utc-day.ts';

/** Where a request came from. */
export interface UsedFrom {
  readonly address: string;
  readonly userAgent: string;
}

/** A part of a report: some keys of one day. */
export interface UsageReport {
  /** YYYY-MM-DD, UTC. */
  readonly day: string;
  readonly keys: KeyUsage[];
}

export interface KeyUsageCounts {
  /** One request with this key. `from`: null where the key may not be used so, which is then no last use of it. */
  request(keyId: string, from: UsedFrom | null, nowMs: number): void;
  /** A request over the key's limit. */
  limited(keyId: string): void;
  /** `count` logs of a request were rejected with this code. */
  rejected(keyId: string, code: string, count: number): void;
  /** A request was refused whole, read or unread. */
  refused(keyId: string, code: string): void;
  /** All since the last call, in reports of a bounded number of keys, and begins anew. */
  take(): UsageReport[];
}

interface Counted {
  lastUsedAtMs: number;
  lastUsedFrom: UsedFrom | null;
  requests: number;
  limited: number;
  readonly rejectedLogs: Map<string, number>;
  readonly refusedRequests: Map<string, number>;
}

/** Counts of nothing yet, for at most `keysMax` keys between two reports; a key that is used on two days counts twice. */
export function createKeyUsage(keysMax: number = USAGE_KEYS_MAX): KeyUsageCounts {
  let days = new Map<number, Map<string, Counted>>();
  let size = 0;
  // What becomes of a request is counted on the day of the latest one: at most a body's time off, at midnight alone.
  let today = 0;
  let counts = new Map<string, Counted>();

  const turnTo = (day: number): void => {
    today = day;
    counts = days.get(day) ?? new Map();
    days.set(day, counts);
  };
  /** A body may be read long after its request was reported: then its key is counted anew. */
  const of = (keyId: string): Counted | undefined => {
    const known = counts.get(keyId);
    if (known !== undefined || size >= keysMax) return known;
    size += 1;
    if (counts.size === 0) days.set(today, counts);
    const counted: Counted = {
      lastUsedAtMs: 0,
      lastUsedFrom: null,
      requests: 0,
      limited: 0,
      rejectedLogs: new Map(),
      refusedRequests: new Map(),
    };
    counts.set(keyId, counted);
    return counted;
  };
  return {
    request(keyId, from, nowMs) {
      const day = utcDay(nowMs);
      if (day !== today) turnTo(day);
      const counted = of(keyId);
      if (counted === undefined) return;
      counted.requests += 1;
      if (from === null) return;
      counted.lastUsedAtMs = nowMs;
      counted.lastUsedFrom = from;
    },
    limited(keyId) {
      const counted = of(keyId);
      if (counted !== undefined) counted.limited += 1;
    },
    rejected(keyId, code, count) {
      if (count > 0) add(of(keyId)?.rejectedLogs, code, count);
    },
    refused(keyId, code) {
      add(of(keyId)?.refusedRequests, code, 1);
    },
    take() {
      const reports = [...days].flatMap(([day, keys]) => reportsOf(dayText(day), keys));
      days = new Map();
      counts = new Map();
      size = 0;
      return reports;
    },
  };
}

function add(counts: Map<string, number> | undefined, code: string, count: number): void {
  counts?.set(code, (counts.get(code) ?? 0) + count);
}

function reportsOf(day: string, counts: ReadonlyMap<string, Counted>): UsageReport[] {
  const taken = [...counts].map(([keyId, counted]) => usageOf(keyId, counted));
  const reports: UsageReport[] = [];
  for (let from = 0; from < taken.length; from += USAGE_REPORT_KEYS_MAX)
    reports.push({ day, keys: taken.slice(from, from + USAGE_REPORT_KEYS_MAX) });
  return reports;
}

function usageOf(keyId: string, counted: Counted): KeyUsage {
  const { lastUsedFrom } = counted;
  return {
    keyId,
    lastUse:
      lastUsedFrom === null
        ? null
        : {
            atMs: counted.lastUsedAtMs,
            address: lastUsedFrom.address.slice(0, USAGE_ADDRESS_CHARACTERS_MAX),
            userAgent: lastUsedFrom.userAgent.slice(0, USAGE_USER_AGENT_CHARACTERS_MAX),
          },
    requests: counted.requests,
    limited: counted.limited,
    rejectedLogs: Object.fromEntries(counted.rejectedLogs),
    refusedRequests: Object.fromEntries(counted.refusedRequests),
  };
}
