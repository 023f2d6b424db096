// Which member of the group serves which partition: as even as can be, and with as few moves, since a move costs work under way.
import { AssignerProtocol } from 'kafkajs';

/** The name of this way to assign: members with another one are refused by the broker. */
export const ASSIGNMENT_NAME = 'sazabi-even';
const VERSION = 1;

export interface Member {
  readonly memberId: string;
  /** What it serves now. */
  readonly serves: ReadonlySet<number>;
}

/** The partitions of each member: their numbers differ by one at most, and a member keeps what it may. */
export function assign(members: readonly Member[], partitions: readonly number[]): Map<string, number[]> {
  const sorted = [...members].sort((a, b) => b.serves.size - a.serves.size || (a.memberId < b.memberId ? -1 : 1));
  const free = new Set(partitions);
  const shares = new Map<string, number[]>();
  const fewest = Math.floor(partitions.length / members.length);
  const withOneMore = partitions.length % members.length;
  for (const [index, { memberId, serves }] of sorted.entries()) {
    // Those that serve most keep one more.
    const share = fewest + (index < withOneMore ? 1 : 0);
    const kept = [...serves].filter((partition) => free.delete(partition));
    for (const partition of kept.splice(share)) free.add(partition);
    shares.set(memberId, kept);
  }
  const left = [...free].sort((a, b) => a - b);
  for (const [index, { memberId }] of sorted.entries()) {
    const own = shares.get(memberId) ?? [];
    const share = fewest + (index < withOneMore ? 1 : 0);
    own.push(...left.splice(0, share - own.length));
    own.sort((a, b) => a - b);
  }
  return shares;
}

/** What a member tells of itself when it joins. */
export function encodeMember(topic: string, serves: Iterable<number>): Buffer {
  const userData = Buffer.from(JSON.stringify([...serves]));
  return AssignerProtocol.MemberMetadata.encode({ version: VERSION, topics: [topic], userData });
}

/** A member as its metadata tells; one that says nothing readable serves nothing. */
export function decodeMember(memberId: string, metadata: Buffer): Member {
  const decoded = AssignerProtocol.MemberMetadata.decode(metadata);
  return { memberId, serves: new Set(numbersIn(decoded?.userData)) };
}

export function encodeShare(topic: string, partitions: readonly number[]): Buffer {
  const assignment = { [topic]: [...partitions] };
  return AssignerProtocol.MemberAssignment.encode({ version: VERSION, assignment, userData: Buffer.alloc(0) });
}

export function decodeShare(topic: string, share: Buffer): Set<number> {
  return new Set(AssignerProtocol.MemberAssignment.decode(share)?.assignment[topic] ?? []);
}

function numbersIn(bytes: Buffer | undefined): number[] {
  try {
    const parsed: unknown = JSON.parse(bytes?.toString() ?? '[]');
    return Array.isArray(parsed) ? parsed.filter((one) => Number.isInteger(one)) : [];
  } catch {
    return [];
  }
}
