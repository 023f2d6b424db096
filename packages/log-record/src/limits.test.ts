import { describe, expect, it } from 'vitest';
import { LOG_LIMITS } from './limits.ts';
import { attributesOf, SOURCE, storeLog } from './store-log.testing.ts';

/** `1` wrapped `depth` times. */
function nested(depth: number, wrap: (inner: unknown) => unknown): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = wrap(value);
  return value;
}

describe('limits', () => {
  const size = LOG_LIMITS.logBytesMax - SOURCE.environment.length;

  it('a log has 262144 bytes of text, counted as UTF-8, and not one more', () => {
    expect(storeLog({ message: 'x'.repeat(size) })).toMatchObject({ bytes: LOG_LIMITS.logBytesMax });
    expect(storeLog({ message: 'x'.repeat(size + 1) })).toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
    const half = 'ü'.repeat((size - 1) / 2);
    expect(storeLog({ message: `${half}x` })).toMatchObject({ bytes: LOG_LIMITS.logBytesMax });
    expect(storeLog({ message: `${half}xx` })).toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
  });

  it.each([
    ['service', (n: number) => ({ message: '', service: 'x'.repeat(n) })],
    ['host', (n: number) => ({ message: '', host: 'ü'.repeat(n >> 1) + 'x'.repeat(n & 1) })],
    ['trace id', (n: number) => ({ message: 'x'.repeat(1000), trace_id: 'x'.repeat(n - 1000) })],
    ['attribute', (n: number) => ({ message: '', attributes: { a: 'x'.repeat(n - 1) } })],
    ['two attributes', (n: number) => ({ message: '', attributes: { a: 'x'.repeat(n - 7), b: 'xxxxx' } })],
    ['attribute and message', (n: number) => ({ message: 'xx', attributes: { a: 'x'.repeat(n - 3) } })],
  ])('of which every part counts: %s', (_, make) => {
    expect(storeLog(make(size))).toMatchObject({ bytes: LOG_LIMITS.logBytesMax });
    expect(storeLog(make(size + 1))).toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
    expect(storeLog(make(size * 8))).toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
  });

  it('an event counts its name in both columns', () => {
    const name = 'x'.repeat(LOG_LIMITS.logBytesMax / 2);
    const row = (text: string) => storeLog({ name: text, environment: '' }, 'event');
    expect(row(name)).toMatchObject({ bytes: LOG_LIMITS.logBytesMax });
    expect(row(`${name}x`)).toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
  });

  it('a log has 256 attributes, and not one more', () => {
    const attributes = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i]));
    expect(attributesOf({ message: 'm', attributes: attributes(256) })).toHaveLength(256);
    expect(storeLog({ message: 'm', attributes: attributes(257) })).toMatchObject({
      message: expect.stringContaining('256 attributes'),
    });
    expect(storeLog({ message: 'm', attributes: attributes(256), level: 'loud' })).toMatchObject({
      code: 'VALIDATION_ERROR',
    });
    expect(storeLog({ message: 'm', attributes: attributes(256), msg: 'loser' })).toMatchObject({
      code: 'VALIDATION_ERROR',
    });
  });

  it('a key has 128 bytes of UTF-8, dots and all, and not one more', () => {
    const tooLong = { message: expect.stringContaining('128 bytes') };
    for (const key of ['k'.repeat(128), 'ü'.repeat(64), '\ud800'.repeat(42)]) {
      expect(attributesOf({ message: 'm', attributes: { [key]: 1 } })).toEqual([[key.toWellFormed(), '1']]);
      expect(storeLog({ message: 'm', attributes: { [`${key}kkk`]: 1 } })).toMatchObject(tooLong);
    }
    expect(storeLog({ message: 'm', attributes: { ['k'.repeat(129)]: 1 } })).toMatchObject(tooLong);
    expect(storeLog({ message: 'm', ['k'.repeat(129)]: 1 })).toMatchObject(tooLong);
    const nestedKey = (length: number) => ({ message: 'm', attributes: { a: { ['k'.repeat(length)]: 1 } } });
    expect(attributesOf(nestedKey(126))).toEqual([[`a.${'k'.repeat(126)}`, '1']]);
    expect(storeLog(nestedKey(127))).toMatchObject(tooLong);
    expect(storeLog(nestedKey(1_000_000))).toMatchObject(tooLong);
    expect(storeLog({ message: 'm', attributes: { ['k'.repeat(127)]: 1, a: 1 }, ['k'.repeat(127)]: 1 })).toMatchObject(
      tooLong,
    );
  });

  it('a key path has 16 names, and arrays count like objects', () => {
    const tooDeep = { message: expect.stringContaining('16 levels') };
    const object = (inner: unknown) => ({ a: inner });
    expect(attributesOf({ message: 'm', attributes: nested(16, object) })).toEqual([
      [Array(16).fill('a').join('.'), '1'],
    ]);
    expect(storeLog({ message: 'm', attributes: nested(17, object) })).toMatchObject(tooDeep);
    expect(attributesOf(Object.assign({ message: 'm' }, nested(16, object)))).toHaveLength(1);
    expect(storeLog(Object.assign({ message: 'm' }, nested(17, object)))).toMatchObject(tooDeep);
    const array = (inner: unknown) => [inner];
    expect(attributesOf({ message: 'm', attributes: { a: nested(15, array) } })).toHaveLength(1);
    expect(storeLog({ message: 'm', attributes: { a: nested(16, array) } })).toMatchObject(tooDeep);
    expect(storeLog({ message: nested(15, array) })).toMatchObject({ level: 'info' });
    expect(storeLog({ message: nested(16, array) })).toMatchObject(tooDeep);
    expect(storeLog({ message: 'm', host: nested(16, array) })).toMatchObject(tooDeep);
  });

  it('nesting of a hundred thousand levels does not overflow the stack', () => {
    const deep: unknown = JSON.parse(`${'[{"a":'.repeat(50_000)}1${'}]'.repeat(50_000)}`);
    for (const field of ['message', 'service', 'level', 'attributes', 'other', 'msg']) {
      expect(storeLog({ message: 'm', [field]: deep })).toMatchObject({ code: 'VALIDATION_ERROR' });
    }
  });
});
