// Membership in the consumer group: join, hear what is to be served, show every so often that it lives, join again when the
// group changes. Nothing in it waits for the work that is done meanwhile.
import type { Broker } from 'kafkajs/src/cluster/index.js';
import type { BusLogger } from '../bus.ts';
import { ASSIGNMENT_NAME, assign, decodeMember, decodeShare, encodeMember, encodeShare } from './assignment.ts';
import type { KafkaClient } from './client.ts';
import { busErrorOf, kafkaFailure } from './failure.ts';
import { HEARTBEAT_MS, JOIN_SLACK_MS, LEAVE_DEADLINE_MS } from './limits.ts';
import { backoffMs, pause, within } from './pause.ts';

export interface Identity {
  readonly memberId: string;
  readonly generation: number;
}

export interface GroupMember {
  /** As the coordinator knows this member; null while it is none. */
  identity(): Identity | null;
  /** The coordinator has refused this identity: where it still is ours and no join is under way, the group goes on without us. */
  fenced(identity: Identity): void;
  /** Leaves at once, so that others serve what we did. */
  leave(): Promise<void>;
}

export interface GroupOptions {
  readonly groupId: string;
  readonly sessionTimeoutMs: number;
  readonly logger: BusLogger | undefined;
  /** What this member serves now. */
  readonly serves: () => Iterable<number>;
  readonly onShare: (partitions: ReadonlySet<number>) => void;
  /** The group goes on without us: all that was served belongs to others. */
  readonly onFenced: () => void;
}

/**
 * Joins the group and stays in it until `leave`. Failures are told by the logger and tried again.
 * @param calls another client, for requests that cannot wait behind a join
 */
export function joinGroup(client: KafkaClient, calls: KafkaClient, options: GroupOptions): GroupMember {
  const { groupId, logger } = options;
  const leaving = new AbortController();
  let memberId = '';
  let generation: number | null = null;
  let failures = 0;
  let joining = true;

  const forget = () => {
    memberId = '';
    generation = null;
    options.onFenced();
  };
  const join = async (broker: Broker) => {
    const joined = await broker.joinGroup({
      groupId,
      memberId,
      sessionTimeout: options.sessionTimeoutMs,
      // Members join again at once, whatever they work on: one that does not is as good as dead.
      rebalanceTimeout: options.sessionTimeoutMs,
      groupProtocols: [{ name: ASSIGNMENT_NAME, metadata: encodeMember(client.topic, options.serves()) }],
    });
    memberId = joined.memberId;
    const members = joined.members.map((member) => decodeMember(member.memberId, member.memberMetadata));
    const groupAssignment = joined.leaderId === memberId ? await shares(members) : [];
    const { memberAssignment } = await broker.syncGroup({
      groupId,
      memberId,
      generationId: joined.generationId,
      groupAssignment,
    });
    generation = joined.generationId;
    return decodeShare(client.topic, memberAssignment);
  };
  const shares = async (members: Parameters<typeof assign>[0]) => {
    const partitions = (await client.partitions()).map(({ partitionId }) => partitionId);
    return [...assign(members, partitions)].map(([id, share]) => ({
      memberId: id,
      memberAssignment: encodeShare(client.topic, share),
    }));
  };
  /** Resolves when the group is to be joined again. */
  const stay = async () => {
    while (!leaving.signal.aborted) {
      await pause(HEARTBEAT_MS, leaving.signal);
      const asked = generation;
      if (asked === null || leaving.signal.aborted) return;
      const request = { groupId, memberId, groupGenerationId: asked };
      await client.onCoordinator(groupId, (broker) => broker.heartbeat(request));
      failures = 0;
    }
  };
  const run = async () => {
    while (!leaving.signal.aborted) {
      try {
        if (joining || generation === null) {
          joining = true;
          const share = await client.onCoordinator(groupId, join, 2 * (options.sessionTimeoutMs + JOIN_SLACK_MS));
          joining = false;
          if (leaving.signal.aborted) return;
          logger?.info({ event: 'group_joined', groupId, generation, partitions: [...share] }, 'joined the group');
          options.onShare(share);
        }
        await stay();
      } catch (error) {
        const failure = kafkaFailure(error);
        if (failure === 'rebalancing') joining = true;
        else if (failure === 'fenced') {
          if (!leaving.signal.aborted) logger?.warn({ event: 'group_lost', groupId }, 'the group went on without us');
          joining = true;
          forget();
        } else await recover(error);
      }
    }
  };
  const recover = async (error: unknown) => {
    if (leaving.signal.aborted) return;
    failures += 1;
    // Doubling steps: an outage of an hour is a dozen lines.
    if (Number.isInteger(Math.log2(failures))) {
      const { message } = busErrorOf(error, 'taking part in the group', client.brokers);
      logger?.warn({ event: 'group_waiting', groupId, tries: failures, reason: message }, message);
    }
    await pause(backoffMs(failures), leaving.signal);
  };
  const running = run();
  return {
    identity: () => (generation === null ? null : { memberId, generation }),
    fenced(identity) {
      // While a join is under way the new generation is there before we know it, and refuses the old one.
      if (!joining && identity.memberId === memberId && identity.generation === generation) forget();
    },
    async leave() {
      leaving.abort();
      const late = () => new Error('the group did not let go in time');
      // A join that is under way makes a member that the group would wait for.
      await within(LEAVE_DEADLINE_MS, running, late).catch(ignore);
      if (memberId === '') return;
      const left = calls.onCoordinator(groupId, (broker) => broker.leaveGroup({ groupId, memberId }));
      await within(LEAVE_DEADLINE_MS, left, late).catch(ignore);
    },
  };
}

/** A member that cannot leave is let go of by the group when its session ends. */
function ignore(): void {}
