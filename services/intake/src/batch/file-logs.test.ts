// Logs read straight from a body are filed as those that were parsed first: the same rows, rejections and refusals.
import { randomUUID } from 'node:crypto';
import { ContractError } from '@sazabi/contract';
import { createLogBlock, newUuidV7 } from '@sazabi/log-record';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LOGS_PER_REQUEST_MAX } from '../limits.ts';
import { JSON_PROTOCOL } from '../protocols/json/json-protocol.ts';
import { NDJSON_PROTOCOL } from '../protocols/ndjson/ndjson-protocol.ts';
import type { Protocol } from '../protocols/protocol.ts';
import { fileLogs } from './file-logs.ts';
import type { Submission } from './submission.ts';

const BATCH_ID = newUuidV7();
const source = { projectId: randomUUID(), mode: 'live', keyId: randomUUID(), environment: '' } as const;

/** What becomes of the body, and the block behind it. */
function file(protocol: Protocol, body: Uint8Array): { outcome: unknown; block: string } {
  const block = createLogBlock();
  block.reset(BATCH_ID, 21_000);
  const submission = {
    source,
    expiresOnDay: 21_000,
    receivedAtMs: 1_800_000_000_000,
    requestId: null,
    kind: 'log',
  } as const;
  const first: Submission = { ...submission, protocol: JSON_PROTOCOL, body: Buffer.from('[{"message":"before"}]') };
  fileLogs(block, first, BATCH_ID);
  const filed = fileLogs(block, { ...submission, protocol, body }, BATCH_ID);
  const outcome = filed instanceof ContractError ? { code: filed.code, message: filed.message } : filed;
  return { outcome, block: Buffer.from(block.encode()).toString('latin1') };
}

/** Bodies that were not parsed. */
let direct = 0;
const watched = (protocol: Protocol): Protocol => ({
  ...protocol,
  append(text, block, filed) {
    const appended = protocol.append(text, block, filed);
    if (appended) direct += 1;
    return appended;
  },
});
const parsedOnly = (protocol: Protocol): Protocol => ({ ...protocol, append: () => false });

function expectSame(protocol: Protocol, body: Uint8Array): void {
  const [straight, parsed] = [file(watched(protocol), body), file(parsedOnly(protocol), body)];
  expect(straight.outcome).toEqual(parsed.outcome);
  expect(straight.block === parsed.block).toBe(true);
}

const item = fc.oneof(
  { weight: 8, arbitrary: fc.record({ message: fc.string(), a: fc.oneof(fc.string(), fc.integer(), fc.boolean()) }) },
  fc.record({ message: fc.string(), tags: fc.array(fc.string({ maxLength: 3 }), { maxLength: 2 }) }),
  fc.constantFrom({ level: 'info' }, { message: null }, 7, 'text', null, [], { message: 'x'.repeat(262_145) }),
);
const space = fc.constantFrom('', '', ' ', '\n', '\r\n\t');
const array = fc
  .array(fc.tuple(item, space), { maxLength: 12 })
  .map((items) => `[${items.map(([value, gap]) => `${gap}${JSON.stringify(value)}${gap}`).join(',')}]`);
const lines = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: item.map((value) => JSON.stringify(value)) },
      fc.constantFrom('', ' \r', '{"a":', '{}{}', 'no'),
    ),
    {
      maxLength: 12,
    },
  )
  .chain((texts) => fc.constantFrom('\n', '\r\n', ' \n').map((end) => texts.join(end)));
/** Where something else is put, and what. */
const change = fc.option(
  fc.tuple(fc.nat(), fc.constantFrom('', '"', '}', ']', ',', '\n', '\0', '\uFEFF', '\xff', '{"message":\n"m"}')),
  { freq: 2 },
);

function changed(text: string, put: readonly [number, string] | null): Uint8Array {
  if (put === null) return Buffer.from(text);
  const at = put[0] % (text.length + 1);
  const [before, after] = [text.slice(0, at), text.slice(at + 1)];
  return Buffer.concat([
    Buffer.from(before),
    Buffer.from(put[1], put[1] === '\xff' ? 'latin1' : 'utf8'),
    Buffer.from(after),
  ]);
}

const numbered = (name: (at: number) => string, value: number) =>
  Object.fromEntries(range(200).map((at) => [name(at), value]));
const range = (count: number) => Array.from({ length: count }, (_value, n) => n);

describe.each([
  ['JSON', JSON_PROTOCOL, array],
  ['NDJSON', NDJSON_PROTOCOL, lines],
] as const)('a body of %s', (_, protocol, bodies) => {
  it('is filed the same, straight from its bytes or parsed', () => {
    direct = 0;
    let count = 0;
    fc.assert(
      fc.property(bodies, change, (text, put) => {
        count += 1;
        expectSame(protocol, changed(text, put));
      }),
      { numRuns: 1500, seed: 17 },
    );
    expect(direct).toBeGreaterThan(count / 5);
  });

  it.each([
    ['more text than one scan takes', 60, (n: number) => ({ message: `${n}`.repeat(30_000), a: 'x'.repeat(20_000) })],
    ['more attributes', 300, (n: number) => ({ message: 'm', ...numbered((at) => `k${at}`, n) })],
    ['more names than are kept', 60, (n: number) => ({ message: 'm', ...numbered((at) => `k${n}-${at}`, n) })],
    ['a small body after a huge one', 1, () => ({ message: 'm', service: 's' })],
  ])('may have %s', (_case, logs, log) => {
    const texts = range(logs).map((n) => JSON.stringify(log(n)));
    direct = 0;
    expectSame(protocol, Buffer.from(protocol === JSON_PROTOCOL ? `[${texts.join(',')}]` : texts.join('\n')));
    expect(direct).toBe(1);
  });

  it('may have so many logs and not one more', () => {
    const body = (logs: number) => {
      const texts = range(logs).map((n) => `{"message":"${n}"}`);
      return Buffer.from(protocol === JSON_PROTOCOL ? `[${texts.join(',')}]` : texts.join('\n'));
    };
    direct = 0;
    expectSame(protocol, body(LOGS_PER_REQUEST_MAX));
    expect(direct).toBe(1);
    expectSame(protocol, body(LOGS_PER_REQUEST_MAX + 1));
    expect(direct).toBe(1);
  });
});
