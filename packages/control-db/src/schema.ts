// The control store's tables as drizzle sees them. What makes them is src/migrations/*.sql; a test holds the two together.
import {
  AUDIT_ACTIONS,
  AUDIT_ACTOR_TYPES,
  AUDIT_TARGET_TYPES,
  MODES,
  type SavedLogsQuery,
  SCOPES,
} from '@sazabi/contract';
import {
  bigint,
  boolean,
  date,
  integer,
  json,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core';

const time = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' });

/** One row: who this control store is (`epoch`), how far its key changes are, and what signs receipts (base64). */
export const instance = pgTable('instance', {
  id: boolean('id').primaryKey().default(true),
  epoch: uuid('epoch').notNull(),
  keySeq: bigint('key_seq', { mode: 'number' }).notNull().default(0),
  receiptSecret: text('receipt_secret').notNull(),
  createdAt: time('created_at').notNull(),
});

export const organizations = pgTable('organizations', {
  id: uuid('id').primaryKey(),
  name: text('name').notNull(),
  createdAt: time('created_at').notNull(),
  /** Of projects for which nothing else is said. */
  defaultRetentionDays: integer('default_retention_days').notNull().default(30),
  /** Of keys for which nothing else is said; null = no limit but the operator's cap. */
  defaultPublicRateLimitPerMinute: integer('default_public_rate_limit_per_minute').default(1_000),
  defaultSecretRateLimitPerMinute: integer('default_secret_rate_limit_per_minute').default(1_000),
});

/** `untilMs`: milliseconds since 1970. */
export interface EarlierRetention {
  readonly untilMs: number;
  readonly days: number;
}

export const projects = pgTable('projects', {
  id: uuid('id').primaryKey(),
  organizationId: uuid('organization_id')
    .notNull()
    .references(() => organizations.id),
  name: text('name').notNull(),
  retentionDays: integer('retention_days').notNull().default(30),
  quotaBytesPerDay: bigint('quota_bytes_per_day', { mode: 'number' }),
  quotaLogsPerDay: bigint('quota_logs_per_day', { mode: 'number' }),
  createdAt: time('created_at').notNull(),
  deletedAt: time('deleted_at'),
  /** Logs received before it are never seen again: where a retention ended that was changed. */
  hiddenBefore: time('hidden_before'),
  /** Retentions that were lengthened, the oldest first: logs received before `untilMs` are seen for their days. */
  earlierRetentions: jsonb('earlier_retentions').$type<EarlierRetention[]>().notNull().default([]),
  /** Set with `hiddenBefore`: logs received later have a day of expiry by the present retention. */
  retentionChangedAt: time('retention_changed_at'),
  /** When the store was last cleared of what is hidden by the above; null since the last change of it. */
  purgedAt: time('purged_at'),
});

/** What both types of key have; a function, as each table needs columns of its own. */
const keyColumns = () => ({
  id: uuid('id').primaryKey(),
  organizationId: uuid('organization_id')
    .notNull()
    .references(() => organizations.id),
  name: text('name').notNull(),
  mode: text('mode', { enum: MODES }).notNull(),
  /** SHA-256 of the whole key in hex; the plaintext is nowhere. */
  hash: text('hash').notNull().unique(),
  keyPrefix: text('key_prefix').notNull(),
  allowedOrigins: text('allowed_origins').array().notNull().default([]),
  /** null = no limit but the operator's cap. */
  rateLimitPerMinute: integer('rate_limit_per_minute'),
  expiresAt: time('expires_at'),
  createdAt: time('created_at').notNull(),
  /** The secret key that made it; null: the first start or the operator. */
  createdBy: uuid('created_by'),
  revokedAt: time('revoked_at'),
  /** The key that it was rotated into. */
  replacedBy: uuid('replaced_by'),
  lastUsedAt: time('last_used_at'),
  lastUsedAddress: text('last_used_address'),
  lastUsedUserAgent: text('last_used_user_agent'),
});

export const publicKeys = pgTable('public_keys', {
  ...keyColumns(),
  projectId: uuid('project_id')
    .notNull()
    .references(() => projects.id),
  environment: text('environment'),
});

export const secretKeys = pgTable('secret_keys', {
  ...keyColumns(),
  scopes: text('scopes', { enum: SCOPES }).array().notNull(),
  allowBrowser: boolean('allow_browser').notNull().default(false),
});

/** How many keys may be made before they are counted; see key-room.ts. */
export const keyRoom = pgTable(
  'key_room',
  {
    organizationId: uuid('organization_id')
      .notNull()
      .references(() => organizations.id),
    type: text('type', { enum: ['public', 'secret'] }).notNull(),
    room: integer('room').notNull(),
    fullUntil: time('full_until'),
  },
  (table) => [primaryKey({ columns: [table.organizationId, table.type] })],
);

/** Changes of public keys in commit order; see {@link instance}.keySeq. */
export const keyChanges = pgTable('key_changes', {
  seq: bigint('seq', { mode: 'number' }).primaryKey(),
  keyId: uuid('key_id').notNull(),
  changedAt: time('changed_at').notNull(),
});

/** One row; see maintenance.ts. */
export const maintenance = pgTable('maintenance', {
  id: boolean('id').primaryKey().default(true),
  holder: uuid('holder'),
  heldUntil: time('held_until'),
  succeededAt: time('succeeded_at'),
  /** When removed rows were last taken off the disk. */
  rewrittenAt: time('rewritten_at'),
});

/** Replicas of the API that are there now; see replicas.ts. */
export const apiReplicas = pgTable('api_replicas', {
  id: uuid('id').primaryKey(),
  /** Counts the replica's own writes: one that comes late changes nothing. */
  version: bigint('version', { mode: 'number' }).notNull(),
  seenAt: time('seen_at').notNull(),
  /** The intakes that follow its key feed. */
  intakeIds: uuid('intake_ids').array().notNull(),
  /** What all of them have confirmed; null = it has none. */
  confirmedSeq: bigint('confirmed_seq', { mode: 'number' }),
});

export const auditLog = pgTable('audit_log', {
  id: uuid('id').primaryKey(),
  organizationId: uuid('organization_id')
    .notNull()
    .references(() => organizations.id),
  at: time('at').notNull(),
  actor: text('actor', { enum: AUDIT_ACTOR_TYPES }).notNull(),
  actorKeyId: uuid('actor_key_id'),
  action: text('action', { enum: AUDIT_ACTIONS }).notNull(),
  targetType: text('target_type', { enum: AUDIT_TARGET_TYPES }).notNull(),
  targetId: uuid('target_id').notNull(),
  /** As it was then. */
  targetName: text('target_name'),
  /** Field → before and after; null where all is new or gone. */
  changes: jsonb('changes').$type<Readonly<Record<string, readonly [unknown, unknown]>>>(),
  address: text('address'),
  userAgent: text('user_agent'),
});

export const keyUsageDaily = pgTable(
  'key_usage_daily',
  {
    day: date('day', { mode: 'string' }).notNull(),
    keyId: uuid('key_id').notNull(),
    requests: bigint('requests', { mode: 'number' }).notNull().default(0),
    limited: bigint('limited', { mode: 'number' }).notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.day, table.keyId] })],
);

export const keyRejectionsDaily = pgTable(
  'key_rejections_daily',
  {
    day: date('day', { mode: 'string' }).notNull(),
    keyId: uuid('key_id').notNull(),
    code: text('code').notNull(),
    logs: bigint('logs', { mode: 'number' }).notNull().default(0),
    /** Requests refused whole: how many logs they held is not known. */
    requests: bigint('requests', { mode: 'number' }).notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.day, table.keyId, table.code] })],
);

/** Absolute counts of one run of one intake. */
export const quotaUse = pgTable(
  'quota_use',
  {
    day: date('day', { mode: 'string' }).notNull(),
    projectId: uuid('project_id')
      .notNull()
      .references(() => projects.id),
    intakeId: uuid('intake_id').notNull(),
    logs: bigint('logs', { mode: 'number' }).notNull(),
    bytes: bigint('bytes', { mode: 'number' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.day, table.projectId, table.intakeId] })],
);

export const threads = pgTable('threads', {
  id: uuid('id').primaryKey(),
  organizationId: uuid('organization_id')
    .notNull()
    .references(() => organizations.id),
  title: text('title').notNull(),
  status: text('status', { enum: ['open', 'resolved'] }).notNull(),
  query: json('query').$type<SavedLogsQuery>(),
  messageCount: integer('message_count').notNull().default(0),
  createdAt: time('created_at').notNull(),
  /** The secret key that made it. */
  createdBy: uuid('created_by').notNull(),
  updatedAt: time('updated_at').notNull(),
});

export const threadMessages = pgTable('thread_messages', {
  id: uuid('id').primaryKey(),
  threadId: uuid('thread_id')
    .notNull()
    .references(() => threads.id, { onDelete: 'cascade' }),
  body: text('body').notNull(),
  logIds: text('log_ids').array().notNull().default([]),
  createdAt: time('created_at').notNull(),
  createdBy: uuid('created_by').notNull(),
});
