// The group's committed offsets, and how far they are behind.
import type { Offset } from '../bus.ts';
import type { KafkaClient } from './client.ts';
import type { Identity } from './group-member.ts';

/** Committed offsets; partitions without one are left out. */
export async function committedOffsets(
  client: KafkaClient,
  groupId: string,
  partitions: readonly number[],
): Promise<ReadonlyMap<number, Offset>> {
  const { topic } = client;
  const asked = partitions.map((partition) => ({ partition }));
  const answer = await client.onCoordinator(groupId, (broker) =>
    broker.offsetFetch({ groupId, topics: [{ topic, partitions: asked }] }),
  );
  const committed = answer.responses.flatMap((response) => response.partitions);
  return new Map(
    committed.map(({ partition, offset }) => [partition, Number(offset)] as const).filter(([, offset]) => offset >= 0),
  );
}

/** @throws what the client throws; 'fenced' when the coordinator knows the member no more */
export async function commitOffset(
  client: KafkaClient,
  groupId: string,
  { memberId, generation }: Identity,
  { partition, next }: { readonly partition: number; readonly next: Offset },
): Promise<void> {
  const topics = [{ topic: client.topic, partitions: [{ partition, offset: String(next) }] }];
  await client.onCoordinator(groupId, (broker) =>
    broker.offsetCommit({ groupId, memberId, groupGenerationId: generation, topics }),
  );
}

/** Records of each partition of the topic that are kept and not yet behind the group's committed offset. */
export function lagOf(
  client: KafkaClient,
  groupId: string,
  partitions: number,
): Promise<readonly { readonly partition: number; readonly records: number }[]> {
  const all = Array.from({ length: partitions }, (_, partition) => partition);
  return client.call('reading the lag', async () => {
    const [committed, earliest, next] = await Promise.all([
      committedOffsets(client, groupId, all),
      client.offsets(all, 'earliest'),
      client.offsets(all, 'next'),
    ]);
    return all.map((partition) => {
      const from = Math.max(committed.get(partition) ?? 0, earliest.get(partition) ?? 0);
      return { partition, records: Math.max(0, (next.get(partition) ?? 0) - from) };
    });
  });
}
