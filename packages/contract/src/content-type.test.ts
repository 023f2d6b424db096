import { expect, it } from 'vitest';
import { isUtf8 } from './content-type.ts';

it.each([
  'application/json',
  'application/json; charset=utf-8',
  'text/plain;CHARSET="UTF8"',
  'application/json; charset=us-ascii',
  'application/json; charset=',
])('%s is UTF-8', (contentType) => {
  expect(isUtf8(contentType)).toBe(true);
});

it.each(['application/json; charset=utf-16', 'text/plain; x=y; charset="latin1"'])('%s is not', (contentType) => {
  expect(isUtf8(contentType)).toBe(false);
});
