// A request's head until its body may be read: key presented, found, its limit charged; as the intake does it.
import { randomBytes, randomUUID } from 'node:crypto';
import { ContractError } from '@sazabi/contract';
import { createAdmission, createBytesBudget, createLoadShedding, type RequestHead } from '@sazabi/intake/parts';
import {
  createKeySnapshot,
  createKeyUsage,
  createQuotaUse,
  createRateLimiter,
  generateKey,
  hashKey,
} from '@sazabi/keys';
import type { Benchmark } from '../measure.ts';

const KEYS = 10_000;
/** Of them so many send, in turns. */
const SENDING = 64;
const CALLS = 4096;

export function keyCheckBenchmarks(): Benchmark[] {
  return [ofKeys('unlimited', null), ofKeys('limited', 1_000_000_000)];
}

function ofKeys(name: string, rateLimitPerMinute: number | null): Benchmark {
  const keys = Array.from({ length: KEYS }, () => generateKey('public', 'live'));
  const snapshot = createKeySnapshot();
  snapshot.replace({
    epoch: randomUUID(),
    seq: 1,
    receiptSecret: randomBytes(32),
    entries: keys.map((key) => ({
      hash: hashKey(key),
      keyId: randomUUID(),
      projectId: randomUUID(),
      organizationId: randomUUID(),
      mode: 'live',
      rateLimitPerMinute,
      allowedOrigins: [],
      environment: null,
      expiresAtMs: null,
      revokedAtMs: null,
      retentionDays: 30,
      quota: null,
    })),
  });
  const waitingBytes = createBytesBudget(1);
  const admit = createAdmission({
    keys: { snapshot, liveIntakes: () => 1, ageMs: () => 0, connected: () => true, close: async () => undefined },
    limiter: createRateLimiter(),
    usage: createKeyUsage(),
    quotas: createQuotaUse(),
    rateLimitMaxPerMinute: null,
    bodyBytes: createBytesBudget(1),
    waitingBytes,
    // A clock that costs what it costs, and stands: all calls of a benchmark are one turn of the event loop.
    shedding: createLoadShedding({ waitingBytes, shed: new Map(), now: () => 0 * performance.now() }),
    closedFor: () => null,
    addressOf: () => '127.0.0.1',
  });
  const heads = keys.slice(0, SENDING).map(headOf);
  return {
    name: `key/check-${name}`,
    per: 'call',
    count: CALLS,
    run() {
      const nowMs = Date.now();
      for (let call = 0; call < CALLS / SENDING; call++)
        for (const head of heads) {
          const writer = admit({ keyId: null, rate: null }, head, nowMs);
          if (writer instanceof ContractError) throw writer;
        }
    },
  };
}

function headOf(key: string): RequestHead {
  return {
    method: 'post',
    path: '/v1/logs',
    ownKey: key,
    secretKey: '',
    authorization: '',
    queryKey: '',
    origin: '',
    requestId: '',
    userAgent: 'bench',
    forwardedFor: '',
    contentType: 'application/json',
    contentEncoding: '',
    contentLength: '300',
    transferEncoding: '',
    idempotencyKey: undefined,
  };
}
