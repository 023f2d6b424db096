// Records that nobody can decode, in a compacted topic of their own: the key is where a record was found, so that the same is
// kept once; a null under the key removes it.
import type { FetchedMessage } from 'kafkajs/src/cluster/index.js';
import type { BusDeadLetters, BusRecord, DeadRecord, Offset } from '../bus.ts';
import type { KafkaClient } from './client.ts';
import { FETCH_BYTES_MAX } from './limits.ts';
import type { KafkaProducer } from './producer.ts';

const PARTITION = 0;
/** Names of headers: what we add, and what the record had. */
const ADDED = 'dead.';
const KEPT = 'record.';

/** Appends through `producer`; reads through `client`, as a whole, since letters are few and read by people. */
export function createDeadLetters(client: KafkaClient, producer: KafkaProducer, now: () => number): BusDeadLetters {
  const fetch = async (from: Offset): Promise<readonly FetchedMessage[]> => {
    const answer = await client.onLeader(PARTITION, (broker) =>
      broker.fetch({
        maxWaitTime: 0,
        minBytes: 0,
        maxBytes: FETCH_BYTES_MAX,
        topics: [
          {
            topic: client.topic,
            partitions: [{ partition: PARTITION, fetchOffset: String(from), maxBytes: FETCH_BYTES_MAX }],
          },
        ],
      }),
    );
    return answer.responses.flatMap((response) => response.partitions).flatMap((partition) => partition.messages);
  };
  /** Where the letter of each key lies that is not removed, the first that came first. */
  const index = async (): Promise<Map<string, Offset>> => {
    const found = new Map<string, Offset>();
    const end = (await client.offsets([PARTITION], 'next')).get(PARTITION) ?? 0;
    let at = (await client.offsets([PARTITION], 'earliest')).get(PARTITION) ?? 0;
    while (at < end) {
      const messages = await fetch(at);
      for (const { key, value, offset } of messages) {
        if (key === null || Number(offset) < at) continue;
        if (value === null) found.delete(key.toString());
        else found.set(key.toString(), Number(offset));
      }
      const last = messages.at(-1);
      // Compaction may leave nothing up to the end …
      if (last === undefined) break;
      // … or nothing at the end of a batch, which is sent again until it is passed.
      at = Math.max(at, Number(last.offset)) + 1;
    }
    return found;
  };
  return {
    append: (record, reason) => producer.appendKeyed(PARTITION, encode(record, reason, now())),
    async list(limit) {
      return client.call('listing dead letters', async () => {
        const letters: DeadRecord[] = [];
        for (const offset of [...(await index()).values()].slice(0, limit)) {
          const message = (await fetch(offset)).find((one) => Number(one.offset) === offset);
          if (message !== undefined) letters.push(decode(message));
        }
        return letters;
      });
    },
    remove: (partition, offset) =>
      producer.appendKeyed(PARTITION, { key: keyOf(partition, offset), headers: new Map(), value: null }),
  };
}

function keyOf(partition: number, offset: Offset): Buffer {
  return Buffer.from(`${partition}:${offset}`);
}

function encode({ partition, offset, appendedAtMs, headers, value }: BusRecord, reason: string, deadAtMs: number) {
  const added = { partition, offset, appendedAtMs, deadAtMs, reason };
  return {
    key: keyOf(partition, offset),
    headers: new Map<string, Uint8Array>([
      ...Object.entries(added).map(([name, field]) => [`${ADDED}${name}`, Buffer.from(String(field))] as const),
      ...[...headers].map(([name, field]) => [`${KEPT}${name}`, field] as const),
    ]),
    value,
  };
}

function decode({ headers, value }: FetchedMessage): DeadRecord {
  const kept = new Map<string, Uint8Array>();
  const added = new Map<string, string>();
  for (const [name, field] of Object.entries(headers)) {
    if (!Buffer.isBuffer(field)) continue;
    if (name.startsWith(KEPT)) kept.set(name.slice(KEPT.length), field);
    else if (name.startsWith(ADDED)) added.set(name.slice(ADDED.length), field.toString());
  }
  const number = (name: string) => Number(added.get(name) ?? 0);
  return {
    partition: number('partition'),
    offset: number('offset'),
    appendedAtMs: number('appendedAtMs'),
    deadAtMs: number('deadAtMs'),
    reason: added.get('reason') ?? '',
    headers: kept,
    value: value ?? new Uint8Array(),
  };
}
