// Output of parts that is no log: gathered into lines of the log, told seldom, and never in front of a line of the log.
import { createLogger } from '@sazabi/lifecycle';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { RAW_LINE_CHARACTERS_MAX, RAW_LINES_KEPT } from './limits.ts';
import { createRawOutput, type RawOutput } from './raw-output.ts';

const GATHER_MS = 100;
const QUIET_MS = 1000;
const LOG_LINE = '{"level":30,"msg":"up"}';

let told: { part: string; count: number; lines: string[]; level: number }[];
let logLines: string[];
let raw: RawOutput;
beforeEach(() => {
  vi.useFakeTimers();
  told = [];
  logLines = [];
  const logger = createLogger('test', 'info', { write: (text) => void told.push(JSON.parse(text)) });
  raw = createRawOutput(logger, (part, line) => void logLines.push(`${part} ${line}`), {
    gatherMs: GATHER_MS,
    quietMs: QUIET_MS,
  });
});
afterEach(() => {
  vi.useRealTimers();
});

it('becomes one line at first, and then one in a while that counts what came since', () => {
  for (const line of ['Error: Input/output error', '', '    at write.js']) raw.take('intake', line);
  expect(told).toEqual([]);
  vi.advanceTimersByTime(GATHER_MS);
  expect(told).toMatchObject([
    { event: 'part_output', part: 'intake', count: 2, lines: ['Error: Input/output error', '    at write.js'] },
  ]);
  for (let count = 0; count < 7; count++) raw.take('intake', 'noise');
  for (let count = 0; count < RAW_LINES_KEPT; count++) raw.take('intake', 'x'.repeat(RAW_LINE_CHARACTERS_MAX + 1));
  raw.take('consumer', 'another part is told at once');
  vi.advanceTimersByTime(GATHER_MS);
  expect(told.slice(1)).toMatchObject([{ part: 'consumer', count: 1 }]);
  vi.advanceTimersByTime(QUIET_MS);
  expect(told.slice(2)).toMatchObject([{ part: 'intake', count: RAW_LINES_KEPT + 7 }]);
  expect(told[2]?.lines).toEqual(Array(RAW_LINES_KEPT).fill('x'.repeat(RAW_LINE_CHARACTERS_MAX)));
  vi.advanceTimersByTime(2 * QUIET_MS);
  raw.take('intake', 'after a quiet while');
  vi.advanceTimersByTime(GATHER_MS);
  expect(told.slice(3)).toMatchObject([{ lines: ['after a quiet while'] }]);
});

it('leaves lines of the log as they are, also one that follows native words without an end', () => {
  raw.take('intake', LOG_LINE);
  raw.take('intake', `Write error: position 1, size 4096${LOG_LINE}`);
  expect(logLines).toEqual([`intake ${LOG_LINE}`, `intake ${LOG_LINE}`]);
  vi.advanceTimersByTime(GATHER_MS);
  expect(told).toMatchObject([{ count: 1, lines: ['Write error: position 1, size 4096'] }]);
});

it('the last words of a part are told as it ends, however much it wrote before', () => {
  for (let count = 0; count < 2 * RAW_LINES_KEPT; count++) raw.take('intake', 'noise');
  vi.advanceTimersByTime(GATHER_MS);
  for (let count = 0; count < 2 * RAW_LINES_KEPT; count++) raw.take('intake', 'noise');
  raw.take('intake', 'FATAL ERROR: out of memory');
  raw.closed('intake');
  expect(told.at(-1)?.lines.at(-1)).toBe('FATAL ERROR: out of memory');
  raw.closed('intake');
  raw.closed('one that wrote nothing');
  expect(told).toHaveLength(2);
});

it('is told to the last line at the end, and what comes still later is handed on', () => {
  raw.take('intake', 'one');
  vi.advanceTimersByTime(GATHER_MS);
  raw.take('intake', 'two');
  raw.end();
  expect(told.map(({ lines }) => lines)).toEqual([['one'], ['two']]);
  expect(vi.getTimerCount()).toBe(0);
  raw.take('intake', 'three');
  expect(logLines).toEqual(['intake three']);
});
