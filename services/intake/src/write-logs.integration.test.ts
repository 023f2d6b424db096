// What the contract says of bodies and answers, against a real server and a real bus.
import { readReceipt, requestIdOf, uuidToText } from '@sazabi/log-record';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KnownKey, startTestIntake, type TestIntake } from './testing/start-intake.ts';

let intake: TestIntake;
let known: KnownKey;
/** How far the intake's clock is ahead. */
let aheadMs = 0;

beforeAll(async () => {
  intake = await startTestIntake({ now: () => Date.now() + aheadMs });
  known = intake.addKey({ environment: 'prod' });
});
afterAll(() => intake.stop());

interface Sent {
  readonly status: number;
  readonly headers: Headers;
  readonly body: { data: Answer | null; error: { code: string; message: string; issues?: unknown[] } | null };
}
interface Answer {
  readonly accepted: number;
  readonly rejected: { index: number; code: string; message: string }[];
  readonly rejectedCount: number;
  readonly receipt: string;
}

async function send(body: string | Uint8Array, headers: Record<string, string> = {}, path = '/v1/logs'): Promise<Sent> {
  const response = await fetch(intake.url + path, {
    method: 'POST',
    body: Buffer.from(body),
    headers: { 'x-sazabi-key': known.key, 'content-type': 'application/json', ...headers },
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Sent['body'] };
}

const rowsWith = async (message: string) => (await intake.rows()).filter((row) => row.message === message);

describe('POST /v1/logs', () => {
  it('takes one object; the row says whose it is', async () => {
    const { status, body } = await send(JSON.stringify({ message: 'one', level: 'warn', user: { id: 7 } }));
    expect(status).toBe(202);
    expect(body).toMatchObject({ data: { accepted: 1, rejected: [], rejectedCount: 0 }, error: null });
    expect(await rowsWith('one')).toMatchObject([
      {
        project_id: known.entry.projectId,
        key_id: known.entry.keyId,
        mode: 'live',
        environment: 'prod',
        level: 'warn',
        attributes: [['user.id', '7']],
      },
    ]);
  });

  it('takes an array in order, and rejects a log alone by its index', async () => {
    const { status, body } = await send(JSON.stringify([{ message: 'a0' }, { no: 1 }, { message: 'a2' }, 5]));
    expect(status).toBe(202);
    expect(body.data).toMatchObject({ accepted: 2, rejectedCount: 2 });
    expect(body.data?.rejected).toEqual([
      { index: 1, code: 'VALIDATION_ERROR', message: expect.stringContaining('"message"') },
      { index: 3, code: 'VALIDATION_ERROR', message: expect.any(String) },
    ]);
    const messages = (await intake.rows()).map((row) => row.message);
    expect(messages.indexOf('a2')).toBe(messages.indexOf('a0') + 1);
  });

  it('takes NDJSON; a bad line is rejected alone, by the index of its line', async () => {
    const text = '{"message":"n0"}\r\n\n{"message":\n{"message":"n2"}';
    const { status, body } = await send(text, { 'content-type': 'application/x-ndjson' });
    expect(status).toBe(202);
    expect(body.data).toMatchObject({ accepted: 2, rejected: [{ index: 2, code: 'INVALID_JSON' }], rejectedCount: 1 });
    expect(await rowsWith('n2')).toHaveLength(1);
  });

  it.each([
    ['an empty array', '[]', 'application/json'],
    ['NDJSON without lines', '\n\r\n', 'application/x-ndjson'],
  ])('answers %s with 202 and 0', async (_name, body, type) => {
    const answer = await send(body, { 'content-type': type });
    expect(answer.status).toBe(202);
    expect(answer.body.data).toMatchObject({ accepted: 0, rejected: [], rejectedCount: 0 });
  });

  it('answers 400 where none was accepted, and says why of each', async () => {
    const all = await send('[{"no":1},{"no":2}]');
    expect(all.status).toBe(400);
    expect(all.body.error).toMatchObject({ code: 'VALIDATION_ERROR', issues: [{ path: '0' }, { path: '1' }] });
    const lines = await send('{\n[', { 'content-type': 'application/x-ndjson' });
    expect(lines).toMatchObject({ status: 400, body: { error: { code: 'INVALID_JSON' } } });
  });

  it('lists the first 100 rejected and counts the others', async () => {
    const { body } = await send(JSON.stringify([...Array.from({ length: 150 }, () => ({})), { message: 'last' }]));
    expect(body.data?.rejected).toHaveLength(100);
    expect(body.data?.rejected.at(-1)?.index).toBe(99);
    expect(body.data).toMatchObject({ accepted: 1, rejectedCount: 150 });
  });

  it.each(['text/plain', 'text/plain;charset=UTF-8', 'application/json; charset=utf-8'])(
    'reads %s as JSON',
    async (type) => {
      expect(await send('{"message":"typed"}', { 'content-type': type })).toMatchObject({ status: 202 });
    },
  );

  it('reads a body without a type as JSON, with the key in the query (beacon)', async () => {
    const response = await fetch(`${intake.url}/v1/logs?key=%20${known.key}&x=1`, {
      method: 'POST',
      body: Buffer.from('{"message":"beacon"}'),
      headers: { origin: 'https://shop.example' },
    });
    expect(response.status).toBe(202);
    expect(response.headers.get('access-control-allow-origin')).toBe('https://shop.example');
    expect(await rowsWith('beacon')).toHaveLength(1);
  });

  it('keeps any text: a byte order mark goes, invalid UTF-8 becomes U+FFFD, __proto__ is a key like others', async () => {
    const text = Buffer.concat([
      Buffer.from('\ufeff{"message":"broken '),
      Buffer.from([0xff]),
      Buffer.from('","__proto__":"p","constructor":1}'),
    ]);
    expect((await send(text)).status).toBe(202);
    expect(await rowsWith('broken \ufffd')).toMatchObject([
      {
        attributes: [
          ['__proto__', 'p'],
          ['constructor', '1'],
        ],
      },
    ]);
  });

  it('gives a receipt that names what was stored', async () => {
    const { body } = await send('[{"message":"receipt a"},{},{"message":"receipt b"}]');
    const fields = readReceipt(intake.receiptSecret, body.data?.receipt ?? '');
    const [a, b] = [...(await rowsWith('receipt a')), ...(await rowsWith('receipt b'))];
    expect(fields).toEqual({
      projectId: known.entry.projectId,
      mode: 'live',
      storedId: a?.batch_id,
      firstOrdinal: a?.ordinal,
      count: 2,
      day: a?.expires_on,
    });
    expect(b).toMatchObject({ batch_id: a?.batch_id, ordinal: Number(a?.ordinal) + 1 });
  });

  it('keeps days of expiry apart: a record lies in one', async () => {
    const long = intake.addKey({ retentionDays: 400 });
    const both = await Promise.all([
      send('{"message":"short kept"}'),
      send('{"message":"long kept"}', { 'x-sazabi-key': long.key }),
    ]);
    expect(both.map(({ status }) => status)).toEqual([202, 202]);
    for (const { meta, rows } of await intake.records()) {
      expect(new Set(rows.map((row) => row.expires_on))).toEqual(new Set([meta.expiresOnDay]));
    }
  });

  it('answers with a request id: the client’s where it has the form, else a new one', async () => {
    const own = await send('[]', { 'x-request-id': 'my.id-1_2' });
    expect(own.headers.get('x-request-id')).toBe('my.id-1_2');
    const other = await send('[]', { 'x-request-id': 'not/of the form' });
    expect(other.headers.get('x-request-id')).toMatch(/^[A-Za-z0-9._-]{1,128}$/);
  });
});

describe('POST /v1/events', () => {
  it('stores an event as a log with its name', async () => {
    const { status } = await send('[{"name":"signup","attributes":{"plan":"pro"}}]', {}, '/v1/events');
    expect(status).toBe(202);
    expect(await rowsWith('signup')).toMatchObject([{ event_name: 'signup', attributes: [['plan', 'pro']] }]);
  });

  it('rejects one without a name', async () => {
    expect(await send('{"message":"x"}', {}, '/v1/events')).toMatchObject({ status: 400 });
  });
});

describe('Idempotency-Key', () => {
  it('names the rows, so that a repeat is stored once behind the bus', async () => {
    const headers = { 'idempotency-key': 'order-1' };
    const first = await send('[{"message":"idem"},{"message":"idem"}]', headers);
    const again = await send('[{"message":"idem"},{"message":"idem"}]', headers);
    expect(again.body).toEqual(first.body);
    const id = uuidToText(requestIdOf(known.entry.projectId, 'live', 'order-1'));
    const rows = await rowsWith('idem');
    expect(rows.length % 2).toBe(0);
    expect(new Set(rows.map((row) => row.batch_id))).toEqual(new Set([id]));
    expect(new Set(rows.map((row) => row.ordinal))).toEqual(new Set([0, 1]));
    const records = (await intake.records()).filter(({ meta }) =>
      meta.requestIds.some((bytes) => uuidToText(bytes) === id),
    );
    expect(records.every(({ meta }) => meta.ownRows < meta.rows)).toBe(true);
  });

  it('a repeat on the next day gets the same answer, and one of another body the same receipt', async () => {
    const headers = { 'idempotency-key': 'two-days' };
    const first = await send('[{"message":"day"},{}]', headers);
    aheadMs = 86_400_000;
    const again = await send('[{"message":"day"},{}]', headers);
    const other = await send('[{"message":"another"},{"message":"body"}]', headers);
    aheadMs = 0;
    expect(again.body).toEqual(first.body);
    expect(other.body.data?.receipt).toBe(first.body.data?.receipt);
    const storedId = uuidToText(requestIdOf(known.entry.projectId, 'live', 'two-days'));
    const fields = readReceipt(intake.receiptSecret, first.body.data?.receipt ?? '');
    expect(fields).toMatchObject({ storedId, firstOrdinal: 0, count: 0, day: 0 });
  });

  it('a repeat that meets its original on the way adds no rows and gets its answer', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => send('{"message":"twin"}', { 'idempotency-key': 'twins' })),
    );
    expect(new Set(answers.map(({ body }) => JSON.stringify(body)))).toHaveProperty('size', 1);
    const records = (await intake.records()).filter(({ rows }) => rows.some((row) => row.message === 'twin'));
    for (const { meta, rows } of records) {
      expect(rows.filter((row) => row.message === 'twin')).toHaveLength(1);
      expect(meta.requestIds).toHaveLength(1);
    }
    expect(records.length).toBeLessThan(20);
  });

  it('is apart for each project and mode', async () => {
    const test = intake.addKey({ mode: 'test', projectId: known.entry.projectId });
    const other = intake.addKey();
    for (const { key } of [known, test, other]) {
      await send('{"message":"apart"}', { 'idempotency-key': 'same', 'x-sazabi-key': key });
    }
    expect(new Set((await rowsWith('apart')).map((row) => row.batch_id)).size).toBe(3);
  });

  it.each([
    ['128 characters', 'k'.repeat(128), 202],
    ['129 characters', 'k'.repeat(129), 400],
    ['a space inside', 'a b', 400],
    ['nothing', '', 400],
  ])('with %s', async (_name, key, status) => {
    expect((await send('{"message":"form"}', { 'idempotency-key': key })).status).toBe(status);
  });
});
