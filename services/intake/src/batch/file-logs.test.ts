// Logs read straight from a body are filed as those that were parsed first: the same rows, rejections and refusals.
import { randomUUID } from 'node:crypto';
import { ContractError } from '@sazabi/contract';
import { createLogBlock, type LogBlock, newUuidV7 } from '@sazabi/log-record';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LOGS_PER_REQUEST_MAX } from '../limits.ts';
import { JSON_PROTOCOL } from '../protocols/json/json-protocol.ts';
import { NDJSON_PROTOCOL } from '../protocols/ndjson/ndjson-protocol.ts';
import type { Protocol } from '../protocols/protocol.ts';
import { fileLogs } from './file-logs.ts';

const BATCH_ID = newUuidV7();
const source = { projectId: randomUUID(), mode: 'live', keyId: randomUUID(), environment: '' } as const;

const submission = { source, expiresOnDay: 21_000, receivedAtMs: 1_800_000_000_000, kind: 'log' } as const;

function openBlock(): LogBlock {
  const block = createLogBlock();
  block.reset(BATCH_ID, submission.expiresOnDay);
  return block;
}

const encoded = (block: LogBlock) => Buffer.from(block.encode()).toString('latin1');

/** What becomes of the body, and the block behind it. */
function file(protocol: Protocol, body: Uint8Array): { outcome: unknown; block: string } {
  const block = openBlock();
  fileInto(block, JSON_PROTOCOL, Buffer.from('[{"message":"before"}]'), null);
  return { outcome: fileInto(block, protocol, body, null), block: encoded(block) };
}

function fileInto(block: LogBlock, protocol: Protocol, body: Uint8Array, requestId: Uint8Array | null): unknown {
  const filed = fileLogs(block, { ...submission, protocol, body, requestId }, BATCH_ID);
  return filed instanceof ContractError ? { code: filed.code, message: filed.message } : filed;
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

/** Bodies of one log with names that hardly any other has. */
const newNames = fc
  .tuple(fc.nat(1_000_000), fc.nat(99))
  .map(([first, count]) => Object.fromEntries(range(count).map((n) => [`name-${first + n}`, 'v'])))
  .map((members) => JSON.stringify({ message: 'm', ...members }));
/** Requests: into which of the blocks, whether under an id of their own, whether taken back. */
const requests = (bodies: fc.Arbitrary<string>) =>
  fc.array(
    fc.record({
      at: fc.nat(2),
      own: fc.boolean(),
      dropped: fc.option(fc.constant(true), { freq: 4, nil: false }),
      body: fc.oneof(bodies, newNames),
    }),
    { maxLength: 12 },
  );

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

  it('is filed the same by one scanner for several blocks in turn, whatever is taken back', () => {
    fc.assert(
      fc.property(requests(bodies), (sent) => {
        const blocks = range(3).map(() => ({ straight: openBlock(), parsed: openBlock() }));
        for (const { at, own, dropped, body } of sent) {
          const block = blocks[at];
          if (block === undefined) continue;
          const requestId = own ? newUuidV7() : null;
          const outcome = fileInto(block.straight, protocol, Buffer.from(body), requestId);
          expect(outcome).toEqual(fileInto(block.parsed, parsedOnly(protocol), Buffer.from(body), requestId));
          if (dropped) for (const each of [block.straight, block.parsed]) each.dropRequest();
          expect(encoded(block.straight) === encoded(block.parsed)).toBe(true);
        }
      }),
      { numRuns: 150, seed: 17 },
    );
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
