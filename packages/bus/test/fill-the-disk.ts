// Child process of the full-disk test: its files are limited in size (ulimit -f). Prints what it saw as one JSON line.
import { writeSync } from 'node:fs';
import { BusError, openBus } from '../src/index.ts';

const bus = openBus(`lmdb:${process.argv[2]}`, { keepConsumedBytesMax: 0 });
const producer = await bus.producer();
const consumer = await bus.consumer();
const record = { headers: new Map(), value: Buffer.alloc(500_000) };
/** At most this long until the bus takes records again. */
const RECOVERY_MS_MAX = 10_000;

const failureOf = (error: unknown) => (error instanceof BusError ? error.failure : String(error));
const tryAppend = () => producer.append(0, record).then(() => 'stored', failureOf);

let stored = 0;
let failure = await tryAppend();
while (failure === 'stored') {
  stored += 1;
  failure = await tryAppend();
}
const together = await Promise.all(Array.from({ length: 5 }, tryAppend));
const writableWhenFull = await bus.writable();

let read = 0;
await new Promise<void>((resolve) => {
  consumer.run(async (owned) => {
    const records = await owned.read(0, { bytesMax: 1e9, recordsMax: 1e6, waitMs: 0 });
    read = records.length;
    await owned.commit((records.at(-1)?.offset ?? 0) + 1);
    resolve();
  });
});

const beganMs = performance.now();
let recovered = false;
while (!recovered && performance.now() - beganMs < RECOVERY_MS_MAX) {
  recovered = (await tryAppend()) === 'stored';
  if (!recovered) await new Promise((resolve) => setTimeout(resolve, 50));
}
const writableAfter = await bus.writable();
await bus.close();
writeSync(1, JSON.stringify({ stored, failure, together, writableWhenFull, read, recovered, writableAfter }));
