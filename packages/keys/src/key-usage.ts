// What an intake saw of each key since the last report: requests, limited ones, rejected logs, last use.
import type { KeyUsage } from './key-entry.ts';
import {
  USAGE_ADDRESS_CHARACTERS_MAX,
  USAGE_KEYS_MAX,
  USAGE_REPORT_KEYS_MAX,
  USAGE_USER_AGENT_CHARACTERS_MAX,
} from './limits.ts';

export interface KeyUsageCounts {
  /** One request with this key, allowed or limited. */
  request(keyId: string, from: { address: string; userAgent: string }, nowMs: number): void;
  /** The request just counted was answered 429. */
  limited(keyId: string): void;
  /** `count` logs of a request were rejected with this code. */
  rejected(keyId: string, code: string, count: number): void;
  /** All since the last call, in reports of a bounded number of keys, and begins anew. */
  take(): KeyUsage[][];
}

interface Counted {
  lastUsedAtMs: number;
  lastUsedFrom: { address: string; userAgent: string };
  requests: number;
  limited: number;
  rejectedLogs: Map<string, number>;
}

/** Counts of nothing yet, for at most `keysMax` keys between two reports. */
export function createKeyUsage(keysMax: number = USAGE_KEYS_MAX): KeyUsageCounts {
  let counts = new Map<string, Counted>();
  return {
    request(keyId, from, nowMs) {
      const counted = counts.get(keyId);
      if (counted !== undefined) {
        counted.requests += 1;
        counted.lastUsedAtMs = nowMs;
        counted.lastUsedFrom = from;
      } else if (counts.size < keysMax) {
        counts.set(keyId, {
          lastUsedAtMs: nowMs,
          lastUsedFrom: from,
          requests: 1,
          limited: 0,
          rejectedLogs: new Map(),
        });
      }
    },
    limited(keyId) {
      const counted = counts.get(keyId);
      if (counted !== undefined) counted.limited += 1;
    },
    rejected(keyId, code, count) {
      const codes = counts.get(keyId)?.rejectedLogs;
      if (count > 0) codes?.set(code, (codes.get(code) ?? 0) + count);
    },
    take() {
      const taken = [...counts].map(([keyId, counted]) => usageOf(keyId, counted));
      counts = new Map();
      const reports: KeyUsage[][] = [];
      for (let from = 0; from < taken.length; from += USAGE_REPORT_KEYS_MAX)
        reports.push(taken.slice(from, from + USAGE_REPORT_KEYS_MAX));
      return reports;
    },
  };
}

function usageOf(keyId: string, counted: Counted): KeyUsage {
  const { address, userAgent } = counted.lastUsedFrom;
  return {
    keyId,
    lastUsedAtMs: counted.lastUsedAtMs,
    lastUsedFrom: {
      address: address.slice(0, USAGE_ADDRESS_CHARACTERS_MAX),
      userAgent: userAgent.slice(0, USAGE_USER_AGENT_CHARACTERS_MAX),
    },
    requests: counted.requests,
    limited: counted.limited,
    rejectedLogs: Object.fromEntries(counted.rejectedLogs),
  };
}
