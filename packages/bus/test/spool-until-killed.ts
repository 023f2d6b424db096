// Child process of the spool's kill test: appends numbered records through the spool in argv[2], one after the other, and
// prints each number once it is acknowledged. Its target holds little, so it is full again and again.
import { writeSync } from 'node:fs';
import { openBus, withSpool } from '../src/index.ts';

const [, , folder = '', from = '0'] = process.argv;
const TARGET_BYTES_MAX = 500_000;

const target = openBus(`lmdb:${folder}/target`, { bytesMax: TARGET_BYTES_MAX, keepConsumedBytesMax: 0 });
const spool = withSpool(target, { folder: `${folder}/spool`, bytesMax: 64_000_000 });
const producer = await spool.producer();
writeSync(1, 'ready\n');
for (let n = Number(from); ; n += 1) {
  await producer.append(0, { headers: new Map([['n', Buffer.from(String(n))]]), value: Buffer.alloc(20_000, n) });
  // Synchronous: what is printed was acknowledged, whatever comes next.
  writeSync(1, `${n} ${(await spool.state()).way}\n`);
}
