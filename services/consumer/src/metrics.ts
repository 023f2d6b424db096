// What the consumer counts. Process counters: after a crash the same rows may be counted again; what is stored is asked of `logs`.
import { Counter, createMetrics, Gauge, Histogram, type Registry } from '@sazabi/lifecycle';

export interface ConsumerMetrics {
  readonly registry: Registry;
  readonly insertSeconds: Histogram;
  readonly lookUpSeconds: Histogram;
  readonly freshnessSeconds: Histogram;
  readonly rows: Counter;
  readonly bytes: Counter;
  readonly failures: Counter<'failure'>;
  readonly deadLetters: Counter<'kind'>;
  readonly expired: Counter;
  readonly unreadGone: Counter;
}

export interface MetricSources {
  /** Records appended and not yet behind the committed offset, per partition; asked at each scrape. */
  readonly lag: () => Promise<readonly { readonly partition: number; readonly records: number }[]>;
  /** Partitions that wait, each with why: an error's code. */
  readonly waiting: () => Iterable<readonly [partition: number, because: string]>;
  /** Servers of shards that must not be used. */
  readonly refusedServers: () => number;
}

export function createConsumerMetrics({ lag, waiting, refusedServers }: MetricSources): ConsumerMetrics {
  const registry = createMetrics('consumer');
  const registers = [registry];
  const latencyBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
  new Gauge({
    name: 'sazabi_consumer_lag_records',
    help: 'Records on the bus that are not yet behind the committed offset.',
    labelNames: ['partition'],
    registers,
    async collect() {
      // Unknown while the bus is away: no series rather than an old one, and the other metrics are told.
      this.reset();
      for (const { partition, records } of await lag().catch(() => [])) this.set({ partition }, records);
    },
  });
  new Gauge({
    name: 'sazabi_consumer_waiting',
    help: '1 for each partition that cannot go on for now, with the code of what keeps it.',
    labelNames: ['partition', 'code'],
    registers,
    collect() {
      this.reset();
      for (const [partition, code] of waiting()) this.set({ partition, code }, 1);
    },
  });
  new Gauge({
    name: 'sazabi_consumer_refused_servers',
    help: 'Replicas of shards that are gone on without: their password, database or place in the cluster is wrong.',
    registers,
    collect() {
      this.set(refusedServers());
    },
  });
  return {
    registry,
    insertSeconds: new Histogram({
      name: 'sazabi_consumer_insert_seconds',
      help: 'Duration of inserts that were answered.',
      buckets: latencyBuckets,
      registers,
    }),
    lookUpSeconds: new Histogram({
      name: 'sazabi_consumer_look_up_seconds',
      help: 'Duration of look-ups that were answered.',
      buckets: latencyBuckets,
      registers,
    }),
    freshnessSeconds: new Histogram({
      name: 'sazabi_consumer_freshness_seconds',
      help: 'From the append of the oldest record of an insert to the answer of the insert.',
      buckets: latencyBuckets,
      registers,
    }),
    rows: new Counter({
      name: 'sazabi_consumer_inserted_rows_total',
      help: 'Rows of inserts that were answered, repeats included.',
      registers,
    }),
    bytes: new Counter({
      name: 'sazabi_consumer_inserted_bytes_total',
      help: 'Compressed bytes of inserts that were answered, repeats included.',
      registers,
    }),
    failures: new Counter({
      name: 'sazabi_consumer_failures_total',
      help: 'Calls of the store or the bus that failed and were, or will be, made again.',
      labelNames: ['failure'],
      registers,
    }),
    deadLetters: new Counter({
      name: 'sazabi_consumer_dead_letters_total',
      help: 'Records given up: refused by the store (refused), or not decodable (undecodable).',
      labelNames: ['kind'],
      registers,
    }),
    expired: new Counter({
      name: 'sazabi_consumer_expired_records_total',
      help: 'Records passed over because their rows would be dropped at once.',
      registers,
    }),
    unreadGone: new Counter({
      name: 'sazabi_consumer_unread_gone_records_total',
      help: 'Records that the retention of the bus deleted before they were read: they are lost.',
      registers,
    }),
  };
}
