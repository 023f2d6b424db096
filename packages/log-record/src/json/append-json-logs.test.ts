// A log read straight from its bytes is the row that JSON.parse and append make of it, to the byte; or it is left to them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BODY_ROOM } from '../../assembly/shared.ts';
import { createLogBlock } from '../create-log-block.ts';
import type { LogBlock } from '../log-block.ts';
import { newUuidV7 } from '../uuid.ts';
import { COMMA, createJsonBytes, loadJson } from './json-bytes.ts';

const SOURCE = {
  projectId: '0192f0e4-1111-7222-8333-0123456789ab',
  mode: 'live',
  keyId: '0192f0e4-4444-7555-8666-fedcba987654',
  environment: 'staging',
} as const;
const RECORD_ID = newUuidV7();
const text = createJsonBytes();

function open(block: LogBlock = createLogBlock()): LogBlock {
  block.reset(RECORD_ID, 20_808);
  block.beginRequest(SOURCE, 1_795_255_872_345, null);
  return block;
}

const encoded = (block: LogBlock) => Buffer.from(block.encode()).toString('latin1');

/** Appends by JSON.parse; whether it was stored. */
function appendParsed(block: LogBlock, json: string): boolean {
  try {
    return block.append(JSON.parse(json), 'log') === null;
  } catch {
    return false;
  }
}

/** Appends straight from the bytes, and holds it against the other way; whether it was plain. */
function appendBoth(direct: LogBlock, parsed: LogBlock, json: string): boolean {
  const before = encoded(direct);
  loadJson(text, Buffer.from(`${json},{"message":"the next"}`));
  const taken = direct.appendJson(text, COMMA, 1) === 1;
  if (!taken) {
    expect(text.at).toBe(0);
    expect(encoded(direct)).toBe(before);
    if (appendParsed(parsed, json)) direct.append(JSON.parse(json), 'log');
    return false;
  }
  // What follows the object is for whoever reads the array.
  const object = Buffer.from(json).toString('utf8', 0, text.at);
  expect(appendParsed(parsed, object), json).toBe(true);
  expect(encoded(direct) === encoded(parsed), json).toBe(true);
  return true;
}

const isPlain = (json: string) => appendBoth(open(), open(), json);

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'z', ' ', '-', '1', 'é', '日', '😀', '/'), maxLength: 12 });
/** As loggers write that escape what is not ASCII. */
const escapeAll = (json: string) =>
  json.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
const textValue = fc.oneof(
  word,
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.tuple(word, fc.constantFrom(1, 20, 60, 140)).map(([part, times]) => part.repeat(times)),
  fc.constantFrom('say "no"', 'a\\b', 'line\nline\ttab', '\u2028', 'x'.repeat(127), 'x'.repeat(128)),
);
const scalar = fc.oneof(
  textValue,
  fc.integer(),
  fc.double({ noNaN: true }),
  fc.integer({ min: -99_999, max: 99_999 }).map((value) => value / 1000),
  fc.constantFrom(true, false, null, 0, -1, 1e21, 123_456_789_012_345, 0.000_001, 1e-7),
);
const attributeKey = fc.oneof(
  fc.constantFrom('a', 'b', 'a.b', 'user', 'id', 'user.id', '__proto__', 'constructor', 'x#2', '7', ''),
  word,
  fc.constantFrom('k'.repeat(128), 'k'.repeat(129)),
);
const attributes = fc.dictionary(
  attributeKey,
  fc.oneof({ weight: 5, arbitrary: scalar }, fc.jsonValue({ maxDepth: 18 }), fc.dictionary(attributeKey, scalar)),
  { maxKeys: 6 },
);
const fieldValues: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  message: fc.oneof({ weight: 8, arbitrary: textValue }, scalar),
  level: fc.constantFrom('info', 'WARN', 'Error', ' debug ', 'loud', 30, 3, 17, 99, null),
  timestamp: fc.oneof(
    fc.date({ min: new Date(0), max: new Date('2261-01-01'), noInvalidDate: true }).map((date) => date.toISOString()),
    fc.constantFrom('2026-02-29T00:00:00Z', '2026-11-30T08:09:10.123456789Z', '2026-11-30 08:09:10+01:00', 'never'),
    fc.constantFrom('2026-11-30T24:00:00Z', '2026-11-30T23:59:60Z', 1_795_000_000, 1_795_000_000_123, 1.5, -1, null),
  ),
  service: fc.oneof(word, fc.constantFrom('checkout', 7, null)),
  environment: word,
  host: word,
  trace_id: textValue,
  span_id: word,
  attributes: fc.oneof({ weight: 8, arbitrary: attributes }, fc.constantFrom(null, 'text', [1])),
  severityNumber: fc.constantFrom(9, null),
};
const aliases: Readonly<Record<string, readonly string[]>> = {
  message: ['msg', 'body', 'log'],
  level: ['severity', 'lvl'],
  timestamp: ['time', 'ts', '@timestamp'],
  service: ['service.name'],
};
const field = fc
  .constantFrom(...Object.keys(fieldValues))
  .chain((name) =>
    fc.tuple(fc.constantFrom(name, name, name, ...(aliases[name] ?? [])), fieldValues[name] ?? fc.constant(null)),
  );
const member = fc.oneof(
  { weight: 6, arbitrary: field },
  fc.tuple(attributeKey, scalar),
  fc.tuple(attributeKey, fc.constantFrom({}, { c: {} }, { b: { c: 1 } }, { x: 1 }, { id: 'u' })),
);
const twoDigits = fc.integer({ min: 0, max: 61 }).map((number) => String(number).padStart(2, '0'));
/** ISO 8601 in its forms, epoch numbers of all units, and what is nearly one. */
const timestamp = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('2026', '1969', '1970', '2000', '2100', '2261', '2262', '0000', '99'),
      fc.array(twoDigits, { minLength: 5, maxLength: 5 }),
      fc.constantFrom(['-', ':'], ['', ''], ['-', ''], ['', ':'], ['/', '.']),
      fc.constantFrom('T', 't', ' ', '_', ''),
      fc.constantFrom('', '.1', ',123', '.123456789', '.9999999999', '.', '.x'),
      fc.constantFrom('', 'Z', 'z', '+01:00', '-0530', '+14', ' +02:00', '+24:00', '+1', 'Zz', '-00:00'),
    )
    .map(([year, [month, day, hours, minutes, seconds], [dash, colon], separator, fraction, offset]) => {
      const date = [year, month, day].join(dash);
      return `${date}${separator}${[hours, minutes, seconds].join(colon)}${fraction}${offset}`;
    })
    .chain((text) =>
      fc.constantFrom(text, text, text.slice(0, 10), text.slice(0, 8), text.slice(0, 16), text.slice(0, -1)),
    ),
  fc
    .tuple(
      fc.bigInt({ min: 0n, max: 20_000_000_000_000_000_000n }),
      fc.nat({ max: 19 }),
      fc.constantFrom('', '.', '.5', '.0000000019', '.x'),
    )
    .map(([number, digits, fraction]) => String(number).slice(0, digits + 1) + fraction),
  fc.constantFrom(
    9_214_646_399,
    9_214_646_400,
    9_214_646_399_999,
    9_214_646_400_000,
    '9214646399999999999',
    0,
    0.5,
    1e15,
  ),
  fc.double({ min: 0, max: 1e13, noNaN: true }).map((number) => Math.round(number * 1000) / 1000),
);
const space = fc.constantFrom('', '', '', ' ', '\n  ', '\t');
/** By hand, so that names may come twice and white space anywhere. */
const log = fc
  .tuple(fc.array(member, { maxLength: 8 }), fc.boolean(), space, fc.boolean())
  .map(([members, withMessage, gap, escaped]) => {
    const all = withMessage ? [['message', 'm'] as const, ...members] : members;
    const write = (value: unknown) => (escaped ? escapeAll(JSON.stringify(value)) : JSON.stringify(value));
    const texts = all.map(([name, value]) => `${gap}${write(name)}${gap}:${gap}${write(value)}${gap}`);
    return `{${texts.join(',')}}`;
  });

describe('a log read straight from its bytes', () => {
  it('is the row that JSON.parse and append make of it', () => {
    let plain = 0;
    let others = 0;
    fc.assert(
      fc.property(fc.array(log, { maxLength: 10 }), (logs) => {
        const [direct, parsed] = [open(), open()];
        for (const json of logs) {
          if (appendBoth(direct, parsed, json)) plain++;
          else others++;
        }
      }),
      { numRuns: 1500, seed: 17 },
    );
    expect(Math.min(plain, others)).toBeGreaterThan(1000);
  });

  it('that is no JSON is left to whoever can say why', () => {
    fc.assert(
      fc.property(
        log,
        fc.nat(),
        fc.constantFrom('', '"', '}', '{', ',', '\\', '\u0001', '0', '-', '.', 'e', '['),
        (json, at, put) => {
          const place = at % json.length;
          appendBoth(open(), open(), json.slice(0, place) + put + json.slice(place + 1));
          appendBoth(open(), open(), json.slice(0, place));
        },
      ),
      { numRuns: 3000, seed: 17 },
    );
  });

  it('has its timestamp read as parseTimestamp reads it', () => {
    let plain = 0;
    fc.assert(
      fc.property(timestamp, (value) => {
        if (isPlain(`{"message":"m","timestamp":${JSON.stringify(value)}}`)) plain++;
      }),
      { numRuns: 5000, seed: 17 },
    );
    expect(plain).toBeGreaterThan(1500);
  });

  it.each([
    [
      'the usual',
      '{"message":"m","level":"info","service":"s","timestamp":"2026-11-30T08:09:10.123Z","attributes":{"a":"b"}}',
      true,
    ],
    ['escapes of one letter', String.raw`{"message":"a\"b\\c\/d\b\f\n\r\t"}`, true],
    [
      'code units in hex',
      String.raw`{"message":"\u00e9\u65E5\u0000\ud83d\ude00 \ud83d \ude00\ud83d\u00E9","a":"\uD83D"}`,
      true,
    ],
    ['no code units in hex', String.raw`{"message":"\u00g9"}`, false],
    ['half of one', String.raw`{"message":"\ud83d\ud8"}`, false],
    ['code units in a name', String.raw`{"message":"m","\u00e9":1}`, false],
    ['nested objects', '{"message":"m","attributes":{"a":{"b":{"c":1}},"d":{}}}', true],
    ['numbers', '{"message":"m","n":-12.5,"attributes":{"zero":0,"small":0.000001}}', true],
    ['a number that prints otherwise', '{"message":"m","n":1.0}', false],
    ['minus zero', '{"message":"m","n":-0}', false],
    ['arrays', '{"message":"m","tags":["a"]}', false],
    ['two names of one field', '{"message":"m","msg":"n"}', false],
    ['names of digits, which JSON.parse puts first', '{"message":"m","b":"1","1":"2"}', false],
    ['a key twice', '{"message":"m","a":"1","a":"2"}', false],
    ['an object twice', '{"message":"m","a":{"x":1},"a":{"y":2}}', false],
    ['an object and a text of one name', '{"message":"m","a":{"x":1},"a":"b"}', false],
    ['a text and an empty object of one name', '{"message":"m","b.c":1,"b":{"c":{}}}', false],
    ['an empty object in two places', '{"message":"m","c":{},"attributes":{"c":{}}}', false],
    ['one name in two objects', '{"message":"m","a":{"x":1},"b":{"x":{"y":2}}}', true],
    ['no message', '{"level":"info"}', false],
    ['one byte too many', `{"message":"${'x'.repeat(262_145 - 7)}","environment":"staging"}`, false],
    ['as much as a log may be', `{"message":"${'x'.repeat(262_144 - 7)}","environment":"staging"}`, true],
    ['256 attributes', `{"message":"m","attributes":{${Array.from({ length: 256 }, (_, n) => `"k${n}":1`)}}}`, true],
    ['257 attributes', `{"message":"m","attributes":{${Array.from({ length: 257 }, (_, n) => `"k${n}":1`)}}}`, false],
  ])('%s', (_, json, expected) => {
    expect(isPlain(json)).toBe(expected);
  });

  it('finds its keys among many, also such as share a place in the table', () => {
    const [direct, parsed] = [open(), open()];
    for (let n = 0; n < 20_000; n++)
      appendBoth2(direct, parsed, `{"message":"m","service":"s${n % 5000}","k${n}":"v"}`);
    expect(encoded(direct) === encoded(parsed)).toBe(true);
  });

  it('may end where the memory ends, whatever was read before', () => {
    appendBoth2(open(), open(), `{"message":"m","service":"${'s'.repeat(1024)}"}`);
    const [start, end] = ['{"message":"m",', '"service":"s"}'];
    const gap = ' '.repeat(text.bytes.length - BODY_ROOM - start.length - end.length);
    appendBoth2(open(), open(), start + gap + end);
  });

  it('that is far too large leaves little memory behind', () => {
    const block = open();
    const before = block.bufferBytes;
    const members = Array.from({ length: 100 }, (_, n) => `"k${n}":"${'x'.repeat(200_000)}"`);
    loadJson(text, Buffer.from(`{"message":"m","attributes":{${members}}}`));
    expect(block.appendJson(text, COMMA, 1)).toBe(0);
    expect(block.bufferBytes - before).toBeLessThan(2 * 1024 * 1024);
  });

  it('gives back the memory of a large request that is taken back', () => {
    const block = open();
    loadJson(text, Buffer.from(`{"message":"${'x'.repeat(200_000)}"}`));
    for (let n = 0; n < 60; n++) {
      text.at = 0;
      expect(block.appendJson(text, COMMA, 1)).toBe(1);
    }
    expect(block.bufferBytes).toBeGreaterThan(12_000_000);
    block.dropRequest();
    expect(block.bufferBytes).toBeLessThan(1_000_000);
  });

  it('is taken back with its request', () => {
    const [block, other] = [open(), open()];
    for (const json of ['{"message":"a","x":"1"}', '{"message":"b","service":"s"}']) appendBoth2(block, other, json);
    const before = encoded(block);
    block.beginRequest(SOURCE, 1_795_255_872_345, null);
    loadJson(text, Buffer.from('{"message":"c","service":"t","host":"h","y":"2","trace_id":"3"}'));
    expect(block.appendJson(text, COMMA, 1)).toBe(1);
    expect(block.append({ message: 'd', z: 1, environment: 'e' }, 'log')).toBeNull();
    block.dropRequest();
    expect(encoded(block)).toBe(before);
    expect(block.append({ message: 'e', y: '2' }, 'log')).toBeNull();
    expect(other.append({ message: 'e', y: '2' }, 'log')).toBeNull();
    expect(encoded(block)).toBe(encoded(other));
  });
});

function appendBoth2(direct: LogBlock, parsed: LogBlock, json: string): void {
  loadJson(text, Buffer.from(json));
  expect(direct.appendJson(text, COMMA, 1)).toBe(1);
  expect(appendParsed(parsed, json)).toBe(true);
}
