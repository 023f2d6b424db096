// One try to send spooled records: all partitions at once, each in order.
import { BusError, type BusProducer } from '../bus.ts';
import { recordBytes, type Spooled } from './spooled-record.ts';

export interface Sent {
  /** What the target has, or has refused for its size and is set aside. */
  readonly sent: ReadonlySet<Spooled>;
  /** Why the rest is not; null = nothing is left. */
  readonly failure: BusError | null;
}

export interface SendOptions {
  /** Keeps a record that the target will never take. It counts as sent when this resolves. */
  readonly setAside: (spooled: Spooled, why: BusError) => Promise<void>;
  readonly groupBytesMax: number;
}

/** Sends what it can; a partition stops at its first failure. */
export async function sendOnce(
  producer: BusProducer,
  records: readonly Spooled[],
  { setAside, groupBytesMax }: SendOptions,
): Promise<Sent> {
  const sent = new Set<Spooled>();
  const send = async (spooled: Spooled) => {
    try {
      await producer.append(partitionFor(spooled, producer), spooled.record);
    } catch (error) {
      if (!(error instanceof BusError && error.failure === 'too-large')) throw error;
      await setAside(spooled, error);
    }
    sent.add(spooled);
  };
  const sendLane = async (lane: readonly Spooled[]) => {
    // A group is there whole and in order, or not at all: only of a target that is like that is it more than one record.
    for (const group of groupsOf(lane, groupBytesMax)) {
      const failed = (await Promise.allSettled(group.map(send))).find(({ status }) => status === 'rejected');
      if (failed?.status === 'rejected') return failed.reason;
    }
    return null;
  };
  const failures = await Promise.all([...lanesOf(records, producer)].map(sendLane));
  const failure: unknown = failures.find((found) => found !== null) ?? null;
  if (failure !== null && !(failure instanceof BusError)) throw failure;
  return { sent, failure };
}

/** The partition that the record was made for; where the topic was made anew with fewer, another, the same for all of them. */
function partitionFor({ partition }: Spooled, { partitions }: BusProducer): number {
  return partition < partitions ? partition : partition % partitions;
}

function lanesOf(records: readonly Spooled[], producer: BusProducer): Iterable<readonly Spooled[]> {
  const lanes = new Map<number, Spooled[]>();
  for (const spooled of records) {
    const partition = partitionFor(spooled, producer);
    const lane = lanes.get(partition);
    if (lane === undefined) lanes.set(partition, [spooled]);
    else lane.push(spooled);
  }
  return lanes.values();
}

function* groupsOf(lane: readonly Spooled[], bytesMax: number): Generator<readonly Spooled[]> {
  let group: Spooled[] = [];
  let bytes = 0;
  for (const spooled of lane) {
    const size = recordBytes(spooled.record);
    if (group.length > 0 && bytes + size > bytesMax) {
      yield group;
      group = [];
      bytes = 0;
    }
    group.push(spooled);
    bytes += size;
  }
  if (group.length > 0) yield group;
}
