import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { LINE_CHARACTERS_MAX } from './limits.ts';
import { onLines } from './lines.ts';
import { readableLine } from './log-output.ts';

describe('readable log lines', () => {
  it('say when, how bad, who and what', () => {
    const line = JSON.stringify({
      level: 40,
      time: 0,
      service: 'intake',
      pid: 7,
      event: 'feed_lost',
      attempt: 2,
      msg: 'Key feed lost.',
    });
    expect(readableLine('intake', line)).toMatch(/^\d\d:\d\d:\d\d warn {2}intake {2}Key feed lost\. \(attempt=2\)$/);
  });

  it('leave alone what is no log line', () => {
    expect(readableLine('engine', 'Error: a bug')).toBe('engine: Error: a bug');
    expect(readableLine('engine', '{"half":')).toBe('engine: {"half":');
    expect(readableLine('engine', '{"other":1}')).toBe('engine: {"other":1}');
  });
});

describe('lines of a stream', () => {
  it('come whole, whatever the chunks, and the last one without an end too', async () => {
    const stream = new PassThrough();
    const lines: string[] = [];
    onLines(stream, (line) => lines.push(line));
    for (const byte of Buffer.from('één\n\ntwo\nlast')) stream.write(Buffer.of(byte));
    stream.end();
    await expect.poll(() => lines).toEqual(['één', '', 'two', 'last']);
  });

  it('are cut at the limit', async () => {
    const stream = new PassThrough();
    const lines: string[] = [];
    onLines(stream, (line) => lines.push(line));
    for (let i = 0; i < 3; i++) stream.write('x'.repeat(LINE_CHARACTERS_MAX));
    stream.end('\nnext\n');
    await expect.poll(() => lines.map((line) => line.length)).toEqual([LINE_CHARACTERS_MAX, 4]);
  });
});
