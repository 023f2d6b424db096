// The disk under the data folder is full: 503 and one clear log line; with room again all goes on, and nothing accepted is lost.
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Client, createClient } from '../support/client.ts';
import { OUTAGE_MS, OUTAGE_TEST_MS, pass } from '../support/outage.ts';
import { describeReconciliation, reconcile } from '../support/reconcile.ts';
import { say } from '../support/seed.ts';
import { canMount, createSmallDisk, type SmallDisk } from '../support/small-disk.ts';
import { type System, startSystem } from '../support/system.ts';
import { waitFor } from '../support/wait-for.ts';

/** A developer may not be root; in CI that is a failure. */
const withoutMount = process.env.CI === undefined && !canMount();
/** What a new data folder takes is about 60 MiB. */
const DISK_MIB = 192;
const LOGS = 50;
const FILL_BYTES = 4_000;
/** Other tests run beside this one. */
const SEND_PAUSE_MS = 50;
const REFUSED_DEADLINE_MS = 60_000;
const BACK_DEADLINE_MS = 60_000;

let disk: SmallDisk | undefined;
let system: System | undefined;
beforeAll(async () => {
  if (withoutMount) return;
  disk = createSmallDisk(DISK_MIB);
  system = await startSystem({ dataDir: disk.folder });
});
afterAll(async () => {
  await system?.stop();
  disk?.remove();
});

it.skipIf(withoutMount)(
  'a full disk is 503 and a clear log line, and it recovers when there is room',
  {
    timeout: OUTAGE_TEST_MS + 60_000,
  },
  async () => {
    if (disk === undefined || system === undefined) return expect.fail('There is no disk.');
    const { makeRoom, fill } = disk;
    const started = system;
    const client = createClient(started);
    const name = `disk-${Date.now()}`;
    // Without a rate limit: refusals count against it too.
    const { key } = await client.createKey('public-keys', { name: 'disk', rateLimitPerMinute: null });
    const account = createSender(client, name, key);
    expect((await account.send()).status).toBe(202);
    fill();
    const refused = await waitFor(
      'logs are refused',
      async () => {
        const answer = await account.send();
        return answer.status !== 202 && answer;
      },
      REFUSED_DEADLINE_MS,
    );
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(await refused.json()).toMatchObject({
      data: null,
      error: {
        code: 'SERVICE_UNAVAILABLE',
        accepted: false,
        message: expect.stringContaining('the disk or the queue'),
      },
    });
    await waitFor(
      'a log line says that the disk is full and where',
      () =>
        started
          .output()
          .split('\n')
          .some((line) => /disk/i.test(line) && /full/i.test(line) && line.includes(started.dataDir)),
      10_000,
    );
    const endMs = performance.now() + OUTAGE_MS;
    const statuses = new Set<number>();
    while (performance.now() < endMs) {
      statuses.add((await account.send()).status);
      await pass(SEND_PAUSE_MS);
    }
    // What the engine lets go of may be room for another one.
    for (const status of statuses) expect([202, 503]).toContain(status);
    // Who reads is answered.
    expect((await fetch(`${started.apiUrl}/readyz`)).status).toBe(200);
    const lines = started.output().split('\n').slice(0, -1);
    const sinceFull = lines.slice(lines.findIndex((line) => line.includes('"event":"append_failed"')));
    expect(sinceFull.filter((line) => !line.startsWith('{"level":'))).toEqual([]);
    expect(sinceFull[0]).not.toMatch(/Input\/output|"err":/);
    makeRoom();
    const roomMs = performance.now();
    const accepts = async () => (await account.send()).status === 202;
    await waitFor('logs are taken again', accepts, BACK_DEADLINE_MS);
    const backMs = performance.now() - roomMs;
    const state = await reconcile(started, name, account, 60_000);
    say(`disk full: taken again ${Math.round(backMs)} ms after there was room, ${describeReconciliation(state)}`);
    expect(state).toMatchObject({ missing: [], doubled: [], foreign: [] });
    const after = `after-${name}`;
    await client.postLogs({ message: after });
    await waitFor('a fresh log is found', () => client.finds(after), 30_000);
  },
);

/** Logs that do not shrink much, and what became of them. */
function createSender(client: Client, name: string, key: string) {
  const sent = new Set<string>();
  const acknowledged = new Set<string>();
  let request = 0;
  return {
    sent,
    acknowledged,
    failures: [],
    async send(): Promise<Response> {
      request += 1;
      const logs = Array.from({ length: LOGS }, (_, log) => ({
        message: `${name}-${request}-${log}`,
        attributes: { fill: randomBytes(FILL_BYTES / 2).toString('hex') },
      }));
      for (const { message } of logs) sent.add(message);
      const answer = await client.post(logs, { key });
      if (answer.status === 202) for (const { message } of logs) acknowledged.add(message);
      return answer;
    },
  };
}
