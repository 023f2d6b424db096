// Child process of the kill test: appends numbered records to the bus in argv[2] and prints each number once it is durable.
import { writeSync } from 'node:fs';
import { openBus } from '../src/index.ts';

const [, , folder = '', name = ''] = process.argv;
/** Together with their sizes: group commits of small records, and ones of many pages. */
const LANES = 8;
const SIZES = [40, 5_000, 200_000, 1_000_000];

const bus = openBus(`lmdb:${folder}`, { keepConsumedBytesMax: 4_000_000 });
const producer = await bus.producer();
let next = 0;
writeSync(1, 'ready\n');
await Promise.all(
  Array.from({ length: LANES }, async () => {
    for (;;) {
      const id = `${name}-${next++}`;
      const value = Buffer.alloc(SIZES[next % SIZES.length] ?? 0, id);
      await producer.append(0, { headers: new Map([['id', Buffer.from(id)]]), value });
      // Synchronous: what is printed was durable, whatever comes next.
      writeSync(1, `${id}\n`);
    }
  }),
);
