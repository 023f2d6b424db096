// The consumer: serves the partitions that the group gives to this process, for as long as it does.
import {
  type BusConsumer,
  BusError,
  type BusLogger,
  type Offset,
  type OwnedPartition,
  type UnreadGone,
} from '../bus.ts';
import type { KafkaClient } from './client.ts';
import { kafkaFailure } from './failure.ts';
import { createFetcher, type Fetcher } from './fetcher.ts';
import { type GroupMember, joinGroup } from './group-member.ts';
import type { KafkaSettings } from './kafka-settings.ts';
import { FETCH_WAIT_MS } from './limits.ts';
import { commitOffset, committedOffsets, lagOf } from './offsets.ts';
import { createFeed } from './partition-feed.ts';

export interface ConsumerParts {
  /** For membership and fetches. */
  readonly client: KafkaClient;
  /** For commits and offsets: a join under way would hold them up. */
  readonly calls: KafkaClient;
  readonly settings: KafkaSettings;
  readonly logger: BusLogger | undefined;
  readonly onUnreadGone: ((gone: UnreadGone) => void) | undefined;
}

interface Served {
  readonly lose: () => void;
  readonly ended: Promise<void>;
}

/** The consumer of one process. The clients are closed with it. */
export function createConsumer(parts: ConsumerParts, partitions: number): BusConsumer {
  const { client, calls, settings, logger } = parts;
  const { groupId, sessionTimeoutMs } = settings;
  const served = new Map<number, Served>();
  /** What still winds down, by partition. */
  const ending = new Map<number, Promise<void>>();
  const fetcher = createFetcher(client, {
    waitMs: FETCH_WAIT_MS,
    onMoved: (...moved) => tellUnreadGone(parts, ...moved),
  });
  let member: GroupMember | undefined;
  let closed: Promise<void> | undefined;

  const lose = (partition: number) => {
    const one = served.get(partition);
    if (one === undefined) return;
    served.delete(partition);
    ending.set(partition, one.ended);
    one.lose();
  };
  const start = (partition: number, serve: (owned: OwnedPartition) => Promise<void>) => {
    const lost = new AbortController();
    const owned = createOwned(parts, { partition, lost: lost.signal, member: () => member, fetcher });
    const before = ending.get(partition);
    // One at a time in this process. A `serve` that throws is a bug: left unhandled, it ends the process.
    const ended = (async () => {
      await before;
      if (!lost.signal.aborted) await serve(owned);
    })();
    served.set(partition, { lose: () => lost.abort(), ended });
  };
  const close = async () => {
    const serving = [...served.values()].map(({ ended }) => ended);
    for (const partition of [...served.keys()]) lose(partition);
    await member?.leave();
    fetcher.close();
    await Promise.allSettled([...serving, ...ending.values()]);
    await Promise.all([client.close(), calls.close()]);
  };
  return {
    run(serve) {
      if (closed !== undefined) return;
      member ??= joinGroup(client, calls, {
        groupId,
        sessionTimeoutMs,
        logger,
        serves: () => served.keys(),
        onShare(share) {
          for (const partition of [...served.keys()]) if (!share.has(partition)) lose(partition);
          for (const partition of share) if (!served.has(partition)) start(partition, serve);
        },
        onFenced() {
          for (const partition of [...served.keys()]) lose(partition);
        },
      });
    },
    lag: () => lagOf(calls, groupId, partitions),
    close() {
      closed ??= close();
      return closed;
    },
  };
}

interface OwnedOptions {
  readonly partition: number;
  readonly lost: AbortSignal;
  readonly member: () => GroupMember | undefined;
  readonly fetcher: Fetcher;
}

function createOwned(parts: ConsumerParts, { partition, lost, member, fetcher }: OwnedOptions): OwnedPartition {
  const { calls, settings } = parts;
  const feed = createFeed(partition, { ahead: true, wake: fetcher.wake });
  fetcher.add(feed);
  lost.addEventListener('abort', () => {
    feed.close();
    fetcher.remove(feed);
  });
  return {
    partition,
    lost,
    async committed() {
      const offsets = await calls.call('reading the committed offset', () =>
        committedOffsets(calls, settings.groupId, [partition]),
      );
      return offsets.get(partition) ?? null;
    },
    read: (from, options) => feed.read(from, options),
    async commit(next) {
      await calls.call('committing', async () => {
        const identity = lost.aborted ? null : (member()?.identity() ?? null);
        if (identity === null) throw new BusError('lost', `Partition ${partition} belongs to another consumer.`);
        try {
          await commitOffset(calls, settings.groupId, identity, { partition, next });
        } catch (error) {
          if (kafkaFailure(error) !== 'fenced') throw error;
          member()?.fenced(identity);
          // Tried again: with a new identity where the group was formed anew meanwhile, else to find the partition lost.
          throw new Error('the group knows this member no more');
        }
      });
    },
  };
}

/** I7: where records were deleted before this group had read them, it is said, whatever became of them. */
function tellUnreadGone(
  { logger, onUnreadGone }: ConsumerParts,
  partition: number,
  from: Offset,
  earliest: Offset,
): void {
  const records = Math.max(0, earliest - from);
  if (from === 0) {
    // Nothing was ever committed: the group is new, or its offsets are gone.
    logger?.warn(
      { event: 'partition_begins_late', partition, earliest },
      'the first records of a partition are not kept',
    );
    return;
  }
  onUnreadGone?.({ partition, from, earliest, records });
  const text =
    records > 0
      ? 'records were deleted by the retention of the topic before they were read: they are lost'
      : 'the committed offset lies beyond the end: the topic was made anew, and is read from its beginning';
  logger?.error({ event: 'records_lost_unread', partition, from, earliest, records }, text);
}
