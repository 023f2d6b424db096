// What an operator may say about Kafka beside its addresses, and what a process gives the bus.
import type { BusLogger, UnreadGone } from '../bus.ts';

export interface KafkaTls {
  /** PEM text of the authorities to trust; null = those that Node knows. */
  readonly ca: string | null;
  /** PEM text of a client certificate and its key; null = none is shown. */
  readonly client: { readonly cert: string; readonly key: string } | null;
}

export interface KafkaSasl {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  readonly username: string;
  readonly password: string;
}

export interface KafkaSettings {
  readonly topic: string;
  /** Of undecodable records. */
  readonly deadLetterTopic: string;
  readonly groupId: string;
  /** Of a topic that is made; one that is there keeps its own number. */
  readonly partitions: number;
  /** Of topics that are made; null = the broker's default. */
  readonly replicationFactor: number | null;
  readonly minInsyncReplicas: number | null;
  readonly retentionMs: number;
  /** A consumer that is silent for this long loses its partitions. */
  readonly sessionTimeoutMs: number;
  /** An append that is not acknowledged by then fails with 'unavailable'; a large one has more time. Default 3 s. */
  readonly appendDeadlineMs?: number;
  /** null = plain TCP. */
  readonly tls: KafkaTls | null;
  readonly sasl: KafkaSasl | null;
}

export interface KafkaBusOptions {
  readonly logger?: BusLogger | undefined;
  /** Called where records were deleted before they were read, for a metric; it is logged too. */
  readonly onUnreadGone?: ((gone: UnreadGone) => void) | undefined;
}
