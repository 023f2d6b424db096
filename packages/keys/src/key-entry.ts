// One public key as the intakes know it, and the messages of the key feed that bring it to them.
import { MODES } from '@sazabi/contract';
import { z } from 'zod';

const timeMs = z.number().int().nonnegative();
const count = z.number().int().nonnegative();

/** What was taken for one project. */
export const projectTakenSchema = z.strictObject({ projectId: z.uuid(), logs: count, bytes: count });
export type ProjectTaken = z.infer<typeof projectTakenSchema>;

/** Counts of a UTC day; which of them they are, each message says. */
const quotaUse = { type: z.literal('quota-use'), day: z.iso.date(), projects: z.array(projectTakenSchema) };

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
  /** What its project may take a day (UTC), both modes together; null = as much as comes. Copies on disk may lack it. */
  quota: z
    .strictObject({ bytesPerDay: count.min(1).nullable(), logsPerDay: count.min(1).nullable() })
    .nullable()
    .default(null),
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
  /** What other intakes, and earlier runs of this one, have taken that day of projects that this intake has told of. */
  z.strictObject(quotaUse),
]);
export type FeedMessage = z.infer<typeof feedMessageSchema>;

/** Of one key on one day, since the last report. */
export const keyUsageSchema = z.strictObject({
  keyId: z.uuid(),
  /** null = only by requests that a key in that state may not make. */
  lastUse: z.strictObject({ atMs: timeMs, address: z.string().max(64), userAgent: z.string().max(256) }).nullable(),
  /** All that carried the key, whatever became of them. */
  requests: count,
  /** Requests over the key's rate limit. */
  limited: count,
  /** Logs by error code, of requests that were read. */
  rejectedLogs: z.record(z.string(), z.number().int().positive()),
  /** Requests refused whole by error code, but for the limited ones: of how many logs nobody knows. */
  refusedRequests: z.record(z.string(), z.number().int().positive()),
});
export type KeyUsage = z.infer<typeof keyUsageSchema>;

/** Intake → API on the same connection, one JSON object a line; `hello` first, a `report` every 5 s. */
export const feedReplySchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('hello'), intakeId: z.uuid() }),
  z.strictObject({ type: z.literal('confirm'), seq: z.number().int().nonnegative() }),
  z.strictObject({ type: z.literal('report'), day: z.iso.date(), keys: z.array(keyUsageSchema) }),
  /** What this run of this intake has taken since the day began, of projects with a quota; about once a second when it has changed. */
  z.strictObject(quotaUse),
]);
export type FeedReply = z.infer<typeof feedReplySchema>;
