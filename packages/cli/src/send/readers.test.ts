import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogReader, ReadLog } from './log-source.ts';
import { createJsonReader } from './read-json.ts';
import { createLineReader } from './read-lines.ts';

const asIs = (json: string) => ({ json });
const textOf = ({ log }: ReadLog) => ('json' in log ? log.json : log.code);

/** Reads `text` cut at the given places, as a stream may cut it: also within a character. */
function readInPieces(reader: LogReader, text: string, cuts: readonly number[]): ReadLog[] {
  const bytes = Buffer.from(text);
  const logs: ReadLog[] = [];
  let from = 0;
  for (const to of [...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]) {
    logs.push(...reader.push(bytes.subarray(from, to)));
    from = to;
  }
  return [...logs, ...reader.end()];
}

const cuts = fc.array(fc.nat(100_000), { maxLength: 20 });

describe('lines', () => {
  it('come whole and with their number, wherever the stream is cut', () => {
    const lines = fc.array(fc.string({ unit: 'grapheme' }).map((line) => line.replace(/[\r\n\ufeff]/g, '')));
    fc.assert(
      fc.property(lines, fc.constantFrom('\n', '\r\n'), fc.boolean(), cuts, (texts, end, endsWithNewline, at) => {
        const input = texts.join(end) + (endsWithNewline ? end : '');
        const expected = texts.flatMap((text, index) => (text === '' ? [] : [[index + 1, text]]));
        const read = readInPieces(createLineReader(1000, asIs), input, at);
        expect(read.map((log) => [log.place, textOf(log)])).toEqual(expected);
      }),
      { seed: 31 },
    );
  });

  it('a line at the limit is read, one past it is reported, and the next is read again', () => {
    const input = `${'a'.repeat(10)}\n${'b'.repeat(11)}\n${'c'.repeat(1000)}\nd`;
    for (const at of [[], [12, 15, 18], [500]]) {
      const read = readInPieces(createLineReader(10, asIs), input, at);
      expect(read.map((log) => [log.place, textOf(log)])).toEqual([
        [1, 'a'.repeat(10)],
        [2, 'PAYLOAD_TOO_LARGE'],
        [3, 'PAYLOAD_TOO_LARGE'],
        [4, 'd'],
      ]);
    }
  });

  it('a byte order mark is no part of the first line', () => {
    expect(readInPieces(createLineReader(100, asIs), '\ufeffa\nb', []).map(textOf)).toEqual(['a', 'b']);
  });
});

describe('JSON', () => {
  const written = fc.array(fc.jsonValue({ noUnicodeString: false })).chain((values) =>
    fc.record({
      values: fc.constant(values),
      text: fc.oneof(
        fc.constantFrom(0, 1, 4).map((indent) => JSON.stringify(values, null, indent)),
        // Values one after the other; an array at the top would be read as its elements.
        fc
          .constantFrom('\n', ' \n\n', ' ')
          .map((between) => values.map((value) => JSON.stringify({ value }, null, 2)).join(between)),
      ),
    }),
  );

  it('every value comes whole, on one line, wherever the stream is cut', () => {
    fc.assert(
      fc.property(written, cuts, ({ values, text }, at) => {
        const read = readInPieces(createJsonReader(100_000, asIs), text, at);
        expect(read.map(textOf).join('')).not.toContain('\n');
        const wrapped = !text.trimStart().startsWith('[');
        expect(read.map((log) => JSON.parse(textOf(log)))).toEqual(
          JSON.parse(JSON.stringify(wrapped ? values.map((value) => ({ value })) : values)),
        );
        expect(read.map((log) => log.place)).toEqual(read.map((_, index) => index + 1));
      }),
      { seed: 32, numRuns: 500 },
    );
  });

  it('numbers keep their digits', () => {
    const read = readInPieces(createJsonReader(1000, asIs), '[{"n":12345678901234567890.10}]', []);
    expect(read.map(textOf)).toEqual(['{"n":12345678901234567890.10}']);
  });

  it('any bytes are read to their end, and nothing that is no line break is lost', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'[]{}",:\\ \n1a') }), cuts, (text, at) => {
        const whole = readInPieces(createJsonReader(1000, asIs), text, []);
        expect(readInPieces(createJsonReader(1000, asIs), text, at)).toEqual(whole);
      }),
      { seed: 33, numRuns: 1000 },
    );
  });

  it('what is broken or too large is reported, the rest is read', () => {
    const large = JSON.stringify({ message: 'x'.repeat(100) });
    const input = `[{"a":1}, ${large}, {"b":"raw\nbreak"}, {"c":3}`;
    const read = readInPieces(createJsonReader(50, asIs), input, [20, 60]);
    expect(read.map(textOf)).toEqual(['{"a":1}', 'PAYLOAD_TOO_LARGE', 'INVALID_JSON', '{"c":3}', 'INVALID_JSON']);
    expect(read.at(-1)?.log).toHaveProperty('problem', expect.stringContaining('cut off'));
  });
});
