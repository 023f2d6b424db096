// Section 3 of the contract, the limits of the intake: each at it and one past it.
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { failureOf, newKey, newOrganization, type Organization, send } from './support/organization.ts';

const MIB = 1024 * 1024;
const LOG_BYTES_MAX = 256 * 1024;

let own: Organization;
beforeAll(async () => {
  own = await newOrganization();
});

describe('of a request', () => {
  const ofBytes = (bytes: number) => `[${' '.repeat(bytes - '[{"message":"m"}]'.length)}{"message":"m"}]`;

  it('body 5 MiB as sent', async () => {
    expect((await send(own.publicKey, ofBytes(5 * MIB))).status).toBe(202);
    expect(failureOf(await send(own.publicKey, ofBytes(5 * MIB + 1)))).toEqual([413, 'PAYLOAD_TOO_LARGE']);
  });

  it('20 MiB decompressed', async () => {
    // Spaces alone would be a bomb by their ratio: one in 64 bytes is another.
    const inflated = (bytes: number) => {
      const body = Buffer.from(ofBytes(bytes));
      for (let at = 64; at < bytes - 64; at += 64) body[at] = ' \t\n\r'.charCodeAt((at * 2_654_435_761) >>> 30);
      return send(own.publicKey, gzipSync(body), { 'content-encoding': 'gzip' });
    };
    expect((await inflated(20 * MIB)).status).toBe(202);
    expect(failureOf(await inflated(20 * MIB + 1))).toEqual([413, 'PAYLOAD_TOO_LARGE']);
  });

  it('10 000 logs a request; more: 413 for the whole', async () => {
    const logs = (count: number) => `[${Array.from({ length: count }, () => '{"message":"m"}').join(',')}]`;
    expect((await send(own.publicKey, logs(10_000))).body.data.accepted).toBe(10_000);
    expect(failureOf(await send(own.publicKey, logs(10_001)))).toEqual([413, 'PAYLOAD_TOO_LARGE']);
  });
});

describe('of a log', () => {
  /** Whether it is stored where it is sent with another that is. */
  const isStored = async (log: unknown) => {
    const { body } = await send(own.publicKey, [log, { message: 'good' }]);
    expect(body.data.accepted + body.data.rejectedCount).toBe(2);
    if (body.data.rejectedCount > 0)
      expect(body.data.rejected).toMatchObject([
        { index: 0, code: expect.stringMatching(/^(VALIDATION_ERROR|PAYLOAD_TOO_LARGE)$/) },
      ]);
    return body.data.rejectedCount === 0;
  };
  const nested = (depth: number): unknown => (depth === 0 ? 'end' : { a: nested(depth - 1) });

  it('256 KiB (UTF-8 bytes of what is stored of it)', async () => {
    const message = 'x'.repeat(LOG_BYTES_MAX);
    expect([await isStored({ message }), await isStored({ message: `${message}x` })]).toEqual([true, false]);
  });

  it('256 attributes a log', async () => {
    const attributes = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, n]));
    expect(await isStored({ message: 'm', attributes: attributes(256) })).toBe(true);
    expect(await isStored({ message: 'm', attributes: attributes(257) })).toBe(false);
  });

  it('128 B an attribute key', async () => {
    expect(await isStored({ message: 'm', attributes: { ['é'.repeat(64)]: 1 } })).toBe(true);
    expect(await isStored({ message: 'm', attributes: { [`${'é'.repeat(64)}x`]: 1 } })).toBe(false);
  });

  it('depth 16', async () => {
    expect(await isStored({ message: 'm', attributes: nested(16) })).toBe(true);
    expect(await isStored({ message: 'm', attributes: nested(17) })).toBe(false);
  });

  it('a bad NDJSON line is rejected by its line index with INVALID_JSON', async () => {
    const lines = '{"message":"a"}\n{"message":\n{"message":"c"}';
    const { body } = await send(own.publicKey, lines, { 'content-type': 'application/x-ndjson' });
    expect(body.data).toMatchObject({ accepted: 2, rejected: [{ index: 1, code: 'INVALID_JSON' }] });
  });
});

it('what is over a limit costs its own request: the key goes on', async () => {
  const { key } = await newKey(own, 'public-keys');
  await send(key, `"${'x'.repeat(6 * MIB)}"`);
  expect((await send(key, { message: 'm' })).status).toBe(202);
});
