// Child process of the housekeeping test: a setting that cannot be read stands for a mistake in the code that deletes.
import { setTimeout as sleep } from 'node:timers/promises';
import { createLmdbBus } from '../src/lmdb/lmdb-bus.ts';

const bus = createLmdbBus(process.argv[2] ?? '', {
  bytesMax: 1_000_000,
  keepConsumedMs: 0,
  get keepConsumedBytesMax(): number {
    throw new TypeError('a mistake in housekeeping');
  },
});
const producer = await bus.producer();
await producer.append(0, { headers: new Map(), value: Buffer.alloc(100) });
(await bus.consumer()).run(async (owned) => {
  const records = await owned.read(0, { bytesMax: 1e6, recordsMax: 10, waitMs: 1_000 });
  await owned.commit((records.at(-1)?.offset ?? 0) + 1);
});
// Housekeeping runs once a second; what ends this process before is its mistake.
await sleep(30_000);
