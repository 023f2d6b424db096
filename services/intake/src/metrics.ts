// The intake's metrics. Requests are counted in plain numbers, read when somebody scrapes: prom-client's own cost 0.5 µs each.
import type { SpoolingBus } from '@sazabi/bus';
import { Counter, createMetrics, Gauge, Histogram, type Registry } from '@sazabi/lifecycle';
import type { AppendReport } from './batch/append-batch.ts';
import { addSpoolMetrics } from './bus/spool-metrics.ts';
import type { BytesBudget } from './bytes-budget.ts';
import type { KeySource } from './ingest/admission.ts';

export interface IntakeCounts {
  /** By HTTP status; 0 = the client went away. */
  readonly requests: Map<number, number>;
  /** Filed in a batch; durable unless the append failed. Repeats under one key that met their original count again. */
  acceptedLogs: number;
  readonly rejectedLogs: Map<string, number>;
  /** With a known key, by code; quotas among them, rate limits not. */
  readonly refusedRequests: Map<string, number>;
  /** For overload, by what has no time for them: `loop` or `bus`. */
  readonly shedRequests: Map<string, number>;
  /** As sent. */
  bodyBytes: number;
  /** What compressed bodies came to. */
  inflatedBytes: number;
  connections: number;
  /** Closed at once for being more than the intake holds. */
  connectionsRefused: number;
}

export interface IntakeMetrics {
  readonly registry: Registry;
  readonly counts: IntakeCounts;
  /** Reports one append. */
  readonly appended: (append: AppendReport) => void;
}

export interface MetricsSources {
  readonly keys: KeySource;
  readonly bodies: BytesBudget;
  readonly waiting: BytesBudget;
  /** null where the bus needs none. */
  readonly spool: SpoolingBus | null;
}

/** Names begin with `sazabi_intake_`; README.md lists them. */
export function createIntakeMetrics(sources: MetricsSources): IntakeMetrics {
  const registry = createMetrics('intake');
  const registers = [registry];
  const counts: IntakeCounts = {
    requests: new Map(),
    acceptedLogs: 0,
    rejectedLogs: new Map(),
    refusedRequests: new Map(),
    shedRequests: new Map([
      ['loop', 0],
      ['bus', 0],
    ]),
    bodyBytes: 0,
    inflatedBytes: 0,
    connections: 0,
    connectionsRefused: 0,
  };
  countersOf(registry, counts);
  gaugesOf(registry, counts, sources);
  if (sources.spool !== null) addSpoolMetrics(registry, sources.spool);
  const rows = new Histogram({
    name: 'sazabi_intake_batch_rows',
    help: 'Logs of one record.',
    buckets: [1, 4, 16, 64, 256, 1024, 4096, 20_000],
    registers,
  });
  const blockBytes = new Histogram({
    name: 'sazabi_intake_batch_bytes',
    help: 'Bytes of one block before compression.',
    buckets: [1024, 8192, 65_536, 524_288, 4_194_304, 25_165_824],
    registers,
  });
  const seconds = new Histogram({
    name: 'sazabi_intake_append_seconds',
    help: 'From closing a batch to its being durable, compression included.',
    buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers,
  });
  const recordBytes = new Counter({
    name: 'sazabi_intake_record_bytes_total',
    help: 'Bytes of records given to the bus.',
    registers,
  });
  const failures = new Counter({
    name: 'sazabi_intake_append_failures_total',
    help: 'Appends that failed, by how.',
    labelNames: ['failure'],
    registers,
  });
  return {
    registry,
    counts,
    appended(append) {
      rows.observe(append.rows);
      blockBytes.observe(append.blockBytes);
      seconds.observe(append.seconds);
      recordBytes.inc(append.recordBytes);
      if (append.failure !== null) failures.inc({ failure: append.failure.failure });
    },
  };
}

function countersOf(registry: Registry, counts: IntakeCounts): void {
  const counter = (name: string, help: string, value: () => number) =>
    new Counter({
      name: `sazabi_intake_${name}_total`,
      help,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(value());
      },
    });
  const labelled = (name: string, help: string, label: string, values: ReadonlyMap<string | number, number>) =>
    new Counter({
      name: `sazabi_intake_${name}_total`,
      help,
      labelNames: [label],
      registers: [registry],
      collect() {
        this.reset();
        for (const [key, value] of values) this.inc({ [label]: String(key) }, value);
      },
    });
  labelled('requests', 'Requests by status of their answer; 0 = the client went away.', 'status', counts.requests);
  labelled('rejected_logs', 'Logs rejected, by code.', 'code', counts.rejectedLogs);
  labelled(
    'refused_requests',
    'Requests with a known key that were refused whole, by code: quotas among them, rate limits not.',
    'code',
    counts.refusedRequests,
  );
  labelled(
    'shed_requests',
    'Requests refused for overload, by what had no time for them: loop (this process) or bus.',
    'by',
    counts.shedRequests,
  );
  counter('accepted_logs', 'Logs filed in a batch.', () => counts.acceptedLogs);
  counter('body_bytes', 'Bytes of bodies as sent.', () => counts.bodyBytes);
  counter('inflated_bytes', 'Bytes that compressed bodies came to.', () => counts.inflatedBytes);
  counter(
    'connections_refused',
    'Connections closed at once, over the limit of connections.',
    () => counts.connectionsRefused,
  );
}

function gaugesOf(registry: Registry, counts: IntakeCounts, sources: MetricsSources): void {
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name: `sazabi_intake_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(value());
      },
    });
  gauge('connections', 'Open connections.', () => counts.connections);
  gauge('bodies_bytes', 'Bytes of bodies being read or inflated.', () => sources.bodies.usedBytes);
  gauge('waiting_bytes', 'Bytes of blocks that are not durable yet.', () => sources.waiting.usedBytes);
  gauge('keys', 'Keys in the snapshot.', () => sources.keys.snapshot.size());
  gauge('key_feed_connected', '1 while the key feed is connected.', () => (sources.keys.connected() ? 1 : 0));
  gauge(
    'key_snapshot_age_seconds',
    'Since the snapshot was last known to be current; -1 without one.',
    () => (sources.keys.ageMs() ?? -1000) / 1000,
  );
}
