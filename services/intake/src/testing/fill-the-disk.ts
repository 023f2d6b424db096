// Child process of the full-disk test: an intake whose files are limited in size (ulimit -f) takes logs until it refuses, and
// again when a consumer has made room. With `--wait FILE` the room is made by deleting that file. Prints what it saw as JSON.
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { startTestIntake, type TestIntake } from './start-intake.ts';

/** At most this long until logs are taken again. */
const RECOVERY_MS_MAX = 20_000;
const SENDS_WHEN_FULL = 20;

const filler = process.argv[2] === '--wait' ? process.argv[3] : undefined;
const intake = await startTestIntake();
const { key } = intake.addKey();

async function send(): Promise<Response> {
  const body = JSON.stringify({ message: randomBytes(90_000).toString('base64') });
  return await fetch(`${intake.url}/v1/logs`, { method: 'POST', headers: { 'x-sazabi-key': key }, body });
}

async function makeRoom({ bus }: TestIntake): Promise<void> {
  if (filler !== undefined) return rmSync(filler);
  const consumer = await bus.consumer();
  const { next } = await (await bus.reader()).extent(0);
  await new Promise<void>((resolve) => consumer.run(async (owned) => owned.commit(next).then(resolve)));
}

const logged = (event: string) => intake.logLines.filter((line) => line.includes(`"event":"${event}"`));

let taken = 0;
let refused = await send();
for (; refused.status === 202; refused = await send()) taken += 1;
const { error } = (await refused.json()) as { error: { message: string; accepted?: boolean } };
const statuses = new Set<number>();
for (let n = 0; n < SENDS_WHEN_FULL; n += 1) statuses.add((await send()).status);
const failedLines = logged('append_failed');
await makeRoom(intake);
const untilMs = performance.now() + RECOVERY_MS_MAX;
let recovered = false;
while (!recovered && performance.now() < untilMs) {
  recovered = (await send()).status === 202;
  if (!recovered) await pause(50);
}
const result = {
  ...{ taken, status: refused.status, retryAfter: refused.headers.get('retry-after'), accepted: error.accepted },
  ...{ statuses: [...statuses], failedLines, recovered, recoveredLines: logged('append_recovered').length },
};
await intake.stop();
process.stdout.write(JSON.stringify(result));
