// One public key as the intakes know it, and the messages of the key feed that bring it to them.
import { MODES } from '@sazabi/contract';
import { z } from 'zod';

const timeMs = z.number().int().nonnegative();

/** What an intake needs of a public key; the plaintext is nowhere in it. Revoked and expired ones stay for 90 days. */
export const publicKeyEntrySchema = z.strictObject({
  /** SHA-256 of the whole key, 64 lower-case hex digits. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  keyId: z.uuid(),
  projectId: z.uuid(),
  organizationId: z.uuid(),
  mode: z.enum(MODES),
  /** null = no limit but the operator's cap. */
  rateLimitPerMinute: z.number().int().positive().nullable(),
  /** Exact origins and `https://*.example.com`; empty = any. */
  allowedOrigins: z.array(z.string()),
  /** The default of its logs' `environment`. */
  environment: z.string().nullable(),
  expiresAtMs: timeMs.nullable(),
  revokedAtMs: timeMs.nullable(),
  retentionDays: z.number().int().min(1).max(3650),
});
export type PublicKeyEntry = z.infer<typeof publicKeyEntrySchema>;

/** Place in the stream of changes: `epoch` names the control store, `seq` is its commit order. */
const position = { epoch: z.uuid(), seq: z.number().int().nonnegative() };

/** API → intake, one JSON object a line. `snapshot` is followed by `count` puts and then `snapshot-end`. */
export const feedMessageSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('snapshot'),
    ...position,
    count: z.number().int().nonnegative(),
    receiptSecret: z.string(),
  }),
  z.strictObject({ type: z.literal('snapshot-end'), ...position }),
  z.strictObject({ type: z.literal('resume'), ...position, receiptSecret: z.string() }),
  z.strictObject({ type: z.literal('put'), seq: z.number().int().nonnegative(), entry: publicKeyEntrySchema }),
  z.strictObject({ type: z.literal('delete'), seq: z.number().int().nonnegative(), keyId: z.uuid() }),
  /** Every 500 ms; 2 s of silence = reconnect. `liveIntakes` ≥ 1 divides rate limits. */
  z.strictObject({
    type: z.literal('heartbeat'),
    seq: z.number().int().nonnegative(),
    liveIntakes: z.number().int().positive(),
  }),
]);
export type FeedMessage = z.infer<typeof feedMessageSchema>;

/** Per key since the last report; all counts of requests but `rejectedLogs`. */
export const keyUsageSchema = z.strictObject({
  keyId: z.uuid(),
  lastUsedAtMs: timeMs,
  lastUsedFrom: z.strictObject({ address: z.string().max(64), userAgent: z.string().max(256) }),
  requests: z.number().int().nonnegative(),
  limited: z.number().int().nonnegative(),
  /** Rejected logs by error code. */
  rejectedLogs: z.record(z.string(), z.number().int().positive()),
});
export type KeyUsage = z.infer<typeof keyUsageSchema>;

/** Intake → API on the same connection, one JSON object a line; `hello` first, a `report` every 10 s. */
export const feedReplySchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('hello'), intakeId: z.uuid() }),
  z.strictObject({ type: z.literal('confirm'), seq: z.number().int().nonnegative() }),
  z.strictObject({ type: z.literal('report'), keys: z.array(keyUsageSchema) }),
]);
export type FeedReply = z.infer<typeof feedReplySchema>;
