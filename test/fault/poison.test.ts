// I7: records that nobody can decode, put on the topic by hand, are dead letters with their reason; their neighbours are stored.
import type { BusRecord, NewRecord } from '@sazabi/bus';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Client } from '../support/client.ts';
import { type Cluster, startCluster } from '../support/cluster.ts';
import { createClusterClient } from '../support/cluster-client.ts';
import { waitFor } from '../support/wait-for.ts';

const LETTERS_MAX = 100;
/** The Idempotency-Key decides the partition: so many logs have neighbours on every one. */
const NEIGHBOURS = 60;

let cluster: Cluster;
let client: Client;
beforeAll(async () => {
  cluster = await startCluster();
  client = createClusterClient(cluster);
});
afterAll(() => cluster?.remove());

const garbage: NewRecord = { headers: new Map(), value: Buffer.from('not a record of ours') };

it('I7: undecodable records are dead-lettered with their reason, and what lies around them is stored', {
  timeout: 120_000,
}, async () => {
  const bus = cluster.openBus();
  try {
    await sendNeighbours('before');
    const reader = await bus.reader();
    const producer = await bus.producer();
    const damaged: NewRecord[] = [];
    for (let partition = 0; partition < producer.partitions; partition++) {
      const [real] = await reader.read(partition, 0, { bytesMax: 1, recordsMax: 1, waitMs: 5_000 });
      const poison = real === undefined ? garbage : damage(real);
      await producer.append(partition, garbage);
      await producer.append(partition, poison);
      damaged.push(garbage, poison);
    }
    await sendNeighbours('after');
    await waitFor('the neighbours are stored', () => stored('before', 'after'), 60_000);
    const deadLetters = await bus.deadLetters();
    const letters = await waitFor(
      'every poison record is a dead letter',
      async () => {
        const list = await deadLetters.list(LETTERS_MAX);
        return list.length >= damaged.length && list;
      },
      30_000,
    );
    const texts = (records: readonly { readonly value: Uint8Array }[]) =>
      records.map(({ value }) => Buffer.from(value).toString('hex')).toSorted();
    expect(texts(letters)).toEqual(texts(damaged));
    for (const letter of letters) expect(letter.reason).toMatch(/header|checksum|xxh64/i);
  } finally {
    await bus.close();
  }
});

async function sendNeighbours(where: string): Promise<void> {
  const messages = Array.from({ length: NEIGHBOURS }, (_, index) => `${where}-${index}`);
  await Promise.all(messages.map((message) => client.postLogs({ message }, { idempotencyKey: message })));
}

async function stored(...places: readonly string[]): Promise<boolean> {
  for (const where of places) {
    const logs = await client.queryAll({ filters: [{ field: 'message', op: 'starts_with', value: `${where}-` }] });
    if (logs.length !== NEIGHBOURS) return false;
  }
  return true;
}

/** A real record whose last byte is another: only the checksum can tell. */
function damage(record: BusRecord): NewRecord {
  const value = Buffer.from(record.value);
  value.writeUInt8(value.readUInt8(value.byteLength - 1) ^ 1, value.byteLength - 1);
  return { headers: record.headers, value };
}
