import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fillJson, textToJson } from './log-defaults.ts';

const ALL = {
  service: 'shop',
  level: 'warn',
  environment: 'test',
  attributes: [
    ['region', 'eu'],
    ['__proto__', 'x'],
  ],
} as const;

describe('defaults of logs', () => {
  it('a line of text becomes a message with a time', () => {
    const toJson = textToJson({ attributes: [] }, () => Date.parse('2026-01-31T12:00:00.123Z'));
    expect(JSON.parse(toJson('he said "hi"\u0007'))).toEqual({
      timestamp: '2026-01-31T12:00:00.123000000Z',
      message: 'he said "hi"\u0007',
    });
  });

  it('lines keep their order by time, whatever the clock does', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3), { minLength: 1 }), (steps) => {
        const clock = steps.map((step) => 1_800_000_000_000 + step)[Symbol.iterator]();
        const toJson = textToJson(ALL, () => clock.next().value ?? 0);
        const times = steps.map(() => String(JSON.parse(toJson('a')).timestamp));
        expect(times).toEqual([...new Set(times)].sort());
      }),
      { seed: 41 },
    );
  });

  it('text gets all of them', () => {
    const log = JSON.parse(textToJson(ALL, () => 0)('a'));
    expect(log).toMatchObject({ message: 'a', service: 'shop', level: 'warn', environment: 'test' });
    expect(Object.entries(log.attributes)).toEqual([
      ['region', 'eu'],
      ['__proto__', 'x'],
    ]);
  });

  it('a JSON log keeps what it says, under whatever name, and its numbers digit by digit', () => {
    const fill = fillJson(ALL);
    expect(fill('{"message":"a","n":10.0,"big":12345678901234567890}')).toBe(
      '{"message":"a","n":10.0,"big":12345678901234567890,"service":"shop","level":"warn","environment":"test","attributes":{"region":"eu","__proto__":"x"}}',
    );
    const own = '{"serviceName":"own","severityNumber":9,"environment":"own","attributes":{"region":"us","a":1e3}}';
    expect(fill(own)).toBe(
      '{"serviceName":"own","severityNumber":9,"environment":"own","attributes":{"region":"us","__proto__":"x","a":1e3}}',
    );
  });

  it('what is no JSON object, and logs without defaults, go as they are', () => {
    for (const json of ['{"broken', '[1]', '"text"', '1', 'null']) expect(fillJson(ALL)(json)).toBe(json);
    expect(fillJson({ attributes: [] })('{ "a" : 1.0 }')).toBe('{ "a" : 1.0 }');
    expect(JSON.parse(fillJson(ALL)('{"attributes":"text"}')).attributes).toBe('text');
  });
});
