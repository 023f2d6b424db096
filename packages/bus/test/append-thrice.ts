// Child process of the sync test: three lone appends, each between two lines that strace sees.
import { writeSync } from 'node:fs';
import { openBus } from '../src/index.ts';

const bus = openBus(`lmdb:${process.argv[2]}`);
const producer = await bus.producer();
for (const n of [1, 2, 3]) {
  writeSync(1, `append ${n}\n`);
  await producer.append(0, { headers: new Map(), value: Buffer.alloc(5_000, n) });
  writeSync(1, `resolved ${n}\n`);
}
await bus.close();
