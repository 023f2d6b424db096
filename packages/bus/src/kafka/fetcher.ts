// Fetches for all feeds of a part: one request at a time to each leader, for all of its partitions that are wanted.
import type { Broker, FetchedMessage } from 'kafkajs/src/cluster/index.js';
import type { BusRecord, Offset } from '../bus.ts';
import type { KafkaClient } from './client.ts';
import { busErrorOf, isOfConnection, kafkaFailure, partitionOf } from './failure.ts';
import { afterAnswer, type FetchPace, fastPace, slower } from './fetch-pace.ts';
import { BUFFERS_BYTES_MAX, FETCH_PARTITION_SHARE, FETCH_WAIT_SHORT_MS } from './limits.ts';
import type { Fetched, PartitionFeed } from './partition-feed.ts';
import { backoffMs, pause } from './pause.ts';
import { createSuspects } from './suspects.ts';

export interface Fetcher {
  add(feed: PartitionFeed): void;
  remove(feed: PartitionFeed): void;
  /** Looks at once for feeds that are wanted. */
  wake(): void;
  /** Nothing more is fetched; the client is the caller's to close. */
  close(): void;
}

export interface FetcherOptions {
  /** A fetch waits so long at the broker for a first record. */
  readonly waitMs: number;
  /** What a feed asked for is not kept: what it goes on from, `earliest` as the broker told it. */
  readonly onMoved: (partition: number, from: Offset, earliest: Offset) => void;
}

interface Wanted {
  readonly feed: PartitionFeed;
  readonly from: Offset;
}

/** Fetches nothing until a feed is wanted. */
export function createFetcher(client: KafkaClient, { waitMs, onMoved }: FetcherOptions): Fetcher {
  const feeds = new Set<PartitionFeed>();
  /** Leaders with a fetch under way. */
  const busy = new Set<number>();
  /** By partition; those of the last plan, also for a fetch under way, which takes over what comes to its leader. */
  let leaders: ReadonlyMap<number, number> = new Map();
  /** By leader, of those whose links are slow. */
  const paces = new Map<number, FetchPace>();
  const { requestTimeoutMs } = client;
  const suspects = createSuspects();
  let failures = 0;
  let closed = false;
  let planning = false;

  /** I6: however many partitions there are, what is fetched ahead of all of them is bounded. */
  const isTight = () => [...feeds].reduce((sum, feed) => sum + feed.bytes(), 0) >= BUFFERS_BYTES_MAX;
  /** The offset to fetch from now, or null. */
  const due = (feed: PartitionFeed, tight: boolean) => (suspects.isDue(feed.partition) ? feed.wanted(tight) : null);
  /** For each partition the first feed that is wanted: a request names a partition once. A suspect is asked for alone. */
  const round = (nodeId: number): Map<number, Wanted> => {
    const wanted = new Map<number, Wanted>();
    const tight = isTight();
    for (const feed of feeds) {
      const { partition } = feed;
      const from = leaders.get(partition) === nodeId && !wanted.has(partition) ? due(feed, tight) : null;
      if (from === null || (wanted.size > 0 && suspects.has(partition))) continue;
      wanted.set(partition, { feed, from });
      if (suspects.has(partition)) break;
    }
    // A feed that had its turn goes behind the others of its partition.
    for (const { feed } of wanted.values()) {
      feeds.delete(feed);
      feeds.add(feed);
    }
    return wanted;
  };
  const fetchRound = async (nodeId: number): Promise<boolean> => {
    const wanted = round(nodeId);
    if (wanted.size === 0) return false;
    const isLeft = ({ partition }: PartitionFeed) => suspects.has(partition) && !wanted.has(partition);
    const inUse = [...feeds].filter((feed) => feed.inUse() && leaders.get(feed.partition) === nodeId && !isLeft(feed));
    const all = inUse.length === wanted.size;
    const maxWaitTime = all ? waitMs : Math.min(waitMs, FETCH_WAIT_SHORT_MS);
    const pace = paces.get(nodeId) ?? fastPace(requestTimeoutMs);
    try {
      const answerMs = maxWaitTime + pace.answerMs;
      const { found, ...answer } = await client.onNode(
        nodeId,
        (broker) => fetchFrom(broker, { topic: client.topic, wanted, maxWaitTime, answerMs, bytesMax: pace.bytesMax }),
        answerMs,
      );
      failures = 0;
      suspects.clear(wanted.keys());
      paces.set(nodeId, afterAnswer(pace, answer, requestTimeoutMs));
      for (const [partition, fetched] of found) wanted.get(partition)?.feed.accept(fetched);
      return true;
    } catch (error) {
      if (kafkaFailure(error) === 'silent') paces.set(nodeId, slower(pace));
      if (!closed) await recover(error, wanted);
      return false;
    }
  };
  const recover = async (error: unknown, wanted: ReadonlyMap<number, Wanted>) => {
    const outside = kafkaFailure(error) === 'out-of-range' ? wanted.get(partitionOf(error) ?? -1) : undefined;
    try {
      if (outside !== undefined) {
        await moveToEarliest(outside);
        return;
      }
    } catch (again) {
      error = again;
    }
    const told = busErrorOf(error, 'reading', client.brokers);
    for (const { feed } of wanted.values()) feed.fail(told);
    if (isOfConnection(error)) {
      failures += 1;
      await pause(backoffMs(failures), client.closing);
      return;
    }
    // Others are fetched meanwhile.
    const failed = [...wanted.keys()];
    void pause(suspects.add(failed), client.closing).then(() => {
      suspects.release(failed);
      fetcher.wake();
    });
  };
  const moveToEarliest = async ({ feed, from }: Wanted) => {
    const { partition } = feed;
    const next = (await client.offsets([partition], 'next')).get(partition);
    const earliest = (await client.offsets([partition], 'earliest')).get(partition);
    if (earliest === undefined || next === undefined) throw new Error('the broker told no offsets');
    // Fetches are answered by followers too, and one that is behind knows less than the leader, whom we have asked now.
    if (from >= earliest && from <= next) throw new Error('a broker that is behind its leader was asked');
    if (feed.move(from, earliest)) onMoved(partition, from, earliest);
  };
  const pump = async (nodeId: number) => {
    busy.add(nodeId);
    while (!closed && (await fetchRound(nodeId)));
    busy.delete(nodeId);
  };
  /** Starts a fetch at each leader that has something wanted and is not busy. */
  const plan = async () => {
    const partitions = await client.partitions();
    // From here on nothing waits: who wakes us later is not passed over.
    planning = false;
    leaders = new Map(partitions.map(({ partitionId, leader }) => [partitionId, leader]));
    const tight = isTight();
    const wanting = [...feeds].filter((feed) => due(feed, tight) !== null);
    for (const nodeId of new Set(wanting.map((feed) => leaders.get(feed.partition)))) {
      if (nodeId !== undefined && !busy.has(nodeId)) void pump(nodeId).then(fetcher.wake);
    }
  };
  const fetcher: Fetcher = {
    add: (feed) => feeds.add(feed),
    remove: (feed) => feeds.delete(feed),
    wake() {
      if (closed || planning || ![...feeds].some((feed) => due(feed, false) !== null)) return;
      planning = true;
      void plan().catch(async (error: unknown) => {
        failures += 1;
        const told = busErrorOf(error, 'reading', client.brokers);
        for (const feed of feeds) feed.fail(told);
        await pause(backoffMs(failures), client.closing);
        planning = false;
        fetcher.wake();
      });
    },
    close() {
      closed = true;
    },
  };
  return fetcher;
}

interface FetchRequest {
  readonly topic: string;
  readonly wanted: ReadonlyMap<number, Wanted>;
  /** At the broker, for a first record. */
  readonly maxWaitTime: number;
  /** With that wait. */
  readonly answerMs: number;
  readonly bytesMax: number;
}

interface Answer {
  readonly found: ReadonlyMap<number, Fetched>;
  /** Of records, nearly. */
  readonly bytes: number;
  /** From the request on. */
  readonly tookMs: number;
}

async function fetchFrom(broker: Broker, request: FetchRequest): Promise<Answer> {
  const { topic, wanted, maxWaitTime, answerMs, bytesMax } = request;
  const maxBytes = bytesMax * FETCH_PARTITION_SHARE;
  const partitions = [...wanted].map(([partition, { from }]) => ({ partition, fetchOffset: String(from), maxBytes }));
  const beganMs = performance.now();
  const answer = await broker.fetch({
    maxWaitTime,
    minBytes: 1,
    maxBytes: bytesMax,
    requestTimeout: answerMs,
    topics: [{ topic, partitions }],
  });
  const found = new Map<number, Fetched>();
  let bytes = 0;
  for (const { partition, highWatermark, messages } of answer.responses.flatMap((response) => response.partitions)) {
    const from = wanted.get(partition)?.from;
    if (from === undefined) continue;
    for (const { value } of messages) bytes += value?.byteLength ?? 0;
    const last = messages.at(-1);
    found.set(partition, {
      from,
      // A batch is sent whole: it may begin before what was asked for.
      records: messages.flatMap((message) => recordOf(partition, message)).filter(({ offset }) => offset >= from),
      next: last === undefined ? from : Math.max(from, Number(last.offset) + 1),
      end: Number(highWatermark),
    });
  }
  return { found, bytes, tookMs: performance.now() - beganMs };
}

function recordOf(partition: number, message: FetchedMessage): BusRecord[] {
  // Marks of transactions, and what compaction left of a key: none of ours.
  if (message.isControlRecord === true) return [];
  const headers = new Map<string, Uint8Array>();
  for (const [name, value] of Object.entries(message.headers)) {
    const first = Array.isArray(value) ? value[0] : value;
    if (first instanceof Uint8Array) headers.set(name, first);
  }
  const value = message.value ?? new Uint8Array();
  return [{ partition, offset: Number(message.offset), appendedAtMs: Number(message.timestamp), headers, value }];
}
