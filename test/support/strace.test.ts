import { expect, it } from 'vitest';
import { parseStrace } from './strace.ts';

it('joins calls that another thread cut in two', () => {
  const calls = parseStrace(
    [
      '10 fdatasync(7 <unfinished ...>',
      '11 write(5, "HTTP/1.1 202 (x) = 3", 20) = 20',
      '10 <... fdatasync resumed>) = 0',
      '12 read(4, <unfinished ...>',
      '12 <... read resumed>"POST /v1/logs", 65536) = 13',
      '13 fsync(9 <unfinished ...>',
      '13 +++ exited with 0 +++',
    ].join('\n'),
  );
  expect(calls).toEqual([
    { name: 'write', text: '5, "HTTP/1.1 202 (x) = 3", 20', result: 20, begins: 1, ends: 1 },
    { name: 'fdatasync', text: '7 ', result: 0, begins: 0, ends: 2 },
    { name: 'read', text: '4, "POST /v1/logs", 65536', result: 13, begins: 3, ends: 4 },
  ]);
});
