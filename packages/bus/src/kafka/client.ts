// Connections to the brokers for one part of the bus and one topic: who leads a partition, who coordinates the group.
// Each part has a client of its own, since a broker answers the requests of a connection one after another.
import type { Socket } from 'node:net';
import { connect as connectTcp, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import Cluster, { type Broker, type PartitionMetadata, type SocketOptions } from 'kafkajs/src/cluster/index.js';
import { BusError, type Offset } from '../bus.ts';
import { busErrorOf, kafkaFailure, silentBroker } from './failure.ts';
import type { KafkaSettings } from './kafka-settings.ts';
import { CALL_DEADLINE_MS, CONNECT_TIMEOUT_MS, METADATA_AGE_MS_MAX, REQUEST_TIMEOUT_MS } from './limits.ts';
import { backoffMs, pause, within } from './pause.ts';

const KEEP_ALIVE_DELAY_MS = 30_000;
/** What metadata tell as the leader of a partition that has none. */
const NO_LEADER = -1;

export interface KafkaClient {
  readonly topic: string;
  readonly brokers: readonly string[];
  /** Aborted by close(). */
  readonly closing: AbortSignal;
  /** Any broker that answers. */
  anyBroker(): Promise<Broker>;
  /** How long requests may take that say nothing else. */
  readonly requestTimeoutMs: number;
  /** Resolves when a broker has told that a partition of the topic has a leader. */
  ping(): Promise<void>;
  /** The topic's partitions, asked for anew where they may be old. */
  partitions(): Promise<readonly PartitionMetadata[]>;
  /**
   * Sends a request to the leader of a partition. What a failure says about connections and leaders is remembered.
   * `answerMs`, here and below: how long its answer may take where that is longer than of other requests.
   */
  onLeader<T>(partition: number, request: (broker: Broker) => Promise<T>, answerMs?: number): Promise<T>;
  onNode<T>(nodeId: number, request: (broker: Broker) => Promise<T>, answerMs?: number): Promise<T>;
  onCoordinator<T>(groupId: string, request: (broker: Broker) => Promise<T>, answerMs?: number): Promise<T>;
  /** Tries until it is done, refused, or {@link CALL_DEADLINE_MS} have passed. @throws BusError, `doing` in its message */
  call<T>(doing: string, attempt: () => Promise<T>, deadlineMs?: number): Promise<T>;
  /** Earliest kept offsets, or the next ones to be given. */
  offsets(partitions: readonly number[], which: 'earliest' | 'next'): Promise<ReadonlyMap<number, Offset>>;
  close(): Promise<void>;
}

/** Connects nothing yet. `requestTimeoutMs` ends requests that get no answer, and their connection. */
export function createClient(
  brokers: readonly string[],
  settings: KafkaSettings,
  { topic, requestTimeoutMs = REQUEST_TIMEOUT_MS }: { readonly topic: string; readonly requestTimeoutMs?: number },
): KafkaClient {
  const closing = new AbortController();
  const connect = () => {
    const sockets = openSockets();
    return { sockets, cluster: createCluster(brokers, settings, sockets.open, requestTimeoutMs) };
  };
  let { cluster, sockets } = connect();
  let known: Promise<void> | null = null;
  /** Coordinators of groups: asked for once, and again when a request to one fails. */
  const coordinators = new Map<string, number>();

  const checkOpen = () => {
    if (closing.signal.aborted) throw new BusError('closed', 'The bus is closed.');
  };
  const load = async () => {
    await cluster.connect();
    await cluster.addTargetTopic(topic);
    await cluster.refreshMetadata();
  };
  /** Leaders and addresses are known, and not said to be old. */
  const metadata = async () => {
    checkOpen();
    known ??= load().catch((error: unknown) => {
      known = null;
      throw error;
    });
    await known;
    await cluster.refreshMetadataIfNecessary();
  };
  const noteFailure = (error: unknown) => {
    const failure = kafkaFailure(error);
    if (failure === 'silent') sockets.drop(silentBroker(error));
    if (failure !== 'silent' && failure !== 'stale' && failure !== 'no-topic') return;
    known = null;
    coordinators.clear();
  };
  const renew = () => {
    sockets.close();
    void cluster.disconnect().catch(ignore);
    ({ cluster, sockets } = connect());
    known = null;
    coordinators.clear();
  };
  /** The client shares what it waits for among its callers: should one such wait never end, all would hang. Begun anew. */
  const ended = async <T>(work: () => Promise<T>, answerMs = requestTimeoutMs): Promise<T> => {
    const hung = new Error('no answer in time');
    const askedOf = cluster;
    try {
      return await within(answerMs + requestTimeoutMs + 2 * CONNECT_TIMEOUT_MS, work(), () => hung);
    } catch (error) {
      if (error !== hung) noteFailure(error);
      else if (cluster === askedOf) renew();
      checkOpen();
      throw error;
    }
  };
  const on = <T>(find: () => Promise<Broker>, request: (broker: Broker) => Promise<T>, answerMs?: number) =>
    ended(async () => {
      await metadata();
      return request(await find());
    }, answerMs);
  const client: KafkaClient = {
    topic,
    brokers,
    requestTimeoutMs,
    closing: closing.signal,
    anyBroker: () =>
      ended(async () => {
        checkOpen();
        await cluster.connect();
        return cluster.brokerPool.findConnectedBroker();
      }),
    async ping() {
      const answer = await on(
        () => cluster.brokerPool.findConnectedBroker(),
        (broker) => broker.metadata([topic]),
      );
      const partitions = answer.topicMetadata.flatMap(({ partitionMetadata }) => partitionMetadata);
      if (partitions.every(({ leader }) => leader === NO_LEADER)) throw new Error(`${topic} has no leader`);
    },
    partitions: () =>
      ended(async () => {
        await metadata();
        return cluster.findTopicPartitionMetadata(topic);
      }),
    onLeader: (partition, request, answerMs) => on(() => leaderOf(cluster, topic, partition), request, answerMs),
    onNode: (nodeId, request, answerMs) => on(() => cluster.findBroker({ nodeId }), request, answerMs),
    onCoordinator: (groupId, request, answerMs) =>
      on(() => coordinatorOf(cluster, groupId, coordinators), request, answerMs),
    call: (doing, attempt, deadlineMs = CALL_DEADLINE_MS) => callUntil(client, doing, attempt, deadlineMs),
    offsets: (partitions, which) =>
      ended(async () => {
        await metadata();
        const asked = partitions.map((partition) => ({ partition }));
        const answers = await cluster.fetchTopicsOffset([
          { topic, partitions: asked, fromBeginning: which === 'earliest' },
        ]);
        const offsets = answers.flatMap((answer) => answer.partitions);
        return new Map(offsets.map(({ partition, offset }) => [partition, Number(offset)]));
      }),
    async close() {
      closing.abort();
      sockets.close();
      await cluster.disconnect();
    },
  };
  return client;
}

async function callUntil<T>(client: KafkaClient, doing: string, attempt: () => Promise<T>, deadlineMs: number) {
  const untilMs = performance.now() + deadlineMs;
  for (let tries = 1; ; tries += 1) {
    const leftMs = Math.max(1, untilMs - performance.now());
    const late = () => new Error('no answer in time');
    try {
      return await within(leftMs, attempt(), late);
    } catch (error) {
      if (error instanceof BusError) throw error;
      const failure = kafkaFailure(error);
      const waitMs = backoffMs(tries);
      const hopeless = failure === 'refused' || failure === 'too-large' || failure === 'fenced';
      if (hopeless || performance.now() + waitMs >= untilMs) throw busErrorOf(error, doing, client.brokers);
      await pause(waitMs, client.closing);
    }
  }
}

async function leaderOf(cluster: Cluster, topic: string, partition: number): Promise<Broker> {
  const found = cluster.findTopicPartitionMetadata(topic).find(({ partitionId }) => partitionId === partition);
  if (found === undefined) throw new Error(`partition ${partition} of ${topic} is not there`);
  if (found.leader === NO_LEADER) throw new Error(`partition ${partition} of ${topic} has no leader`);
  return cluster.findBroker({ nodeId: found.leader });
}

async function coordinatorOf(cluster: Cluster, groupId: string, known: Map<string, number>): Promise<Broker> {
  const nodeId = known.get(groupId);
  if (nodeId !== undefined) return cluster.findBroker({ nodeId });
  const broker = await cluster.findGroupCoordinator({ groupId });
  if (broker.nodeId !== null) known.set(groupId, broker.nodeId);
  return broker;
}

function createCluster(
  brokers: readonly string[],
  { tls, sasl }: KafkaSettings,
  socketFactory: (options: SocketOptions) => Socket,
  requestTimeoutMs: number,
): Cluster {
  // What the client logs repeats what it throws, with stacks; we tell what we make of it.
  const silent = { namespace: () => silent, debug: ignore, info: ignore, warn: ignore, error: ignore };
  return new Cluster({
    logger: silent,
    brokers,
    clientId: 'sazabi',
    socketFactory,
    ssl: tls && { ...(tls.ca === null ? {} : { ca: tls.ca }), ...tls.client },
    sasl,
    connectionTimeout: CONNECT_TIMEOUT_MS,
    authenticationTimeout: requestTimeoutMs,
    requestTimeout: requestTimeoutMs,
    enforceRequestTimeout: true,
    metadataMaxAge: METADATA_AGE_MS_MAX,
    allowAutoTopicCreation: false,
    // Tries are ours to count, but the first connection may look at each address once.
    retry: { retries: brokers.length - 1, initialRetryTime: 10 },
  });
}

function ignore(): void {}

interface Sockets {
  open(options: SocketOptions): Socket;
  /** Cuts the connections to one broker, or to all: requests on them fail now, new ones connect anew. */
  drop(address: string | null): void;
  /** Cuts all for good: who would still connect fails. */
  close(): void;
}

function openSockets(): Sockets {
  const sockets = new Map<Socket, string>();
  let closed = false;
  const drop = (to: string | null) => {
    for (const [socket, address] of sockets)
      if (to === null || address === to) socket.destroy(new Error('connection given up'));
  };
  return {
    open({ host, port, ssl, onConnect }) {
      if (closed) throw new Error('the connections are closed');
      // A name for the certificate is asked by names alone (RFC 6066, section 3).
      const name = isIP(host) === 0 ? { servername: host } : {};
      // The client gives up a slow connection too, but only ends it: one whose peer stands still would stay for ever.
      const late = setTimeout(() => socket.destroy(new Error('no connection in time')), CONNECT_TIMEOUT_MS);
      const connected = () => {
        clearTimeout(late);
        onConnect();
      };
      const socket =
        ssl === null ? connectTcp({ host, port }, connected) : connectTls({ host, port, ...name, ...ssl }, connected);
      socket.setKeepAlive(true, KEEP_ALIVE_DELAY_MS);
      socket.setNoDelay(true);
      sockets.set(socket, `${host}:${port}`);
      socket.once('close', () => {
        clearTimeout(late);
        sockets.delete(socket);
      });
      return socket;
    },
    drop,
    close() {
      closed = true;
      drop(null);
    },
  };
}
