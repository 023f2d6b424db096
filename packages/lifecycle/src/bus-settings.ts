// Settings of the bus, shared by every service that uses it: BUS_URL, and KAFKA_* for a bus on Kafka.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';

const HOUR_MS = 3_600_000;
const MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;
const KAFKA_SCHEME = 'kafka://';
const BROKER = /^[^\s,/@:]+:(\d{1,5})$/;
const PORT_MAX = 65_535;

const count = (from: number, to: number) => {
  const text = `must be a whole number from ${from} to ${to}`;
  return z.coerce.number(text).int(text).min(from, text).max(to, text);
};
const topicName = z.string().regex(/^[A-Za-z0-9._-]{1,200}$/, 'must be 1 to 200 letters, digits, ".", "_" and "-"');

/** Fields for a service's settings schema; to be judged by {@link checkBus} too, and read by {@link busOf}. */
export const busSettings = {
  BUS_URL: z
    .string()
    .refine(
      (text) => /^lmdb:./.test(text) || namesBrokers(text),
      'must be lmdb:FOLDER or kafka://HOST:PORT[,HOST:PORT…] (user and password go into KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD)',
    )
    .optional(),
  KAFKA_TOPIC: topicName.default('sazabi.logs.v1'),
  KAFKA_GROUP: topicName.default('sazabi-consumer'),
  KAFKA_PARTITIONS: count(1, 1000).default(6),
  KAFKA_REPLICATION_FACTOR: count(1, 100).optional(),
  KAFKA_MIN_INSYNC_REPLICAS: count(1, 100).optional(),
  KAFKA_RETENTION_HOURS: count(1, 8760).default(168),
  KAFKA_SESSION_TIMEOUT_SECONDS: count(6, 300).default(10),
  KAFKA_TLS: z.enum(['true', 'false'], 'must be true or false').default('false'),
  KAFKA_TLS_CA_FILE: z.string().optional(),
  KAFKA_TLS_CERT_FILE: z.string().optional(),
  KAFKA_TLS_KEY_FILE: z.string().optional(),
  KAFKA_SASL_MECHANISM: z.enum(MECHANISMS, `must be one of ${MECHANISMS.join(', ')}`).optional(),
  KAFKA_SASL_USERNAME: z.string().optional(),
  KAFKA_SASL_PASSWORD: z.string().optional(),
};

/** The names of all of them: what a supervisor passes on to a service that uses the bus. */
export const BUS_VARIABLES: readonly string[] = Object.keys(busSettings);

function namesBrokers(url: string): boolean {
  if (!url.startsWith(KAFKA_SCHEME)) return false;
  const ports = url
    .slice(KAFKA_SCHEME.length)
    .split(',')
    .map((broker) => Number(BROKER.exec(broker)?.[1] ?? 0));
  return ports.every((port) => port > 0 && port <= PORT_MAX);
}

const busSchema = z.object(busSettings);
type BusVariables = z.infer<typeof busSchema>;

/** What `openBus` of the bus takes. */
export interface BusConfig {
  readonly url: string;
  /** undefined where the bus is not Kafka. */
  readonly kafka: KafkaConfig | undefined;
}

/** Structurally the bus's own KafkaSettings: this package knows no bus. */
export interface KafkaConfig {
  readonly topic: string;
  readonly deadLetterTopic: string;
  readonly groupId: string;
  readonly partitions: number;
  readonly replicationFactor: number | null;
  readonly minInsyncReplicas: number | null;
  readonly retentionMs: number;
  readonly sessionTimeoutMs: number;
  readonly tls: {
    readonly ca: string | null;
    readonly client: { readonly cert: string; readonly key: string } | null;
  } | null;
  readonly sasl: {
    readonly mechanism: (typeof MECHANISMS)[number];
    readonly username: string;
    readonly password: string;
  } | null;
}

/** Files that cannot be read, and settings that need one another. */
export function checkBus(settings: BusVariables, context: z.RefinementCtx): void {
  const wrong = (variable: keyof BusVariables, message: string): void =>
    context.addIssue({ code: 'custom', path: [variable], message });
  for (const variable of ['KAFKA_TLS_CA_FILE', 'KAFKA_TLS_CERT_FILE', 'KAFKA_TLS_KEY_FILE'] as const) {
    const file = settings[variable];
    if (file === undefined) continue;
    if (settings.KAFKA_TLS === 'false') {
      wrong(variable, 'is of use with KAFKA_TLS=true only');
      continue;
    }
    try {
      readFileSync(file);
    } catch (error) {
      wrong(variable, `cannot be read (${error instanceof Error && 'code' in error ? error.code : error})`);
    }
  }
  if ((settings.KAFKA_TLS_CERT_FILE === undefined) !== (settings.KAFKA_TLS_KEY_FILE === undefined))
    wrong('KAFKA_TLS_KEY_FILE', 'goes with KAFKA_TLS_CERT_FILE: set both or none');
  const { KAFKA_REPLICATION_FACTOR: factor, KAFKA_MIN_INSYNC_REPLICAS: inSync } = settings;
  if (factor !== undefined && inSync !== undefined && inSync > factor)
    wrong(
      'KAFKA_MIN_INSYNC_REPLICAS',
      'must not be more than KAFKA_REPLICATION_FACTOR: nothing would ever be acknowledged',
    );
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_USERNAME: user, KAFKA_SASL_PASSWORD: password } = settings;
  if (new Set([mechanism === undefined, user === undefined, password === undefined]).size > 1)
    wrong('KAFKA_SASL_MECHANISM', 'goes with KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD: set all three or none');
}

/** Unset, the bus is a folder of the data directory. */
export function busOf(settings: BusVariables, dataDir: string): BusConfig {
  const url = settings.BUS_URL ?? `lmdb:${join(resolve(dataDir), 'bus')}`;
  return { url, kafka: url.startsWith('kafka:') ? kafkaOf(settings) : undefined };
}

function kafkaOf(settings: BusVariables): KafkaConfig {
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password } = settings;
  return {
    topic: settings.KAFKA_TOPIC,
    deadLetterTopic: `${settings.KAFKA_TOPIC}.dead-letters`,
    groupId: settings.KAFKA_GROUP,
    partitions: settings.KAFKA_PARTITIONS,
    replicationFactor: settings.KAFKA_REPLICATION_FACTOR ?? null,
    minInsyncReplicas: settings.KAFKA_MIN_INSYNC_REPLICAS ?? null,
    retentionMs: settings.KAFKA_RETENTION_HOURS * HOUR_MS,
    sessionTimeoutMs: settings.KAFKA_SESSION_TIMEOUT_SECONDS * 1000,
    tls: settings.KAFKA_TLS === 'true' ? tlsOf(settings) : null,
    sasl:
      mechanism === undefined || username === undefined || password === undefined
        ? null
        : { mechanism, username, password },
  };
}

function tlsOf(settings: BusVariables): KafkaConfig['tls'] {
  const { KAFKA_TLS_CA_FILE: ca, KAFKA_TLS_CERT_FILE: cert, KAFKA_TLS_KEY_FILE: key } = settings;
  const read = (file: string) => readFileSync(file, 'utf8');
  return {
    ca: ca === undefined ? null : read(ca),
    client: cert === undefined || key === undefined ? null : { cert: read(cert), key: read(key) },
  };
}
