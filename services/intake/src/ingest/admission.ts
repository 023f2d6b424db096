// Whether a request may have its body read: key, origin, rate, room; in this order, and before a byte of it is taken.
import { ContractError } from '@sazabi/contract';
import {
  effectiveLimitPerMinute,
  exhaustedQuota,
  type KeySnapshot,
  type KeyUsageCounts,
  originAllowed,
  type ProjectUse,
  type PublicKeyEntry,
  presentedKey,
  type QuotaUse,
  type RateLimiter,
  type RateVerdict,
  utcDay,
} from '@sazabi/keys';
import type { RequestSource } from '@sazabi/log-record';
import type { BytesBudget } from '../bytes-budget.ts';
import type { RequestHead } from '../http/request-head.ts';
import { ADDRESS_READ_INTERVAL_MS } from '../limits.ts';
import { noSnapshot, queueFull, quotaExhausted, tooManyRequests } from '../refusals.ts';
import type { LoadShedding } from './load-shedding.ts';
import { createOrganizationParts, type OrganizationPart } from './organization-parts.ts';

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
  readonly quotas: QuotaUse;
  /** The operator's cap on every key's limit; null = none. */
  readonly rateLimitMaxPerMinute: number | null;
  readonly bodyBytes: BytesBudget;
  readonly waitingBytes: BytesBudget;
  readonly shedding: LoadShedding;
  /** Why nothing is taken from anybody now; null = it is. */
  readonly closedFor: () => ContractError | null;
}

/** A key that may write, with what is derived from it once. */
export interface Writer {
  readonly entry: PublicKeyEntry;
  readonly source: RequestSource;
  readonly receiptSecret: Uint8Array;
  /** Where what is accepted is charged. */
  readonly project: ProjectUse;
  readonly part: OrganizationPart;
}

export interface Admission {
  /** The key under which a refusal counts, now or later; null = under none. */
  readonly keyId: string | null;
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
  /** On the day of the latest request. */
  project: ProjectUse;
  readonly part: OrganizationPart;
}

const ORIGIN_REFUSED = new ContractError(
  'ORIGIN_NOT_ALLOWED',
  "This key has a list of allowed origins, and the request's Origin is not in it (or it has none). Add the origin to the key, or use another key.",
);

/** Made once per intake; holds what it derives from an entry for as long as the entry lives. */
export function createAdmission(options: AdmissionOptions): Admit {
  const { keys, limiter, usage, quotas } = options;
  const uses = new WeakMap<PublicKeyEntry, KeyUse>();
  const partOf = createOrganizationParts(options.bodyBytes);

  const useOf = (entry: PublicKeyEntry, nowMs: number): KeyUse => {
    const known = uses.get(entry);
    if (known !== undefined) {
      if (known.project.day !== utcDay(nowMs)) known.project = quotas.of(entry.projectId, nowMs);
      return known;
    }
    const { projectId, mode, keyId, environment } = entry;
    const source = { projectId, mode, keyId, environment: environment ?? '' };
    const project = quotas.of(projectId, nowMs);
    const from = { address: '', userAgent: '' };
    const use = { source, from, fromReadAtMs: Number.NEGATIVE_INFINITY, project, part: partOf(entry.organizationId) };
    uses.set(entry, use);
    return use;
  };

  /** Of a key that is known and must not be used so. */
  const refusedKey = (keyId: string | undefined, error: ContractError, nowMs: number): Admission => {
    if (keyId === undefined) return refused(error);
    usage.request(keyId, null, nowMs);
    return { keyId, rate: null, verdict: error };
  };

  /** Why nothing of this key's project, or of anybody, is taken now; null = it is. */
  const refusalOf = ({ quota }: PublicKeyEntry, { project, part }: KeyUse, nowMs: number): ContractError | null => {
    if (quota !== null) {
      project.isHeld = true;
      const exhausted = exhaustedQuota(quota, project);
      if (exhausted !== null) return quotaExhausted(exhausted, quota, nowMs);
    }
    const closed = options.closedFor() ?? (options.waitingBytes.fits(0) ? null : queueFull());
    return closed ?? options.shedding.refusal(part.share);
  };

  return (head, readAddress, nowMs) => {
    const key = presentedKeyOf(head);
    if (key instanceof ContractError) return refused(key);
    const receiptSecret = keys.snapshot.receiptSecret();
    if (receiptSecret === null) return refused(noSnapshot());
    const entry = keys.snapshot.lookUp(key, nowMs);
    if (entry instanceof ContractError) return refusedKey(keys.snapshot.keyIdOf(key), entry, nowMs);
    const { keyId } = entry;
    const use = useOf(entry, nowMs);
    if (nowMs - use.fromReadAtMs >= ADDRESS_READ_INTERVAL_MS) {
      use.from = { address: readAddress(), userAgent: head.userAgent };
      use.fromReadAtMs = nowMs;
    }
    usage.request(keyId, use.from, nowMs);
    const limit = effectiveLimitPerMinute(entry.rateLimitPerMinute, options.rateLimitMaxPerMinute);
    // A foreign page is told the limit and takes nothing of it: else it could use up what is its owner's.
    if (!originAllowed(head.origin === '' ? undefined : head.origin, entry.allowedOrigins))
      return { keyId, rate: limiter.look(keyId, limit, keys.liveIntakes(), nowMs), verdict: ORIGIN_REFUSED };
    const rate = limiter.take(keyId, limit, keys.liveIntakes(), nowMs);
    if (rate !== null && !rate.allowed) {
      usage.limited(keyId);
      return { keyId: null, rate, verdict: tooManyRequests(rate.retryAfterSeconds) };
    }
    const refusal = refusalOf(entry, use, nowMs);
    if (refusal !== null) return { keyId, rate, verdict: refusal };
    return {
      keyId,
      rate,
      verdict: { entry, source: use.source, receiptSecret, project: use.project, part: use.part },
    };
  };
}

function refused(error: ContractError): Admission {
  return { keyId: null, rate: null, verdict: error };
}

/** The key that the request presents, or the answer to one that is presented wrongly. */
export function presentedKeyOf(head: RequestHead): string | ContractError {
  return presentedKey({
    ownHeader: head.ownKey,
    authorization: head.authorization,
    queryKey: head.queryKey,
    otherHeader: head.secretKey,
  });
}
