// Dead letters of which compaction has removed some.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { BusRecord } from '../bus.ts';
import { openBus } from '../open-bus.ts';
import { type ProxiedKafka, startProxiedKafka } from './testing/brokers.ts';
import { API } from './testing/fault-proxy.ts';
import { kafkaSettings } from './testing/settings.ts';

let kafka: ProxiedKafka;
beforeAll(async () => {
  kafka = await startProxiedKafka();
});
afterAll(() => kafka.remove());

const letter = (offset: number): BusRecord => ({
  ...{ partition: 0, offset, appendedAtMs: 0, headers: new Map() },
  value: Buffer.from('letter'),
});

/** In a record batch: its length, and the count of its records; those that compaction has removed at its end are not counted. */
const LENGTH_AT = 8;
const COUNT_AT = 57;

/** An answer that ends with a batch of which only the first record is left. */
function leaveFirst(answer: Buffer, topic: string): void {
  /** Of an answer to a fetch of one partition, version 11: lengths, ids and names, the partition with its offsets. */
  const batchAt = 4 + 4 + 4 + 2 + 4 + 4 + (2 + topic.length) + 4 + (4 + 2 + 8 + 8 + 8 + 4 + 4) + 4;
  if (answer.byteLength < batchAt + COUNT_AT + 4 || answer.readInt32BE(batchAt + COUNT_AT) !== 3) return;
  answer.writeInt32BE(1, batchAt + COUNT_AT);
  const nextAt = batchAt + LENGTH_AT + 4 + answer.readInt32BE(batchAt + LENGTH_AT);
  // Longer than what is there: the client takes it for cut off.
  if (answer.byteLength > nextAt + LENGTH_AT + 4) answer.writeInt32BE(2 ** 30, nextAt + LENGTH_AT);
}

it('lists what is behind a batch whose last letters were removed, where an answer ends with it', async () => {
  const settings = kafkaSettings(`dead-${randomUUID()}`);
  const bus = openBus(kafka.url, { kafka: settings });
  const dead = await bus.deadLetters();
  // In one turn: one batch.
  await Promise.all([1, 2, 3].map((offset) => dead.append(letter(offset), 'test')));
  await dead.append(letter(4), 'test');
  let left = 0;
  kafka.proxy.decide((apiKey, answer) => {
    if (apiKey === API.fetch) leaveFirst(answer, settings.deadLetterTopic);
    if (apiKey === API.fetch) left += 1;
    return 'pass';
  });
  const listed = await dead.list(10);
  expect(left).toBeGreaterThan(3);
  expect(listed.map(({ offset }) => offset)).toEqual([1, 4]);
  await bus.close();
});
