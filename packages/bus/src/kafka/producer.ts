// Appends records: those of a partition that come together share a request; each is sent again until it is acknowledged, is
// refused, or its time is over. Plain, not idempotent: a record may be stored twice, an acknowledged one never is lost.
import { BusError, type BusProducer } from '../bus.ts';
import type { KafkaClient } from './client.ts';
import { busErrorOf, kafkaFailure } from './failure.ts';
import { DEADLINE_CHECK_MS, GROUP_BYTES_MAX, LINK_BYTES_PER_MS, SENDS_PER_PARTITION_MAX } from './limits.ts';
import { backoffMs, pause } from './pause.ts';
import { encodeProduce, produce } from './produce.ts';
import { checkSize, encodeBody, type KeyedRecord } from './record-batch.ts';

export interface KafkaProducer extends BusProducer {
  appendKeyed(partition: number, record: KeyedRecord): Promise<void>;
  /** How the last try of an append ended, and how long ago; null before the first. */
  lastOutcome(): { readonly acknowledged: boolean; readonly agoMs: number } | null;
  /** Resolves when the brokers answer. */
  ping(): Promise<void>;
}

interface Append {
  readonly body: Buffer;
  readonly untilMs: number;
  /** Settles the promise; the first time counts. */
  readonly settle: (error: BusError | null) => void;
  settled: boolean;
}

/**
 * Appends through the client, which is closed with the producer. `deadlineMs` bounds each append, with the time on top that the
 * record takes on a slow link ({@link LINK_BYTES_PER_MS}).
 */
export function createProducer(client: KafkaClient, partitions: number, deadlineMs: number): KafkaProducer {
  const deadlines = createDeadlines(client);
  let last: { readonly acknowledged: boolean; readonly atMs: number } | null = null;
  const heard = (acknowledged: boolean) => {
    last = { acknowledged, atMs: performance.now() };
  };
  const send = createSend(client, deadlineMs);
  const lanes = Array.from({ length: partitions }, (_, partition) => createLane({ client, partition, send, heard }));
  const underWay = new Set<Promise<void>>();
  let bytesInFlight = 0;
  let closed = false;

  const append = async (partition: number, record: KeyedRecord): Promise<void> => {
    const lane = lanes[partition];
    if (lane === undefined) throw new RangeError(`The topic has partitions 0 to ${partitions - 1}, not ${partition}.`);
    if (closed) throw new BusError('closed', 'The bus is closed.');
    const body = encodeBody(record);
    bytesInFlight += body.byteLength;
    const durable = new Promise<void>((resolve, reject) => {
      const one: Append = {
        body,
        untilMs: performance.now() + deadlineMs + body.byteLength / LINK_BYTES_PER_MS,
        settled: false,
        settle(error) {
          if (one.settled) return;
          one.settled = true;
          if (error === null) resolve();
          else reject(error);
        },
      };
      deadlines.watch(one);
      lane.push(one);
    });
    underWay.add(durable);
    try {
      await durable;
    } finally {
      bytesInFlight -= body.byteLength;
      underWay.delete(durable);
    }
  };
  return {
    partitions,
    get bytesInFlight() {
      return bytesInFlight;
    },
    async append(partition, record) {
      checkSize(record);
      await append(partition, { key: null, ...record });
    },
    appendKeyed: append,
    ping: client.ping,
    lastOutcome: () => last && { acknowledged: last.acknowledged, agoMs: performance.now() - last.atMs },
    async close() {
      closed = true;
      await Promise.allSettled(underWay);
      deadlines.close();
      await client.close();
    },
  };
}

interface Lane {
  push(append: Append): void;
}

/** Sends a group once. @throws what the client throws */
type Send = (partition: number, request: Buffer) => Promise<void>;

/**
 * A request that gets no answer in time takes its connection with it, and whatever else is on its way there: it is given the time
 * that all takes on a slow link which is before it. So a large record arrives although small ones behind it are given up.
 */
function createSend(client: KafkaClient, deadlineMs: number): Send {
  let bytesUnderWay = 0;
  return async (partition, request) => {
    bytesUnderWay += request.byteLength;
    const answerMs = deadlineMs + Math.ceil(bytesUnderWay / LINK_BYTES_PER_MS);
    try {
      await client.onLeader(partition, (broker) => produce(broker, request, answerMs), answerMs);
    } finally {
      bytesUnderWay -= request.byteLength;
    }
  };
}

interface LaneOptions {
  readonly client: KafkaClient;
  readonly partition: number;
  readonly send: Send;
  readonly heard: (acknowledged: boolean) => void;
}

/** The way to one partition. */
function createLane({ client, partition, send, heard }: LaneOptions): Lane {
  const waiting: Append[] = [];
  let sends = 0;
  let flushing = false;

  const trySend = async (group: readonly Append[]): Promise<void> => {
    const bodies = group.map(({ body }) => body);
    const { topic } = client;
    const request = encodeProduce({
      topic,
      partition,
      bodies,
      timestampMs: Date.now(),
      timeoutMs: client.requestTimeoutMs,
    });
    for (let tries = 1; group.some(({ settled }) => !settled); tries += 1) {
      try {
        await send(partition, request);
        heard(true);
        for (const { settle } of group) settle(null);
        return;
      } catch (error) {
        const failure = kafkaFailure(error);
        // What does not fit together may fit alone.
        if (failure === 'too-large' && group.length > 1) {
          await Promise.all(group.map((one) => trySend([one])));
          return;
        }
        if (failure !== 'too-large') heard(false);
        if (failure === 'too-large' || failure === 'refused' || error instanceof BusError) {
          const refusal = busErrorOf(error, 'appending', client.brokers);
          for (const { settle } of group) settle(refusal);
          return;
        }
        await pause(backoffMs(tries), client.closing);
      }
    }
  };
  const flush = () => {
    flushing = false;
    while (waiting.length > 0 && sends < SENDS_PER_PARTITION_MAX) {
      sends += 1;
      void trySend(takeGroup(waiting)).then(() => {
        sends -= 1;
        flush();
      });
    }
  };
  return {
    push(append) {
      waiting.push(append);
      // At the end of the turn: what is appended in one turn goes together.
      if (!flushing) queueMicrotask(flush);
      flushing = true;
    },
  };
}

/** The first ones that fit one request, those whose time is over left out. */
function takeGroup(waiting: Append[]): Append[] {
  const group: Append[] = [];
  let bytes = 0;
  for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
    bytes += next.body.byteLength;
    if (group.length > 0 && bytes > GROUP_BYTES_MAX) break;
    waiting.shift();
    if (!next.settled) group.push(next);
  }
  return group;
}

interface Deadlines {
  watch(append: Append): void;
  close(): void;
}

/** Fails appends whose time is over, whatever they wait for. */
function createDeadlines(client: KafkaClient): Deadlines {
  let watched: Append[] = [];
  let timer: NodeJS.Timeout | undefined;
  const check = () => {
    const nowMs = performance.now();
    const late = new BusError(
      'unavailable',
      `Kafka at ${client.brokers.join(', ')} has not acknowledged in time: the record may have been appended.`,
    );
    watched = watched.filter((append) => {
      if (!append.settled && append.untilMs <= nowMs) append.settle(late);
      return !append.settled;
    });
    if (watched.length > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
  return {
    watch(append) {
      watched.push(append);
      timer ??= setInterval(check, DEADLINE_CHECK_MS);
    },
    close: () => clearInterval(timer),
  };
}
