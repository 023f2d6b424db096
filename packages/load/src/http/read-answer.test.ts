import { expect, it } from 'vitest';
import { INCOMPLETE, readAnswer } from './read-answer.ts';

const answerOf = (text: string) => {
  const bytes = Buffer.from(text, 'latin1');
  for (let end = 0; end < bytes.length; end++) expect(readAnswer(bytes.subarray(0, end))).toBe(INCOMPLETE);
  const answer = readAnswer(bytes);
  return answer === INCOMPLETE ? answer : { ...answer, body: answer.body.toString('latin1') };
};

it.each([
  ['with a length', 'HTTP/1.1 202 Accepted\r\nContent-Length: 5\r\n\r\nhello', 202, 'hello', false],
  ['with an empty body', 'HTTP/1.1 429 Too Many\r\ncontent-length: 0\r\nretry-after: 1\r\n\r\n', 429, '', false],
  ['without a body', 'HTTP/1.1 204 No Content\r\n\r\n', 204, '', false],
  [
    'in chunks',
    'HTTP/1.1 503 x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=1\r\n0123456789\r\n0\r\n\r\n',
    503,
    'abc0123456789',
    false,
  ],
  [
    'after which the connection closes',
    'HTTP/1.1 400 x\r\nConnection: close\r\ncontent-length: 2\r\n\r\nno',
    400,
    'no',
    true,
  ],
  ['of HTTP/1.0', 'HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok', 200, 'ok', true],
  ['behind a 100', 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 x\r\ncontent-length: 1\r\n\r\n!', 202, '!', false],
])('an answer %s is read whole, and not before its last byte', (_what, text, status, body, closes) => {
  expect(answerOf(text)).toEqual({ status, body, closes });
});

it.each([
  ['not HTTP', 'SSH-2.0-OpenSSH\r\n\r\n'],
  ['of no length', 'HTTP/1.1 200 OK\r\nserver: x\r\n\r\nhello'],
  ['a chunk without a length', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n'],
])('what is %s is refused', (_what, text) => {
  expect(() => readAnswer(Buffer.from(text))).toThrow(SyntaxError);
});
