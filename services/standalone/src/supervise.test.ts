// The supervisor against real child processes that speak the protocol and misbehave.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, StartupError } from '@sazabi/lifecycle';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { childEnvironment } from './child-environment.ts';
import type { PartStart } from './part.ts';
import { servicePart } from './service-part.ts';
import { type Supervised, supervise } from './supervise.ts';
import { createSystem } from './system.ts';

const MAIN = new URL('./fixtures/fake-service.ts', import.meta.url).href;
const logger = createLogger('test', 'silent');
const toStop: Supervised[] = [];
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sazabi-supervise-'));
});
afterEach(async () => {
  await Promise.all(toStop.splice(0).map((part) => part.stop()));
  rmSync(folder, { recursive: true });
});

const journal = () => join(folder, 'journal');
const journalLines = () => readFileSync(journal(), 'utf8').trimEnd().split('\n');

function fake(behaviour: string, name = 'fake', stopDeadlineMs = 2_000) {
  const lines: string[] = [];
  const part = servicePart({
    name,
    main: MAIN,
    environment: { PATH: process.env.PATH ?? '', FAKE: behaviour, FAKE_NAME: name, FAKE_JOURNAL: journal() },
    onLine: (line) => lines.push(line),
    stopDeadlineMs,
  });
  return { part, lines };
}

function keep(behaviour: string, stopDeadlineMs?: number) {
  const { part, lines } = fake(behaviour, 'fake', stopDeadlineMs);
  const pids: number[] = [];
  const supervised = supervise(part, { logger, onSpawn: (pid) => pids.push(pid) });
  toStop.push(supervised);
  return { supervised, pids, lines };
}

describe('a part that had been ready', () => {
  it('is spawned again at once after a kill -9, again and again: by the pauses of failed starts the sixth would take 3 s', async () => {
    const { supervised, pids } = keep('ordinary');
    await supervised.ready;
    for (let round = 1; round <= 6; round++) {
      await expect.poll(() => journalLines().filter((line) => line === 'fake ready').length).toBe(round);
      const killedAtMs = performance.now();
      process.kill(pids.at(-1) ?? 0, 'SIGKILL');
      await expect.poll(() => pids.length, { interval: 5 }).toBe(round + 1);
      expect(performance.now() - killedAtMs).toBeLessThan(2000);
    }
    expect(new Set(pids).size).toBe(7);
  });

  it('is heard once a start of what it set aside', async () => {
    const written: string[] = [];
    const told = createLogger('test', 'warn', { write: (text: string) => written.push(text) });
    const { part } = fake('ordinary');
    const aside = { ...part, start: async (start: PartStart) => ({ ...(await part.start(start)), setAside: ['p'] }) };
    const supervised = supervise(aside, { logger: told, onSpawn: () => undefined });
    toStop.push(supervised);
    await supervised.ready;
    expect(written.map((text): unknown => JSON.parse(text))).toEqual([
      expect.objectContaining({ event: 'parts_set_aside', part: 'fake', paths: ['p'] }),
    ]);
  });

  it('tells what it did, to be said after its name', async () => {
    const killed = await keep('ordinary').supervised.ready;
    process.kill(killed.pid, 'SIGKILL');
    expect(await killed.died).toBe('was ended by SIGKILL');
    const failed = await keep('fails-later').supervised.ready;
    expect(await failed.died).toBe('failed: no luck any more');
  });

  it('is stopped by IPC in its own time, and not restarted', async () => {
    const { supervised, pids } = keep('ordinary');
    await supervised.ready;
    await supervised.stop();
    expect(journalLines().slice(1)).toEqual(['fake ready', 'fake stopping', 'fake stopped']);
    expect(pids).toHaveLength(1);
  });

  it('is killed when it does not stop within its deadline', async () => {
    const { supervised, pids } = keep('endless-stop', 300);
    await supervised.ready;
    await supervised.stop();
    expect(() => process.kill(pids[0] ?? 0, 0)).toThrow('ESRCH');
    expect(journalLines().at(-1)).toBe('fake stopping');
  });
});

describe('a part that has never been ready', () => {
  it('that can be mended ends the start with its one line', async () => {
    const { supervised, pids, lines } = keep('mendable');
    await expect(supervised.ready).rejects.toThrow(new StartupError('Port 4318 is in use: choose another.'));
    expect(pids).toHaveLength(1);
    expect(lines).toEqual([]);
  });

  it('that crashed once is tried again, and what it wrote is shown', async () => {
    const { supervised, pids, lines } = keep('crash-once-first');
    await supervised.ready;
    expect(pids).toHaveLength(2);
    expect(lines).toEqual(['segmentation fault, or so']);
  });

  it('that crashes each time ends the start after three attempts', async () => {
    const { supervised, pids } = keep('always-crash');
    await expect(supervised.ready).rejects.toThrow(
      new StartupError('fake does not start: it exited with code 1: Error: no luck'),
    );
    expect(pids).toHaveLength(3);
  });

  it('is ended by a stop that comes before it is ready', async () => {
    const { supervised, pids } = keep('never-ready', 400);
    await expect.poll(() => pids.length).toBe(1);
    await supervised.stop();
    await expect(supervised.ready).rejects.toThrow('stopped before it was ready');
    expect(() => process.kill(pids[0] ?? 0, 0)).toThrow('ESRCH');
  });
});

describe('several parts', () => {
  it('stop in the opposite order of their start, each waiting for the one before', async () => {
    const table = new Map<string, number>();
    const system = createSystem(logger, { set: (name, pid) => table.set(name, pid), remove: () => table.clear() });
    const names = ['engine', 'query-api', 'consumer', 'intake'];
    for (const name of names) await system.start(fake('ordinary', name).part).ready;
    expect([...table.keys()]).toEqual(names);
    await system.stop();
    expect(journalLines().filter((line) => line.includes('stop'))).toEqual(
      names.toReversed().flatMap((name) => [`${name} stopping`, `${name} stopped`]),
    );
    expect(table.size).toBe(0);
    expect(() => system.start(fake('ordinary').part)).toThrow('the stop has begun');
  });
});

it("a child gets the allow-list and what standalone decides, and nothing else of its parent's environment", async () => {
  const environment = childEnvironment(
    'consumer',
    { PATH: process.env.PATH, BUS_URL: 'lmdb:/x', AWS_SECRET_ACCESS_KEY: 'secret', BOOTSTRAP_SECRET_KEY: 'sk' },
    { CONSUMER_INTERNAL_PORT: 4322 },
  );
  const part = servicePart({ name: 'fake', main: MAIN, environment, onLine: () => undefined });
  const supervised = supervise(part, { logger, onSpawn: () => undefined });
  toStop.push(supervised);
  const { details } = await supervised.ready;
  const { NODE_CHANNEL_FD: _, NODE_CHANNEL_SERIALIZATION_MODE: __, ...seen } = Object(details.environment);
  expect(seen).toEqual({ PATH: process.env.PATH, BUS_URL: 'lmdb:/x', CONSUMER_INTERNAL_PORT: '4322' });
});
