// What a good key is told of its rate limit where nothing can be written: unknown paths and other methods.
import { ContractError } from '@sazabi/contract';
import { effectiveLimitPerMinute, type RateLimiter, type RateVerdict } from '@sazabi/keys';
import type { RequestHead } from '../http/request-head.ts';
import { type KeySource, presentedKeyOf } from './admission.ts';

export interface RateLookOptions {
  readonly keys: KeySource;
  readonly limiter: RateLimiter;
  /** The operator's cap on every key's limit; null = none. */
  readonly rateLimitMaxPerMinute: number | null;
  readonly now: () => number;
}

/** null = no key that is good, or one without a limit. It costs nothing of the limit. */
export type LookAtRate = (head: RequestHead) => RateVerdict | null;

export function createRateLook({ keys, limiter, rateLimitMaxPerMinute, now }: RateLookOptions): LookAtRate {
  return (head) => {
    const key = presentedKeyOf(head);
    if (key instanceof ContractError || keys.snapshot.position() === null) return null;
    const nowMs = now();
    const entry = keys.snapshot.lookUp(key, nowMs);
    if (entry instanceof ContractError) return null;
    const limit = effectiveLimitPerMinute(entry.rateLimitPerMinute, rateLimitMaxPerMinute);
    return limiter.look(entry.keyId, limit, keys.liveIntakes(), nowMs);
  };
}
