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
import { type ReceiptKey, type RequestSource, receiptKeyOf } from '@sazabi/log-record';
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

export interface AdmissionOptions<Notes> {
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
  /** Where the request came from; asked only when it is needed. */
  readonly addressOf: (notes: Notes, head: RequestHead) => string;
}

/** A key that may write, with what is derived from it once. */
export interface Writer {
  readonly entry: PublicKeyEntry;
  readonly source: RequestSource;
  readonly receiptKey: ReceiptKey;
  /** Where what is accepted is charged. */
  readonly project: ProjectUse;
  readonly part: OrganizationPart;
}

/** What is found of a request, admitted or not, and noted on it. */
export interface AdmissionNotes {
  /** The key under which a refusal counts, now or later; null = under none. */
  keyId: string | null;
  rate: RateVerdict | null;
}

/** Who writes, or why the body is not read. */
export type Admit<Notes> = (notes: Notes, head: RequestHead, nowMs: number) => Writer | ContractError;

interface KeyUse {
  from: { address: string; userAgent: string };
  fromReadAtMs: number;
  /** With the project's use of the day of the latest request, and the latest secret. */
  writer: Writer;
  receiptSecret: Uint8Array;
}

const ORIGIN_REFUSED = new ContractError(
  'ORIGIN_NOT_ALLOWED',
  "This key has a list of allowed origins, and the request's Origin is not in it (or it has none). Add the origin to the key, or use another key.",
);

/** Made once per intake; holds what it derives from an entry for as long as the entry lives. */
export function createAdmission<Notes extends AdmissionNotes>(options: AdmissionOptions<Notes>): Admit<Notes> {
  const { keys, limiter, usage, quotas } = options;
  const uses = new WeakMap<PublicKeyEntry, KeyUse>();
  const partOf = createOrganizationParts(options.bodyBytes);

  const writerOf = (entry: PublicKeyEntry, receiptSecret: Uint8Array, nowMs: number): Writer => {
    const { projectId, mode, keyId, environment, organizationId } = entry;
    return {
      entry,
      source: { projectId, mode, keyId, environment: environment ?? '' },
      receiptKey: receiptKeyOf(receiptSecret, projectId, mode),
      project: quotas.of(projectId, nowMs),
      part: partOf(organizationId),
    };
  };
  const useOf = (entry: PublicKeyEntry, receiptSecret: Uint8Array, nowMs: number): KeyUse => {
    const known = uses.get(entry);
    if (known === undefined) {
      const from = { address: '', userAgent: '' };
      const writer = writerOf(entry, receiptSecret, nowMs);
      const use = { from, fromReadAtMs: Number.NEGATIVE_INFINITY, writer, receiptSecret };
      uses.set(entry, use);
      return use;
    }
    if (known.writer.project.day !== utcDay(nowMs) || known.receiptSecret !== receiptSecret) {
      known.writer = writerOf(entry, receiptSecret, nowMs);
      known.receiptSecret = receiptSecret;
    }
    return known;
  };

  /** Why nothing of this key's project, or of anybody, is taken now; null = it is. */
  const refusalOf = ({ entry: { quota }, project, part }: Writer, nowMs: number): ContractError | null => {
    if (quota !== null) {
      project.isHeld = true;
      const exhausted = exhaustedQuota(quota, project);
      if (exhausted !== null) return quotaExhausted(exhausted, quota, nowMs);
    }
    const closed = options.closedFor() ?? (options.waitingBytes.fits(0) ? null : queueFull());
    return closed ?? options.shedding.refusal(part.share);
  };

  return (notes, head, nowMs) => {
    const key = presentedKeyOf(head);
    if (key instanceof ContractError) return key;
    const receiptSecret = keys.snapshot.receiptSecret();
    if (receiptSecret === null) return noSnapshot();
    const entry = keys.snapshot.lookUp(key, nowMs);
    if (entry instanceof ContractError) {
      // Of a key that is known and must not be used so.
      const known = keys.snapshot.keyIdOf(key);
      if (known !== undefined) usage.request(known, null, nowMs);
      notes.keyId = known ?? null;
      return entry;
    }
    const { keyId } = entry;
    const use = useOf(entry, receiptSecret, nowMs);
    if (nowMs - use.fromReadAtMs >= ADDRESS_READ_INTERVAL_MS) {
      use.from = { address: options.addressOf(notes, head), userAgent: head.userAgent };
      use.fromReadAtMs = nowMs;
    }
    usage.request(keyId, use.from, nowMs);
    notes.keyId = keyId;
    const limit = effectiveLimitPerMinute(entry.rateLimitPerMinute, options.rateLimitMaxPerMinute);
    // A foreign page is told the limit and takes nothing of it: else it could use up what is its owner's.
    if (!originAllowed(head.origin === '' ? undefined : head.origin, entry.allowedOrigins)) {
      notes.rate = limiter.look(keyId, limit, keys.liveIntakes(), nowMs);
      return ORIGIN_REFUSED;
    }
    const rate = limiter.take(keyId, limit, keys.liveIntakes(), nowMs);
    notes.rate = rate;
    if (rate !== null && !rate.allowed) {
      usage.limited(keyId);
      notes.keyId = null;
      return tooManyRequests(rate.retryAfterSeconds);
    }
    return refusalOf(use.writer, nowMs) ?? use.writer;
  };
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
