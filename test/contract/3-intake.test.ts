// Section 3 of the contract, the calls of the intake: bodies, content types, encodings, the answer.
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { waitFor } from '../support/wait-for.ts';
import {
  answerOf,
  api,
  failureOf,
  found,
  newKey,
  newOrganization,
  type Organization,
  send,
} from './support/organization.ts';

const NDJSON = { 'content-type': 'application/x-ndjson' };

let own: Organization;
beforeAll(async () => {
  own = await newOrganization();
});

const accepted = (answer: Awaited<ReturnType<typeof send>>) => [answer.status, answer.body?.data?.accepted];
const ofService = (value: string) => ({ filters: [{ field: 'service', op: 'eq', value }] });

describe('POST /v1/logs', () => {
  it.each([
    ['one log object', { message: 'a' }, {}, 1],
    ['an array of them', [{ message: 'a' }, { message: 'b' }], {}, 2],
    ['NDJSON', '{"message":"a"}\n{"message":"b"}\n', NDJSON, 2],
  ] as const)('%s', async (_form, body, headers, count) => {
    expect(accepted(await send(own.publicKey, body, headers))).toEqual([202, count]);
  });

  it.each([
    ['protobuf', 'application/x-protobuf', Buffer.from([0])],
    ['JSON with resourceLogs', 'application/json', { resourceLogs: [] }],
  ])('OTLP until it is built: 415: %s', async (_form, type, body) => {
    const answer = await send(own.publicKey, body, { 'content-type': type });
    expect(failureOf(answer)).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
  });
});

describe('POST /v1/events', () => {
  it('one event object or an array, stored as logs with eventName and the name as message', async () => {
    const event = { name: 'order.paid', attributes: { total: 12 }, service: 'events' };
    expect(accepted(await send(own.publicKey, event, {}, '/v1/events'))).toEqual([202, 1]);
    expect(accepted(await send(own.publicKey, [event, event], {}, '/v1/events'))).toEqual([202, 2]);
    const rows = await found(own.secretKey, ofService('events'), 3);
    for (const row of rows)
      expect(row).toMatchObject({ eventName: 'order.paid', message: 'order.paid', attributes: { total: '12' } });
    expect(failureOf(await send(own.publicKey, { message: 'no name' }, {}, '/v1/events'))).toEqual([
      400,
      'VALIDATION_ERROR',
    ]);
  });
});

it.each(['/healthz', '/readyz', '/version'])('GET %s of the intake', async (path) => {
  expect((await answerOf(fetch(`${inject('contractSystem').intakeUrl}${path}`))).status).toBe(200);
});

describe('content types and encodings', () => {
  it.each(['application/json', 'application/json; charset=utf-8', 'text/plain', 'text/plain;charset=UTF-8'])(
    'JSON: %s',
    async (type) => {
      expect(accepted(await send(own.publicKey, { message: 'a' }, { 'content-type': type }))).toEqual([202, 1]);
    },
  );

  it('JSON: none', async () => {
    const body = Buffer.from('{"message":"a"}');
    const url = `${inject('contractSystem').intakeUrl}/v1/logs?key=${own.publicKey}`;
    expect(accepted(await answerOf(fetch(url, { method: 'POST', body })))).toEqual([202, 1]);
  });

  it.each([
    ['identity', (text: string) => Buffer.from(text)],
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['zstd', zstdCompressSync],
    ['br', brotliCompressSync],
  ] as const)('content-encoding %s', async (encoding, compress) => {
    const body = compress(JSON.stringify([{ message: encoding }, { message: 'b' }]));
    expect(accepted(await send(own.publicKey, body, { 'content-encoding': encoding }))).toEqual([202, 2]);
  });

  it('inflating stops at the limit, and beyond 1 MiB at a ratio over 200 (413)', async () => {
    const sent = (bytes: number, random: number) => {
      const text = JSON.stringify({ message: 'm', pad: 'x'.repeat(bytes) });
      const noise = Array.from({ length: random }, (_, n) => ((n * 2_654_435_761) >>> 0).toString(36)).join('');
      return send(own.publicKey, gzipSync(`${text}\n${JSON.stringify({ message: noise })}`), {
        ...NDJSON,
        'content-encoding': 'gzip',
      });
    };
    // Within 1 MiB any ratio is honest; the log is too large, its request is not.
    expect((await sent(1_000_000, 0)).status).toBe(202);
    expect(failureOf(await sent(3_000_000, 0))).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    expect(failureOf(await sent(20 * 1024 * 1024, 30_000))).toEqual([413, 'PAYLOAD_TOO_LARGE']);
  });
});

describe('answer', () => {
  it('202 with accepted, rejected, rejectedCount and a receipt', async () => {
    const { body, status } = await send(own.publicKey, [{ message: 'a' }, { message: null }, { message: 'c' }]);
    expect(status).toBe(202);
    expect(body.data).toEqual({
      accepted: 2,
      rejected: [{ index: 1, code: 'VALIDATION_ERROR', message: expect.any(String) }],
      rejectedCount: 1,
      receipt: expect.any(String),
    });
  });

  it('rejected lists the first 100', async () => {
    const { body } = await send(own.publicKey, [{ message: 'a' }, ...Array.from({ length: 150 }, () => ({}))]);
    expect([body.data.rejected.length, body.data.rejectedCount]).toEqual([100, 150]);
  });

  it('none accepted and some rejected: 400', async () => {
    expect(failureOf(await send(own.publicKey, [{}, {}]))).toEqual([400, 'VALIDATION_ERROR']);
  });

  it('an empty array: 202 with 0', async () => {
    expect(accepted(await send(own.publicKey, []))).toEqual([202, 0]);
  });
});

describe('Idempotency-Key', () => {
  const once = (body: unknown, key = 'order-1', publicKey = own.publicKey) =>
    send(publicKey, body, { 'idempotency-key': key });

  it('the same key is stored once, the answer to a repeat of the same body is the same, with another body the first wins', async () => {
    const body = [{ message: 'first', service: 'once' }];
    const first = await once(body);
    expect((await once(body)).body).toEqual(first.body);
    expect((await once([{ message: 'second', service: 'once' }])).status).toBe(202);
    await Promise.all(Array.from({ length: 10 }, () => once(body)));
    await send(own.publicKey, { message: 'end', service: 'once' });
    const rows = await found(own.secretKey, { ...ofService('once'), sort: 'asc' }, 2);
    expect(rows.map((row: { message: string }) => row.message)).toEqual(['first', 'end']);
  });

  it('of another project or mode it is another key', async () => {
    const { key } = await newKey(own, 'public-keys', { mode: 'test' });
    const test = await newKey(own, 'secret-keys', { mode: 'test' });
    await once({ message: 'in test', service: 'once' }, 'order-1', key);
    expect(await found(test.key, ofService('once'))).toHaveLength(1);
  });

  it('1–128 visible characters', async () => {
    expect((await once({ message: 'a' }, '~'.repeat(128))).status).toBe(202);
    for (const key of ['~'.repeat(129), 'with space', 'ü'])
      expect(failureOf(await once({ message: 'a' }, key))).toEqual([400, 'VALIDATION_ERROR']);
  });
});

describe('receipt', () => {
  it('tells durable or stored and the counts of that request alone', async () => {
    const { body } = await send(own.publicKey, [{ message: 'a' }, { message: 'b' }]);
    const path = `/receipts/${body.data.receipt}`;
    const first = await api(own.secretKey, 'GET', path);
    expect(['durable', 'stored']).toContain(first.body.data.status);
    const stored = await waitFor(
      'it is stored',
      async () => {
        const { data } = (await api(own.secretKey, 'GET', path)).body;
        return data.status === 'stored' && data;
      },
      15_000,
    );
    expect(stored).toMatchObject({ projectId: own.projectId, accepted: 2, stored: 2, deadLettered: 0 });
  });

  it('a forged or foreign one is 404', async () => {
    const { receipt } = (await send(own.publicKey, { message: 'a' })).body.data;
    const other = await newOrganization();
    const forged = `${receipt.slice(0, -1)}${receipt.endsWith('A') ? 'B' : 'A'}`;
    for (const answer of [
      await api(other.secretKey, 'GET', `/receipts/${receipt}`),
      await api(own.secretKey, 'GET', `/receipts/${forged}`),
      await api(own.secretKey, 'GET', '/receipts/x'),
    ])
      expect(failureOf(answer)).toEqual([404, 'NOT_FOUND']);
  });
});
