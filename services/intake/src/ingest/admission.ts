// Whether a request may have its body read: key, origin, rate, room; in this order, and before a byte of it is taken.
import { ContractError } from '@sazabi/contract';
import {
  effectiveLimitPerMinute,
  type KeySnapshot,
  type KeyUsageCounts,
  originAllowed,
  type PublicKeyEntry,
  presentedKey,
  type RateLimiter,
  type RateVerdict,
} from '@sazabi/keys';
import type { RequestSource } from '@sazabi/log-record';
import type { BytesBudget } from '../bytes-budget.ts';
import type { RequestHead } from '../http/request-head.ts';
import { ADDRESS_READ_INTERVAL_MS } from '../limits.ts';
import { noSnapshot, queueFull } from '../refusals.ts';

/** What the intake knows of keys and how current it is. */
export interface KeySource {
  readonly snapshot: KeySnapshot;
  /** Intakes that share the rate limits. */
  liveIntakes(): number;
  /** Milliseconds since the snapshot was last known to be current; null without one. */
  ageMs(): number | null;
  connected(): boolean;
  close(): Promise<void>;
}

export interface AdmissionOptions {
  readonly keys: KeySource;
  readonly limiter: RateLimiter;
  readonly usage: KeyUsageCounts;
  /** The operator's cap on every key's limit; null = none. */
  readonly rateLimitMaxPerMinute: number | null;
  readonly waitingBytes: BytesBudget;
  /** Why nothing is taken from anybody now; null = it is. */
  readonly closedFor: () => ContractError | null;
}

/** A key that may write, with what is derived from it once. */
export interface Writer {
  readonly entry: PublicKeyEntry;
  readonly source: RequestSource;
  readonly receiptSecret: Uint8Array;
}

export interface Admission {
  readonly rate: RateVerdict | null;
  /** Who writes, or why the body is not read. */
  readonly verdict: Writer | ContractError;
}

/** `readAddress` is called only when it is needed. */
export type Admit = (head: RequestHead, readAddress: () => string, nowMs: number) => Admission;

interface KeyUse {
  readonly source: RequestSource;
  from: { address: string; userAgent: string };
  fromReadAtMs: number;
}

const ORIGIN_REFUSED = new ContractError(
  'ORIGIN_NOT_ALLOWED',
  "This key has a list of allowed origins, and the request's Origin is not in it (or it has none). Add the origin to the key, or use another key.",
);

/** Made once per intake; holds what it derives from an entry for as long as the entry lives. */
export function createAdmission(options: AdmissionOptions): Admit {
  const { keys, limiter, usage } = options;
  const uses = new WeakMap<PublicKeyEntry, KeyUse>();

  const useOf = (entry: PublicKeyEntry): KeyUse => {
    const known = uses.get(entry);
    if (known !== undefined) return known;
    const { projectId, mode, keyId, environment } = entry;
    const source = { projectId, mode, keyId, environment: environment ?? '' };
    const use = { source, from: { address: '', userAgent: '' }, fromReadAtMs: Number.NEGATIVE_INFINITY };
    uses.set(entry, use);
    return use;
  };

  return (head, readAddress, nowMs) => {
    const key = presentedKey({
      ownHeader: head.ownKey,
      authorization: head.authorization,
      queryKey: head.queryKey,
      otherHeader: head.secretKey,
    });
    if (key instanceof ContractError) return refused(key);
    const receiptSecret = keys.snapshot.receiptSecret();
    if (receiptSecret === null) return refused(noSnapshot());
    const entry = keys.snapshot.lookUp(key, nowMs);
    if (entry instanceof ContractError) return refused(entry);
    if (!originAllowed(head.origin === '' ? undefined : head.origin, entry.allowedOrigins))
      return refused(ORIGIN_REFUSED);

    const use = useOf(entry);
    if (nowMs - use.fromReadAtMs >= ADDRESS_READ_INTERVAL_MS) {
      use.from = { address: readAddress(), userAgent: head.userAgent };
      use.fromReadAtMs = nowMs;
    }
    usage.request(entry.keyId, use.from, nowMs);
    const limit = effectiveLimitPerMinute(entry.rateLimitPerMinute, options.rateLimitMaxPerMinute);
    const rate = limiter.take(entry.keyId, limit, keys.liveIntakes(), nowMs);
    if (rate !== null && !rate.allowed) {
      usage.limited(entry.keyId);
      return { rate, verdict: tooManyRequests(rate.retryAfterSeconds) };
    }
    const closedFor = options.closedFor();
    if (closedFor !== null) return { rate, verdict: closedFor };
    if (!options.waitingBytes.fits(0)) return { rate, verdict: queueFull() };
    return { rate, verdict: { entry, source: use.source, receiptSecret } };
  };
}

function refused(error: ContractError): Admission {
  return { rate: null, verdict: error };
}

function tooManyRequests(retryAfterSeconds: number): ContractError {
  return new ContractError(
    'RATE_LIMIT_EXCEEDED',
    `Too many requests. Please retry after ${retryAfterSeconds} seconds.`,
    {},
    { retryAfterSeconds },
  );
}
