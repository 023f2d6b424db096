// Child process of the test of several producers: appends to the bus in argv[2], which holds argv[4] bytes, until it is full
// or argv[5] records are stored; prints the ids of those that are.
import { writeSync } from 'node:fs';
import { BusError, openBus } from '../src/index.ts';

const [, , folder = '', name = '', bytesMax = '', count = ''] = process.argv;
/** Together, as the intake appends. */
const LANES = 6;
const SIZES = [40, 3_000, 20_000];

const bus = openBus(`lmdb:${folder}`, { bytesMax: Number(bytesMax) });
const producer = await bus.producer();
let next = 0;
await Promise.all(
  Array.from({ length: LANES }, async () => {
    while (next < Number(count)) {
      const id = `${name}-${next++}`;
      const value = Buffer.alloc(SIZES[next % SIZES.length] ?? 0, id);
      try {
        await producer.append(0, { headers: new Map([['id', Buffer.from(id)]]), value });
      } catch (error) {
        if (error instanceof BusError && error.failure === 'full') return;
        throw error;
      }
      writeSync(1, `${id}\n`);
    }
  }),
);
await bus.close();
