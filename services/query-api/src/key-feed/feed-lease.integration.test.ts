// I4 over a line to PostgreSQL that fails and then hangs: feeds end before other replicas stop waiting for them.
import { connect, createServer, type Socket } from 'node:net';
import { openControlDb } from '@sazabi/control-db';
import { createLogger } from '@sazabi/lifecycle';
import { startPostgres, type TestPostgres } from '@sazabi/test-parts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FEED_LEASE_MS } from '../limits.ts';
import { createSharedReplicas } from './shared-replicas.ts';

/** Others wait for a replica that they have seen within this time. */
const REPLICA_GONE_MS = 3_000;

let server: TestPostgres;
let line: Awaited<ReturnType<typeof openLine>>;
beforeAll(async () => {
  server = await startPostgres();
  line = await openLine(server.address);
});
afterAll(async () => {
  line?.close();
  await server?.remove();
});

it('a beat that hangs when the time is over does not keep them going', async () => {
  const url = Object.assign(new URL(await server.createDatabase()), { host: line.address }).href;
  const db = await openControlDb(url);
  let underWay = 0;
  let lastGoodMs = 0;
  const beats = async <T>(work: () => Promise<T>): Promise<T> => {
    const startedAtMs = performance.now();
    underWay += 1;
    try {
      const done = await work();
      lastGoodMs = startedAtMs;
      return done;
    } finally {
      underWay -= 1;
    }
  };
  const lost = Promise.withResolvers<{ whileAsking: boolean; afterMs: number }>();
  const replicas = createSharedReplicas({
    db: { ...db, pulse: (work) => beats(() => db.pulse(work)) },
    logger: createLogger('test', 'silent'),
    feeds: () => ({ intakeIds: [], confirmedSeq: null }),
    onNews: () => undefined,
    onLost: () => lost.resolve({ whileAsking: underWay > 0, afterMs: performance.now() - lastGoodMs }),
  });
  replicas.start();
  await expect.poll(() => lastGoodMs).toBeGreaterThan(0);
  line.refuse();
  await expect.poll(() => performance.now() - lastGoodMs, { timeout: 10_000 }).toBeGreaterThan(FEED_LEASE_MS * 0.8);
  line.hang();
  const { whileAsking, afterMs } = await lost.promise;
  expect(whileAsking).toBe(true);
  expect(afterMs).toBeGreaterThanOrEqual(FEED_LEASE_MS - 5);
  expect(afterMs).toBeLessThan(REPLICA_GONE_MS);
  line.pass();
  await replicas.close();
  await db.close();
});

/** To the server, until told otherwise. */
async function openLine(target: string) {
  const [host = '', port] = target.split(':');
  const sockets = new Set<Socket>();
  let state: 'pass' | 'refuse' | 'hang' = 'pass';
  const cut = () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  const listener = createServer((socket) => {
    socket.on('error', () => undefined);
    sockets.add(socket);
    if (state === 'refuse') socket.destroy();
    if (state !== 'pass') return;
    const behind = connect(Number(port), host).on('error', () => socket.destroy());
    sockets.add(behind);
    socket.pipe(behind).pipe(socket);
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    address: `127.0.0.1:${address.port}`,
    refuse() {
      state = 'refuse';
      cut();
    },
    hang() {
      state = 'hang';
    },
    pass() {
      state = 'pass';
      cut();
    },
    close() {
      cut();
      listener.close();
    },
  };
}
