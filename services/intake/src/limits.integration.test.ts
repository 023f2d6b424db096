// The limits of a request, each at it and one past it, against a real server.
import zlib from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BODY_BYTES_MAX, INFLATED_BYTES_MAX, JSON_CONTAINERS_MAX, LOGS_PER_REQUEST_MAX } from './limits.ts';
import { startTestIntake, type TestIntake } from './testing/start-intake.ts';

let intake: TestIntake;
let key: string;

beforeAll(async () => {
  intake = await startTestIntake();
  key = intake.addKey().key;
});
afterAll(() => intake.stop());

interface Sent {
  readonly data: { accepted: number; rejected: unknown[] } | null;
  readonly error: { code: string; message: string } | null;
}

async function send(body: Uint8Array | string, headers: Record<string, string> = {}) {
  const response = await fetch(`${intake.url}/v1/logs`, {
    method: 'POST',
    headers: { 'x-sazabi-key': key, 'content-type': 'application/json', ...headers },
    body: Buffer.from(body),
  });
  return { status: response.status, body: (await response.json()) as Sent };
}

/** One log, padded to `bytes` with spaces. */
const padded = (bytes: number) => Buffer.alloc(bytes, ' ').fill('{"message":"padded"}', 0, 20);
/** A JSON array of `bytes` bytes that compresses about twenty times. */
function repetitive(bytes: number): Buffer {
  const log = `{"message":"${Array.from({ length: 3000 }, (_, n) => (n * 7919).toString(36)).join(' ')}"},`;
  const count = Math.floor((bytes - 100) / log.length);
  const array = `[${log.repeat(count)}{"message":"last"}]`;
  return Buffer.from(array + ' '.repeat(bytes - array.length));
}

describe('limits of a request', () => {
  it('a body of 5 MiB as sent', async () => {
    expect(await send(padded(BODY_BYTES_MAX))).toMatchObject({ status: 202 });
    const over = await send(padded(BODY_BYTES_MAX + 1));
    expect(over).toMatchObject({ status: 413, body: { error: { code: 'PAYLOAD_TOO_LARGE' } } });
    expect(over.body.error?.message).toContain(String(BODY_BYTES_MAX));
  });

  it('20 MiB inflated', async () => {
    const headers = { 'content-encoding': 'gzip' };
    const at = zlib.gzipSync(repetitive(INFLATED_BYTES_MAX), { level: 1 });
    expect(at.byteLength).toBeLessThan(BODY_BYTES_MAX);
    expect(await send(at, headers)).toMatchObject({ status: 202 });
    const over = await send(zlib.gzipSync(repetitive(INFLATED_BYTES_MAX + 1), { level: 1 }), headers);
    expect(over).toMatchObject({ status: 413, body: { error: { code: 'PAYLOAD_TOO_LARGE' } } });
  });

  it('10 000 logs, as an array and as lines; more refuse the whole', async () => {
    const before = (await intake.rows()).length;
    const logs = (count: number) => Array.from({ length: count }, () => '{"message":"m"}');
    const ndjson = { 'content-type': 'application/x-ndjson' };
    const at = await send(`[${logs(LOGS_PER_REQUEST_MAX)}]`);
    expect(at).toMatchObject({ status: 202, body: { data: { accepted: LOGS_PER_REQUEST_MAX } } });
    expect(await send(logs(LOGS_PER_REQUEST_MAX).join('\n'), ndjson)).toMatchObject({ status: 202 });
    expect(await send(`[${logs(LOGS_PER_REQUEST_MAX + 1)}]`)).toMatchObject({ status: 413 });
    expect(await send(logs(LOGS_PER_REQUEST_MAX + 1).join('\n'), ndjson)).toMatchObject({ status: 413 });
    expect((await intake.rows()).length - before).toBe(2 * LOGS_PER_REQUEST_MAX);
  });

  it('a million objects and arrays; brackets in text do not count', async () => {
    const nested = (count: number) => `{"message":"m","a":[${'[],'.repeat(count - 3)}[]]}`;
    // The log itself is too large to be stored: rejected by its index, where one more refuses the whole.
    const at = await send(nested(JSON_CONTAINERS_MAX));
    expect(at).toMatchObject({ status: 400, body: { error: { issues: [{ path: '0' }] } } });
    const over = await send(nested(JSON_CONTAINERS_MAX + 1));
    expect(over).toMatchObject({ status: 413, body: { error: { message: expect.stringContaining('1000000') } } });
    const text = JSON.stringify({ message: `\\"[${'['.repeat(1_100_000)}` });
    expect(await send(text)).toMatchObject({ status: 400, body: { error: { issues: [{ path: '0' }] } } });
  });

  it('a log too large or nested too deep is rejected alone', async () => {
    const deep = `{"message":"deep","a":${'['.repeat(5000)}${']'.repeat(5000)}}`;
    const large = `{"message":"${'x'.repeat(262_145)}"}`;
    const { status, body } = await send(`[${deep},{"message":"fine"},${large}]`);
    expect(status).toBe(202);
    expect(body.data?.rejected).toMatchObject([
      { index: 0, code: 'VALIDATION_ERROR' },
      { index: 2, code: 'PAYLOAD_TOO_LARGE' },
    ]);
  });
});
