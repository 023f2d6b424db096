// The feed client against a real HTTP server that speaks the API's side of the feed.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ContractError } from '@sazabi/contract';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type Connected,
  entryOf,
  type FeedServerState,
  feedListener,
  SECRET,
  snapshotOf,
  TOKEN,
} from './fixtures/feed-server.ts';
import type { FeedMessage } from './key-entry.ts';
import { type KeyFeedClient, type KeyFeedClientOptions, startKeyFeedClient } from './key-feed-client.ts';
import { generateKey } from './key-form.ts';
import { createKeySnapshot, type KeySnapshot } from './key-snapshot.ts';
import { createKeyUsage } from './key-usage.ts';

let folder: string;
let server: Server;
let state: FeedServerState;
let clients: KeyFeedClient[];
let warnings: { event?: string; reason?: string; message: string }[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sazabi-feed-'));
  state = { refuse: null, connections: [] };
  clients = [];
  warnings = [];
  server = createServer(feedListener(state));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await Promise.all(clients.map((client) => client.close()));
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

async function start(changes: Partial<KeyFeedClientOptions> = {}) {
  const snapshot = createKeySnapshot();
  const usage = createKeyUsage();
  const client = await startKeyFeedClient({
    urls: [urlOf(server)],
    token: TOKEN,
    snapshot,
    snapshotPath: join(folder, 'keys'),
    usage,
    logger: { info: () => undefined, warn: (fields, message) => void warnings.push({ ...fields, message }) },
    ...changes,
  });
  clients.push(client);
  return { client, snapshot, usage };
}

const urlOf = (listening: Server) => `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;

const codeOf = (snapshot: KeySnapshot, key: string) => {
  const result = snapshot.lookUp(key, Date.now());
  return result instanceof ContractError ? result.code : 'ok';
};

/** Waits for a condition, with room for a busy machine. */
const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 10_000, interval: 5 });

/** The n-th connection, once it has said hello. */
async function connection(index: number): Promise<Connected> {
  return await vi.waitFor(
    () => {
      const connected = state.connections[index];
      if (connected?.replies[0]?.type !== 'hello') throw new Error(`connection ${index} is not there`);
      return connected;
    },
    { timeout: 10_000, interval: 5 },
  );
}

describe('key feed', () => {
  it('says hello, takes the snapshot at its end, confirms it and each change', async () => {
    const { client, snapshot } = await start();
    const api = await connection(0);
    expect(api.after).toBeNull();
    const [key, later] = [generateKey('public', 'live'), generateKey('public', 'test')];
    const epoch = randomUUID();
    const entry = entryOf(key);
    const [head, put, end] = snapshotOf(epoch, 5, entry) as [FeedMessage, FeedMessage, FeedMessage];
    api.say(head, put);
    expect(client.ageMs()).toBeNull();
    // The lines of one message may come in any pieces.
    const text = `${JSON.stringify(end)}\n`;
    api.sayRaw(text.slice(0, 9));
    api.sayRaw(text.slice(9));
    await until(() => expect(api.replies).toContainEqual({ type: 'confirm', seq: 5 }));
    expect(codeOf(snapshot, key)).toBe('ok');
    expect(Buffer.from(snapshot.receiptSecret() ?? []).equals(SECRET)).toBe(true);
    expect(client.connected()).toBe(true);

    api.say(
      { type: 'put', seq: 6, entry: { ...entry, revokedAtMs: 1 } },
      { type: 'put', seq: 7, entry: entryOf(later) },
    );
    await until(() =>
      expect(api.replies.slice(-2)).toEqual([
        { type: 'confirm', seq: 6 },
        { type: 'confirm', seq: 7 },
      ]),
    );
    expect(codeOf(snapshot, key)).toBe('API_KEY_REVOKED');
    expect(codeOf(snapshot, later)).toBe('ok');
    api.say({ type: 'heartbeat', seq: 7, liveIntakes: 3 }, { type: 'delete', seq: 8, keyId: entry.keyId });
    await until(() => expect(api.replies.at(-1)).toEqual({ type: 'confirm', seq: 8 }));
    expect(client.liveIntakes()).toBe(3);
    expect(codeOf(snapshot, key)).toBe('INVALID_API_KEY');
    expect(client.ageMs()).toBeLessThan(1000);
  });

  it('goes on with its keys while cut, and resumes where it was', async () => {
    const { client, snapshot } = await start();
    const key = generateKey('public', 'live');
    const entry = entryOf(key);
    const epoch = randomUUID();
    const first = await connection(0);
    first.say(...snapshotOf(epoch, 5, entry), { type: 'put', seq: 9, entry });
    await until(() => expect(first.replies.at(-1)).toEqual({ type: 'confirm', seq: 9 }));
    state.refuse = 503;
    first.cut();
    await until(() => expect(client.connected()).toBe(false));
    expect(codeOf(snapshot, key)).toBe('ok');
    state.refuse = null;
    const second = await connection(1);
    expect(second.after).toBe(`${epoch}.9`);
    second.say({ type: 'resume', epoch, seq: 9, receiptSecret: SECRET.toString('base64') });
    await until(() => expect(client.connected()).toBe(true));
    expect(warnings).toMatchObject([
      { event: 'key_feed_cut', message: expect.stringContaining('with the keys known') },
      ...warnings.slice(1),
    ]);
  });

  it('another epoch replaces everything at once', async () => {
    const { snapshot } = await start();
    const [key, other] = [generateKey('public', 'live'), generateKey('public', 'live')];
    const first = await connection(0);
    first.say(...snapshotOf(randomUUID(), 50, entryOf(key)));
    await until(() => expect(codeOf(snapshot, key)).toBe('ok'));
    first.cut();
    const second = await connection(1);
    const epoch = randomUUID();
    const messages = snapshotOf(epoch, 2, entryOf(other));
    second.say(...messages.slice(0, 2));
    second.say(...messages.slice(2));
    await until(() => expect(second.replies.at(-1)).toEqual({ type: 'confirm', seq: 2 }));
    expect(snapshot.position()).toEqual({ epoch, seq: 2 });
    expect(codeOf(snapshot, key)).toBe('INVALID_API_KEY');
    expect(codeOf(snapshot, other)).toBe('ok');
  });

  it('silence means a new connection, heartbeats keep the old one', async () => {
    await start({ silenceMs: 300 });
    const first = await connection(0);
    first.say(...snapshotOf(randomUUID(), 1));
    let beats = 0;
    const beating = setInterval(() => {
      first.say({ type: 'heartbeat', seq: 1, liveIntakes: 1 });
      beats += 1;
    }, 30);
    await until(() => expect(beats).toBeGreaterThan(30));
    clearInterval(beating);
    expect(state.connections).toHaveLength(1);
    await connection(1);
    expect(warnings[0]?.reason).toContain('nothing heard');
  });

  it.each([
    ['what is not JSON', 'not json\n'],
    ['an unknown message', '{"type":"other"}\n'],
    ['a change before the snapshot', `${JSON.stringify({ type: 'delete', seq: 1, keyId: randomUUID() })}\n`],
    [
      'a snapshot that lacks keys',
      snapshotOf(randomUUID(), 1, entryOf('a'))
        .filter((message) => message.type !== 'put')
        .map((message) => `${JSON.stringify(message)}\n`)
        .join(''),
    ],
    ['a line without an end', 'x'.repeat(1_200_000)],
    [
      'a resume of an unknown epoch',
      `${JSON.stringify({ type: 'resume', epoch: randomUUID(), seq: 1, receiptSecret: '' })}\n`,
    ],
  ])('%s ends the connection, changes nothing, and it is tried again', async (_name, text) => {
    const { snapshot } = await start();
    const first = await connection(0);
    first.sayRaw(text);
    await connection(1);
    expect(snapshot.position()).toBeNull();
    expect(warnings[0]?.event).toBe('key_feed_cut');
    expect(warnings[0]?.reason).not.toContain('nothing heard');
  });

  it('starts without the API from the copy on disk', async () => {
    const key = generateKey('public', 'live');
    const epoch = randomUUID();
    const before = await start();
    (await connection(0)).say(...snapshotOf(epoch, 5, entryOf(key)));
    await until(() => expect(codeOf(before.snapshot, key)).toBe('ok'));
    await before.client.close();
    state.refuse = 503;
    const after = await start();
    expect(codeOf(after.snapshot, key)).toBe('ok');
    expect(after.client.connected()).toBe(false);
    expect(after.client.ageMs()).toBeLessThan(60_000);
  });

  it('reports usage up the same connection, and what is left when it closes', async () => {
    const { client, usage } = await start({ reportIntervalMs: 20 });
    const keyId = randomUUID();
    usage.request(keyId, { address: '::1', userAgent: 'curl' }, 1);
    const api = await connection(0);
    api.say(...snapshotOf(randomUUID(), 1));
    const reports = () => api.replies.filter((reply) => reply.type === 'report').flatMap((reply) => reply.keys);
    await until(() => expect(reports()).toMatchObject([{ keyId, requests: 1 }]));
    usage.request(keyId, { address: '::1', userAgent: 'curl' }, 2);
    await client.close();
    await until(() => expect(reports().reduce((sum, key) => sum + key.requests, 0)).toBe(2));
  });

  it('moves on to the next replica at once where one is gone, silent or refuses, and comes back when all have failed', async () => {
    const other = createServer(feedListener(state));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const urls = ['http://127.0.0.1:9', urlOf(server), urlOf(other)];
    const { client, snapshot } = await start({ urls, silenceMs: 300 });
    const epoch = randomUUID();
    const first = await connection(0);
    first.say(...snapshotOf(epoch, 5));
    await until(() => expect(client.connected()).toBe(true));
    first.cut();
    const second = await connection(1);
    expect(second.after).toBe(`${epoch}.5`);
    second.say({ type: 'resume', epoch, seq: 5, receiptSecret: SECRET.toString('base64') });
    await until(() => expect(client.connected()).toBe(true));
    // It falls silent.
    const third = await connection(2);
    third.say({ type: 'put', seq: 6, entry: entryOf('k') });
    third.cut();
    await connection(3);
    expect(snapshot.position()).toEqual({ epoch, seq: 5 });
    other.closeAllConnections();
    other.close();
  });

  it('an outage is one line when it begins, and ever fewer while it lasts', async () => {
    state.refuse = 503;
    let attempts = 0;
    server.on('request', () => {
      attempts += 1;
    });
    await start();
    await until(() => expect(attempts).toBeGreaterThan(6));
    expect(warnings.length).toBeLessThanOrEqual(Math.log2(attempts) + 1);
    expect(warnings.length).toBeGreaterThanOrEqual(2);
    expect(warnings[0]?.message).toContain('requests are refused');
  });

  it('a wrong token is told from a cut line', async () => {
    await start({ token: 'wrong' });
    await until(() => expect(warnings[0]?.reason).toContain('INTERNAL_TOKEN'));
  });

  it('closes at once while it waits for an API that is not there', async () => {
    const { client } = await start({ urls: ['http://127.0.0.1:9'] });
    await until(() => expect(warnings.length).toBeGreaterThan(1));
    const startedMs = performance.now();
    await client.close();
    expect(performance.now() - startedMs).toBeLessThan(1000);
  });
});
