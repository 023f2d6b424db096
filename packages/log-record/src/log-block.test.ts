// The rules by which a log becomes a row, read back by the Native reader.
import { describe, expect, it } from 'vitest';
import { createLogBlock } from './create-log-block.ts';
import { LOG_LIMITS } from './limits.ts';
import type { Rejection } from './log-block.ts';
import { type NativeValue, nativeRows, readNativeBlock } from './native-reader.ts';
import { newUuidV7, requestIdOf, uuidToText } from './uuid.ts';

const SOURCE = {
  projectId: '0192f0e4-1111-7222-8333-0123456789ab',
  mode: 'live',
  keyId: '0192f0e4-4444-7555-8666-fedcba987654',
  environment: 'staging',
} as const;
const RECEIVED_AT_MS = 1_795_255_872_345;

function openBlock(recordId: Uint8Array = newUuidV7()): ReturnType<typeof createLogBlock> {
  const block = createLogBlock();
  block.reset(recordId, 20_808);
  block.beginRequest(SOURCE, RECEIVED_AT_MS, null);
  return block;
}

/** The row that a log becomes, or why it is rejected. */
function store(log: unknown, kind: 'log' | 'event' = 'log'): Record<string, NativeValue> | Rejection {
  const block = openBlock();
  const rejection = block.append(log, kind);
  if (rejection !== null) expect(block.rowCount).toBe(0);
  return rejection ?? nativeRows(readNativeBlock(block.encode()))[0] ?? {};
}

function attributesOf(log: unknown): NativeValue | undefined {
  const row = store(log);
  return 'attributes' in row ? row.attributes : undefined;
}

/** Nested `depth` objects deep: `{a: {a: … 1}}`. */
function nested(depth: number, wrap: (inner: unknown) => unknown): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = wrap(value);
  return value;
}

describe('fields of a log', () => {
  it('has every documented one', () => {
    const log = {
      ...{ message: 'm', level: 'error', service: 's', environment: 'e', host: 'h', trace_id: 't', span_id: 'p' },
      ...{ timestamp: '2026-11-21T10:11:12.000000001Z', attributes: { a: 'b' } },
    };
    expect(store(log)).toMatchObject({
      ...{ project_id: SOURCE.projectId, mode: 'live', key_id: SOURCE.keyId, expires_on: 20_808 },
      ...{
        timestamp: 1_795_255_872_000_000_001n,
        received_at: 1_795_255_872_345n,
        severity_number: 17,
        level: 'error',
      },
      ...{ message: 'm', service: 's', environment: 'e', host: 'h', trace_id: 't', span_id: 'p', event_name: '' },
      ...{ attributes: [['a', 'b']], bytes: 8, ordinal: 0 },
    });
  });

  it('has defaults for all but the message', () => {
    expect(store({ message: '' })).toMatchObject({
      ...{ message: '', level: 'info', severity_number: 9, service: '', environment: 'staging', host: '' },
      ...{ trace_id: '', span_id: '', attributes: [], timestamp: 1_795_255_872_345_000_000n, bytes: 7 },
    });
  });

  it.each([
    ['message', ['msg', 'body', 'log'], 'text'],
    ['service', ['service.name', 'serviceName'], 'text'],
    ['host', ['hostname'], 'text'],
    ['trace_id', ['traceId'], 'text'],
    ['span_id', ['spanId'], 'text'],
    ['level', ['severity', 'severityText', 'lvl'], 'warn'],
  ])('%s has aliases %j', (name, aliases, text) => {
    for (const alias of aliases) {
      expect(store({ message: 'm', ...(name === 'message' ? { message: null } : {}), [alias]: text })).toMatchObject({
        [name]: text,
        attributes: [],
      });
      // The canonical name wins, before or behind its alias; the loser is kept.
      const canonical = name === 'level' ? 'error' : 'winner';
      const kept = { [name]: canonical, attributes: [[`${name}#2`, text]] };
      expect(store({ message: 'm', [alias]: text, [name]: canonical })).toMatchObject(kept);
      expect(store({ message: 'm', [name]: canonical, [alias]: text })).toMatchObject(kept);
    }
  });

  it.each(['time', 'ts', '@timestamp'])('timestamp has alias %s', (alias) => {
    expect(store({ message: 'm', [alias]: 1_700_000_000 })).toMatchObject({
      timestamp: 1_700_000_000_000_000_000n,
      attributes: [],
    });
    expect(store({ message: 'm', [alias]: 'odd', timestamp: 1_700_000_000 })).toMatchObject({
      attributes: [['timestamp#2', 'odd']],
    });
  });

  it('keeps several losers apart, and from an attribute of that name', () => {
    const log = { message: 'a', msg: 'b', body: { c: 1 }, log: 'd', attributes: { 'message#2': 'x' } };
    expect(store(log)).toMatchObject({
      message: 'a',
      attributes: [
        ['message#2', 'x'],
        ['message#3', 'b'],
        ['message#4.c', '1'],
        ['message#4', 'd'],
      ],
    });
  });

  it('stores what is no text as its JSON text; objects in place of a name as attributes', () => {
    expect(store({ message: { a: [1, null] } })).toMatchObject({ message: '{"a":[1,null]}' });
    for (const message of [0, -1.5, true, false, [], {}])
      expect(store({ message })).toMatchObject({ message: JSON.stringify(message) });
    expect(store({ message: 'm', service: 7, host: ['a'], trace_id: true })).toMatchObject({
      service: '7',
      host: '["a"]',
      trace_id: 'true',
    });
    expect(store({ message: 'm', service: { name: 'x', version: 2 } })).toMatchObject({
      service: '',
      attributes: [
        ['service.name', 'x'],
        ['service.version', '2'],
      ],
    });
  });

  it('tells levels by text and number, and keeps what it does not know', () => {
    expect(store({ message: 'm', level: 50 })).toMatchObject({ level: 'error', severity_number: 17, attributes: [] });
    expect(store({ message: 'm', level: 4 })).toMatchObject({ level: 'warn', severity_number: 13 });
    expect(store({ message: 'm', severityNumber: 18 })).toMatchObject({
      level: 'error',
      severity_number: 18,
      attributes: [],
    });
    expect(store({ message: 'm', severityText: 'INFO', severity_number: 11 })).toMatchObject({
      level: 'info',
      severity_number: 11,
      attributes: [],
    });
    expect(store({ message: 'm', level: 'loud' })).toMatchObject({
      level: 'info',
      severity_number: 9,
      attributes: [['level', 'loud']],
    });
    expect(store({ message: 'm', level: 'loud', severityNumber: 21 })).toMatchObject({
      level: 'fatal',
      attributes: [['level', 'loud']],
    });
    expect(store({ message: 'm', level: 'info', severityNumber: 21 })).toMatchObject({
      level: 'info',
      severity_number: 9,
      attributes: [['level#2', '21']],
    });
    expect(store({ message: 'm', level: 'info', severityNumber: 99 })).toMatchObject({
      level: 'info',
      attributes: [['severityNumber', '99']],
    });
    expect(store({ message: 'm', level: { a: 1 } })).toMatchObject({ level: 'info', attributes: [['level.a', '1']] });
    expect(store({ message: 'm', level: null })).toMatchObject({ level: 'info', attributes: [] });
  });
});

describe('attributes', () => {
  it('are flattened with dots; arrays, {} and null are JSON text, as are numbers and booleans', () => {
    const attributes = { a: { b: { c: 'x' }, d: [1, { e: 2 }] }, n: null, o: {}, f: 1.5, t: true, z: -0, big: 1e21 };
    expect(attributesOf({ message: 'm', attributes })).toEqual([
      ...[
        ['a.b.c', 'x'],
        ['a.d', '[1,{"e":2}]'],
        ['n', 'null'],
        ['o', '{}'],
        ['f', '1.5'],
        ['t', 'true'],
        ['z', '0'],
        ['big', '1e+21'],
      ],
    ]);
  });

  it('include unknown fields of the log, whatever their form', () => {
    expect(attributesOf({ message: 'm', user: { id: 7 }, tags: ['a'], gone: null })).toEqual([
      ['user.id', '7'],
      ['tags', '["a"]'],
      ['gone', 'null'],
    ]);
    expect(attributesOf({ message: 'm', attributes: 'text' })).toEqual([['attributes', 'text']]);
    expect(attributesOf({ message: 'm', attributes: [1] })).toEqual([['attributes', '[1]']]);
    expect(attributesOf({ message: 'm', attributes: null })).toEqual([]);
  });

  it('keep a second and third writer of one key', () => {
    const log = { message: 'm', 'a.b': 1, attributes: { 'a.b': 2, a: { b: 3 } } };
    expect(attributesOf(log)).toEqual([
      ['a.b', '1'],
      ['a.b#2', '2'],
      ['a.b#3', '3'],
    ]);
    expect(attributesOf({ message: 'm', attributes: { '\ud800': 1, '\ud801': 2 } })).toEqual([
      ['\ufffd', '1'],
      ['\ufffd#2', '2'],
    ]);
  });

  it('take __proto__, constructor and toString as keys like others', () => {
    const log = JSON.parse(
      '{"message":"m","__proto__":"a","attributes":{"__proto__":{"x":1},"constructor":"c","toString":"d","":"e"}}',
    );
    expect(attributesOf(log)).toEqual([
      ['__proto__', 'a'],
      ['__proto__.x', '1'],
      ['constructor', 'c'],
      ['toString', 'd'],
      ['', 'e'],
    ]);
    expect(
      attributesOf(JSON.parse('{"message":"m","toJSON":1,"attributes":{"a":[{"toJSON":2,"__proto__":3}]}}')),
    ).toEqual([
      ['toJSON', '1'],
      ['a', '[{"toJSON":2,"__proto__":3}]'],
    ]);
  });
});

describe('events', () => {
  it('are logs with the name as event name and message', () => {
    const event = { name: 'signed up', timestamp: 1_700_000_000, level: 'warn', plan: 'pro', attributes: { a: 1 } };
    expect(store(event, 'event')).toMatchObject({
      ...{ event_name: 'signed up', message: 'signed up', timestamp: 1_700_000_000_000_000_000n, level: 'warn' },
      attributes: [
        ['plan', 'pro'],
        ['a', '1'],
      ],
    });
  });

  it('keep a message as an attribute, and a log its name', () => {
    expect(store({ name: 'n', message: 'm', body: 'b' }, 'event')).toMatchObject({
      message: 'n',
      attributes: [
        ['message', 'm'],
        ['body', 'b'],
      ],
    });
    expect(store({ name: 'n', message: 'm' })).toMatchObject({
      message: 'm',
      event_name: '',
      attributes: [['name', 'n']],
    });
  });

  it.each([{}, { name: null }, { name: '' }, { message: 'm' }])('need a name: %j', (event) => {
    expect(store(event, 'event')).toMatchObject({
      code: 'VALIDATION_ERROR',
      message: expect.stringContaining('"name"'),
    });
  });
});

describe('rejections', () => {
  it.each([null, undefined, 'text', 1, true, [], [{ message: 'm' }], () => 1, 10n])('%s is no log', (log) => {
    expect(store(log)).toMatchObject({ code: 'VALIDATION_ERROR', message: expect.stringContaining('object') });
  });

  it.each([{}, { message: null }, { msg: null }, { attributes: { message: 'm' } }])('%j has no message', (log) => {
    expect(store(log)).toMatchObject({ code: 'VALIDATION_ERROR', message: expect.stringContaining('"message"') });
  });

  it.each(['soon', -1, true, {}, [], '1969-12-31'])('%j is no timestamp', (timestamp) => {
    expect(store({ message: 'm', timestamp })).toMatchObject({
      code: 'VALIDATION_ERROR',
      message: expect.stringContaining('timestamp'),
    });
  });
});

describe('limits', () => {
  const size = LOG_LIMITS.logBytesMax - SOURCE.environment.length;

  it('a log has 262144 bytes of text, counted as UTF-8, and not one more', () => {
    expect(store({ message: 'x'.repeat(size) })).toMatchObject({ bytes: LOG_LIMITS.logBytesMax });
    expect(store({ message: 'x'.repeat(size + 1) })).toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
    const half = 'ü'.repeat((size - 1) / 2);
    expect(store({ message: `${half}x` })).toMatchObject({ bytes: LOG_LIMITS.logBytesMax });
    expect(store({ message: `${half}xx` })).toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
  });

  it.each([
    ['service', (n: number) => ({ message: '', service: 'x'.repeat(n) })],
    ['host', (n: number) => ({ message: '', host: 'ü'.repeat(n >> 1) + 'x'.repeat(n & 1) })],
    ['trace id', (n: number) => ({ message: 'x'.repeat(1000), trace_id: 'x'.repeat(n - 1000) })],
    ['attribute', (n: number) => ({ message: '', attributes: { a: 'x'.repeat(n - 1) } })],
    ['two attributes', (n: number) => ({ message: '', attributes: { a: 'x'.repeat(n - 7), b: 'xxxxx' } })],
    ['attribute and message', (n: number) => ({ message: 'xx', attributes: { a: 'x'.repeat(n - 3) } })],
  ])('of which every part counts: %s', (_, make) => {
    expect(store(make(size))).toMatchObject({ bytes: LOG_LIMITS.logBytesMax });
    expect(store(make(size + 1))).toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
    expect(store(make(size * 8))).toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
  });

  it('an event counts its name in both columns', () => {
    const name = 'x'.repeat(LOG_LIMITS.logBytesMax / 2);
    const row = (text: string) => store({ name: text, environment: '' }, 'event');
    expect(row(name)).toMatchObject({ bytes: LOG_LIMITS.logBytesMax });
    expect(row(`${name}x`)).toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
  });

  it('a log has 256 attributes, and not one more', () => {
    const attributes = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i]));
    expect(attributesOf({ message: 'm', attributes: attributes(256) })).toHaveLength(256);
    expect(store({ message: 'm', attributes: attributes(257) })).toMatchObject({
      message: expect.stringContaining('256 attributes'),
    });
    expect(store({ message: 'm', attributes: attributes(256), level: 'loud' })).toMatchObject({
      code: 'VALIDATION_ERROR',
    });
    expect(store({ message: 'm', attributes: attributes(256), msg: 'loser' })).toMatchObject({
      code: 'VALIDATION_ERROR',
    });
  });

  it('a key has 128 bytes of UTF-8, dots and all, and not one more', () => {
    const tooLong = { message: expect.stringContaining('128 bytes') };
    for (const key of ['k'.repeat(128), 'ü'.repeat(64), '\ud800'.repeat(42)]) {
      expect(attributesOf({ message: 'm', attributes: { [key]: 1 } })).toEqual([[key.toWellFormed(), '1']]);
      expect(store({ message: 'm', attributes: { [`${key}kkk`]: 1 } })).toMatchObject(tooLong);
    }
    expect(store({ message: 'm', attributes: { ['k'.repeat(129)]: 1 } })).toMatchObject(tooLong);
    expect(store({ message: 'm', ['k'.repeat(129)]: 1 })).toMatchObject(tooLong);
    const nestedKey = (length: number) => ({ message: 'm', attributes: { a: { ['k'.repeat(length)]: 1 } } });
    expect(attributesOf(nestedKey(126))).toEqual([[`a.${'k'.repeat(126)}`, '1']]);
    expect(store(nestedKey(127))).toMatchObject(tooLong);
    expect(store(nestedKey(1_000_000))).toMatchObject(tooLong);
    expect(store({ message: 'm', attributes: { ['k'.repeat(127)]: 1, a: 1 }, ['k'.repeat(127)]: 1 })).toMatchObject(
      tooLong,
    );
  });

  it('a key path has 16 names, and arrays count like objects', () => {
    const tooDeep = { message: expect.stringContaining('16 levels') };
    const object = (inner: unknown) => ({ a: inner });
    expect(attributesOf({ message: 'm', attributes: nested(16, object) })).toEqual([
      [Array(16).fill('a').join('.'), '1'],
    ]);
    expect(store({ message: 'm', attributes: nested(17, object) })).toMatchObject(tooDeep);
    expect(attributesOf(Object.assign({ message: 'm' }, nested(16, object)))).toHaveLength(1);
    expect(store(Object.assign({ message: 'm' }, nested(17, object)))).toMatchObject(tooDeep);
    const array = (inner: unknown) => [inner];
    expect(attributesOf({ message: 'm', attributes: { a: nested(15, array) } })).toHaveLength(1);
    expect(store({ message: 'm', attributes: { a: nested(16, array) } })).toMatchObject(tooDeep);
    expect(store({ message: nested(15, array) })).toMatchObject({ level: 'info' });
    expect(store({ message: nested(16, array) })).toMatchObject(tooDeep);
    expect(store({ message: 'm', host: nested(16, array) })).toMatchObject(tooDeep);
  });

  it('nesting of a hundred thousand levels does not overflow the stack', () => {
    const deep: unknown = JSON.parse(`${'[{"a":'.repeat(50_000)}1${'}]'.repeat(50_000)}`);
    for (const field of ['message', 'service', 'level', 'attributes', 'other', 'msg']) {
      expect(store({ message: 'm', [field]: deep })).toMatchObject({ code: 'VALIDATION_ERROR' });
    }
  });
});

describe('the block', () => {
  it('gives rows the id of their request and its ordinals, or the record and running ones', () => {
    const recordId = newUuidV7();
    const block = openBlock(recordId);
    const requestId = requestIdOf(SOURCE.projectId, 'live', 'once');
    block.append({ message: 'a' }, 'log');
    block.append({}, 'log');
    block.beginRequest({ ...SOURCE, environment: '', mode: 'test' }, RECEIVED_AT_MS + 1, requestId);
    block.append({ message: 'b' }, 'log');
    block.append({}, 'log');
    block.append({ message: 'c', environment: 'own' }, 'log');
    block.beginRequest(SOURCE, RECEIVED_AT_MS, null);
    block.append({ message: 'd' }, 'log');
    const rows = nativeRows(readNativeBlock(block.encode()));
    const [own, theirs] = [uuidToText(recordId), uuidToText(requestId)];
    expect(
      rows.map(({ batch_id, ordinal, mode, environment, received_at }) => [
        batch_id,
        ordinal,
        mode,
        environment,
        received_at,
      ]),
    ).toEqual([
      [own, 0, 'live', 'staging', 1_795_255_872_345n],
      [theirs, 0, 'test', '', 1_795_255_872_346n],
      [theirs, 1, 'test', 'own', 1_795_255_872_346n],
      [own, 1, 'live', 'staging', 1_795_255_872_345n],
    ]);
    expect([block.rowCount, block.ownRowCount]).toEqual([4, 2]);
  });

  it('is empty after a reset, and its size grows with what is in it', () => {
    const block = createLogBlock();
    block.reset(newUuidV7(), 20_808);
    const empty = block.byteLength;
    block.beginRequest(SOURCE, RECEIVED_AT_MS, null);
    for (let i = 0; i < 3000; i++)
      block.append({ message: `message ${i}`, host: `h${i}`, attributes: { [`k${i}`]: 'v' } }, 'log');
    const { length } = block.encode();
    expect(block.byteLength).toBeGreaterThanOrEqual(length);
    expect(block.byteLength - length).toBeLessThan(empty);
    block.reset(newUuidV7(), 20_900);
    expect([block.rowCount, block.ownRowCount, block.byteLength]).toEqual([0, 0, empty]);
    expect(readNativeBlock(block.encode())).toMatchObject({ rows: 0 });
  });
});
