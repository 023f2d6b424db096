// Waits that do not end: a broker that falls silent while connections authenticate, and a request that is never answered.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBus } from '../open-bus.ts';
import { createClient } from './client.ts';
import { type ProxiedKafka, startProxiedKafka } from './testing/brokers.ts';
import { API } from './testing/fault-proxy.ts';
import { serveAll } from './testing/serving.ts';
import { kafkaSettings } from './testing/settings.ts';

let kafka: ProxiedKafka;
beforeAll(async () => {
  kafka = await startProxiedKafka({
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,PROXIED:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT',
    'sasl.enabled.mechanisms': 'PLAIN',
    'listener.name.proxied.plain.sasl.jaas.config':
      'org.apache.kafka.common.security.plain.PlainLoginModule required user_sazabi="password";',
  });
});
afterAll(() => kafka.remove());

it('connections that never finish to authenticate are given up, and appends and partitions go on afterwards', async () => {
  const settings = kafkaSettings(`silence-${randomUUID()}`, {
    appendDeadlineMs: 1_000,
    sasl: { mechanism: 'plain', username: 'sazabi', password: 'password' },
  });
  const bus = openBus(kafka.url, { kafka: settings });
  const producer = await bus.producer();
  const serving = serveAll(await bus.consumer());
  await expect.poll(serving.partitions).toEqual([0]);
  const append = () => producer.append(0, { headers: new Map(), value: Buffer.from('record') });
  await append();

  kafka.proxy.decide((apiKey) => (apiKey === API.saslAuthenticate ? 'swallow' : 'pass'));
  kafka.proxy.refuse();
  kafka.proxy.accept();
  const asked = kafka.proxy.requests(API.saslAuthenticate);
  await expect(append()).rejects.toMatchObject({ failure: 'unavailable' });
  await expect.poll(() => kafka.proxy.requests(API.saslAuthenticate)).toBeGreaterThan(asked);
  expect(await bus.writable()).toBe(false);

  kafka.proxy.decide(() => 'pass');
  const goesOn = () =>
    append().then(
      () => true,
      () => false,
    );
  await expect.poll(goesOn, { timeout: 60_000 }).toBe(true);
  const read = () =>
    serving
      .owned(0)
      ?.read(0, { bytesMax: 1000, recordsMax: 10, waitMs: 1_000 })
      .catch(() => []);
  await expect.poll(async () => (await read())?.length, { timeout: 60_000 }).toBeGreaterThan(0);
  const commit = async () =>
    (await serving
      .owned(0)
      ?.commit(1)
      .catch(() => null)) === undefined;
  await expect.poll(commit, { timeout: 60_000 }).toBe(true);
  await bus.close();
});

it('a request that never settles is given up, and others go on on new connections', async () => {
  const sasl = { mechanism: 'plain', username: 'sazabi', password: 'password' } as const;
  const settings = kafkaSettings(`hung-${randomUUID()}`, { sasl });
  const bus = openBus(kafka.url, { kafka: settings });
  await bus.producer();
  await bus.close();
  const address = `127.0.0.1:${kafka.proxy.port}`;
  const client = createClient([address], settings, { topic: settings.topic, requestTimeoutMs: 500 });
  await client.partitions();
  const begun = kafka.proxy.requests(API.apiVersions);
  const never = client.onLeader(0, () => new Promise(() => undefined));
  await expect(never).rejects.toThrow('no answer in time');
  // It may take a try: a machine under load can be slower than this client's patience.
  await client.call('asking again', client.ping, 30_000);
  expect(kafka.proxy.requests(API.apiVersions)).toBeGreaterThan(begun);
  await client.close();
});

it('a connection that leads nowhere any more is given up by whatever request was sent on it', async () => {
  const sasl = { mechanism: 'plain', username: 'sazabi', password: 'password' } as const;
  const bus = openBus(kafka.url, { kafka: kafkaSettings(`stranded-${randomUUID()}`, { sasl }) });
  const reader = await bus.reader();
  await reader.extent(0);
  kafka.proxy.strand();
  const extent = () => reader.extent(0).catch(() => null);
  await expect.poll(extent, { timeout: 60_000 }).toEqual({ earliest: 0, next: 0 });
  await bus.close();
});

it('a client that is closed while it connects leaves no connection behind', async () => {
  let connections = 0;
  const server = createServer(() => {
    connections += 1;
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP port was asked for');
  const client = createClient([`127.0.0.1:${address.port}`], kafkaSettings('closed'), { topic: 'closed' });
  const asked = expect(client.partitions()).rejects.toMatchObject({ failure: 'closed' });
  await client.close();
  await asked;
  expect(connections).toBe(0);
  server.close();
});

/** Sockets of this process, as Linux tells (proc(5)). */
function openSockets(): number {
  const kinds = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return 'closed meanwhile';
    }
  });
  return kinds.filter((kind) => kind.startsWith('socket:')).length;
}

it('TLS connections that a broker at a stand takes and never finishes are let go of', async () => {
  const before = openSockets();
  let connections = 0;
  // As a stopped process: the kernel takes connections, nobody answers, and an end is not answered by an end.
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, () => {
    connections += 1;
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP port was asked for');
  const settings = kafkaSettings('stopped', { tls: { ca: null, client: null } });
  const client = createClient([`127.0.0.1:${address.port}`], settings, { topic: 'stopped', requestTimeoutMs: 500 });
  for (let tries = 0; tries < 3; tries += 1) await expect(client.ping()).rejects.toThrow();
  expect(connections).toBeGreaterThanOrEqual(3);
  // Ours and the server's ends of each, and where it listens.
  await expect.poll(() => openSockets() - before - 1 - connections).toBeLessThanOrEqual(0);
  await client.close();
  server.close();
});
