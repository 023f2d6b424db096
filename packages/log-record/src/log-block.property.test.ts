// Whatever is sent: never an exception, rows that read back, and no trace of a rejected log.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLogBlock } from './create-log-block.ts';
import type { LogBlock } from './log-block.ts';
import { nativeRows, readNativeBlock } from './native-reader.ts';
import { newUuidV7 } from './uuid.ts';

const SOURCE = {
  projectId: '0192f0e4-1111-7222-8333-0123456789ab',
  mode: 'live',
  keyId: '0192f0e4-4444-7555-8666-fedcba987654',
  environment: '',
} as const;

const RECORD_ID = newUuidV7();

function open(block: LogBlock = createLogBlock()): LogBlock {
  block.reset(RECORD_ID, 20_808);
  block.beginRequest(SOURCE, 1_795_255_872_345, null);
  return block;
}

const text = fc.oneof(
  fc.string({ maxLength: 200 }),
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 50 }).map((units) => String.fromCharCode(...units)),
);
const fieldName = fc.constantFrom(
  ...['message', 'msg', 'body', 'log', 'level', 'severity', 'severityText', 'lvl', 'severityNumber', 'severity_number'],
  ...[
    'timestamp',
    'time',
    'ts',
    '@timestamp',
    'service',
    'service.name',
    'serviceName',
    'environment',
    'host',
    'hostname',
  ],
  ...[
    'trace_id',
    'traceId',
    'span_id',
    'spanId',
    'attributes',
    'name',
    '__proto__',
    'a',
    'a.b',
    'message#2',
    'level#2',
  ],
);
const deepValue = fc.jsonValue({ maxDepth: 20, depthSize: 'small' });
const fieldValue = fc.oneof(
  deepValue,
  text,
  fc.constantFrom('warn', 30, '2026-11-21T00:00:00Z', 1_700_000_000, 'y'.repeat(300_000), {}),
);
/** Through JSON, as the intake gets them: `__proto__` becomes a name of the object's own. */
const log = fc
  .array(fc.tuple(fc.oneof({ weight: 4, arbitrary: fieldName }, { weight: 1, arbitrary: text }), fieldValue), {
    maxLength: 12,
  })
  .chain((members) => fc.constantFrom([...members, ['message', 'm'] as const], members))
  .map(
    (members) => `{${members.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`,
  );

describe('any JSON', () => {
  it('is a row that reads back or a rejection that leaves no trace', () => {
    let stored = 0;
    let rejected = 0;
    fc.assert(
      fc.property(fc.array(fc.tuple(log, fc.constantFrom('log', 'event')), { maxLength: 12 }), (logs) => {
        const block = open();
        for (const [json, kind] of logs) {
          const before = Buffer.from(block.encode());
          const rows = block.rowCount;
          const rejection = block.append(JSON.parse(json), kind);
          if (rejection !== null) {
            expect(Buffer.from(block.encode()).equals(before)).toBe(true);
            rejected++;
          } else stored++;
          expect(block.rowCount).toBe(rejection === null ? rows + 1 : rows);
        }
        const encoded = block.encode();
        expect(block.byteLength).toBeGreaterThanOrEqual(encoded.length);
        const read = readNativeBlock(encoded);
        expect(read.byteLength).toBe(encoded.length);
        for (const row of nativeRows(read)) {
          const attributes = Array.isArray(row.attributes) ? row.attributes : [];
          expect(new Set(attributes.map(([key]) => key)).size).toBe(attributes.length);
          const texts = [
            row.message,
            row.service,
            row.environment,
            row.host,
            row.event_name,
            row.trace_id,
            row.span_id,
            ...attributes.flat(),
          ];
          expect(row.bytes).toBe(texts.reduce<number>((sum, value) => sum + Buffer.byteLength(String(value)), 0));
        }
      }),
    );
    expect(Math.min(stored, rejected)).toBeGreaterThan(20);
  });

  it('is encoded the same by a fresh block and by one that held other logs before', () => {
    const used = createLogBlock();
    fc.assert(
      fc.property(fc.array(log, { maxLength: 8 }), (logs) => {
        const fresh = open();
        open(used);
        for (const json of logs)
          expect(used.append(JSON.parse(json), 'log')).toEqual(fresh.append(JSON.parse(json), 'log'));
        expect(Buffer.from(used.encode()).equals(Buffer.from(fresh.encode()))).toBe(true);
      }),
    );
  });

  it('that is no object is refused', () => {
    fc.assert(fc.property(fc.anything(), (value) => open().append(value, 'log') !== undefined));
  });
});

describe('text', () => {
  it('of any length and script reads back, in a message and in an attribute', () => {
    const long = fc.tuple(text, fc.constantFrom(1, 3, 40, 400)).map(([part, times]) => part.repeat(times));
    fc.assert(
      fc.property(fc.array(fc.tuple(long, long), { minLength: 1, maxLength: 20 }), (pairs) => {
        const block = open();
        for (const [message, value] of pairs)
          expect(block.append({ message, attributes: { value } }, 'log')).toBeNull();
        const rows = nativeRows(readNativeBlock(block.encode()));
        expect(rows.map(({ message, attributes }) => [message, attributes])).toEqual(
          pairs.map(([message, value]) => [message.toWellFormed(), [['value', value.toWellFormed()]]]),
        );
      }),
    );
  });
});
