// Values that people type: durations, times, numbers, key=value; and small texts from stdin.
import { InvalidArgumentError } from 'commander';
import { usageError } from './cli-error.ts';

const UNIT_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
const DURATION = /^(\d{1,6})(s|m|h|d|w)$/;
/** Of a query: back from now, with or without a minus. */
const AGO = /^-?\d{1,6}[smhdw]$/;
/** Date.parse alone takes `-5` for a month. */
const DATE = /^\d{4}-\d\d-\d\d/;

/** `90d` → milliseconds; null where it is not a duration. */
export function durationMs(text: string): number | null {
  const [, count, unit] = DURATION.exec(text) ?? [];
  if (unit !== 's' && unit !== 'm' && unit !== 'h' && unit !== 'd' && unit !== 'w') return null;
  return Number(count) * UNIT_MS[unit];
}

/** A parser of durations, in milliseconds, from `min` to `max` as people say them; `usual` are examples in units that fit. */
export function duration(usual: string, min = '0s', max?: string): (text: string) => number {
  const minMs = durationMs(min) ?? 0;
  const maxMs = max === undefined ? Number.POSITIVE_INFINITY : (durationMs(max) ?? 0);
  const range = max === undefined ? `${min} or longer` : `from ${min} to ${max}`;
  return (text) => {
    const parsed = durationMs(text);
    if (parsed !== null && parsed >= minMs && parsed <= maxMs) return parsed;
    throw new InvalidArgumentError(`Say it as ${usual}: ${range}.`);
  };
}

/** A time of a query: `2h` and `-2h` are two hours ago; ISO 8601 goes as it is. */
export function parseQueryTime(text: string): string {
  if (AGO.test(text)) return text.startsWith('-') ? text : `-${text}`;
  if (!DATE.test(text) || Number.isNaN(Date.parse(text)))
    throw new InvalidArgumentError('Say it as 2h (ago), or as 2026-01-31T12:00:00Z.');
  return text;
}

/** When something ends: `90d` from now, ISO 8601, or `never`. */
export function parseExpiry(text: string): string {
  if (text === 'never') return text;
  const after = durationMs(text);
  const atMs = after !== null ? Date.now() + after : DATE.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(atMs))
    throw new InvalidArgumentError('Say it as 90d (from now), as 2026-01-31T12:00:00Z, or never.');
  return new Date(atMs).toISOString();
}

/** A parser of whole numbers within a range. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(`A whole number from ${min} to ${max}.`);
  };
}

/** `1`, `0.5` or `1%`, from 0 to 100. */
export function percent(text: string): number {
  const [, digits] = /^(\d{1,3}(?:\.\d{1,4})?)%?$/.exec(text) ?? [];
  const value = Number(digits);
  if (value <= 100) return value;
  throw new InvalidArgumentError('Say it as 1, 0.5 or 1%: from 0 to 100.');
}

/** A limit that may be none. A word, not null: commander makes an empty text of a null that a parser returns. */
export type Limit = number | 'none';

/** A parser of limits up to `max`. */
export function limitTo(max: number): (text: string) => Limit {
  const parse = wholeNumber(1, max);
  return (text) => (text === 'none' ? text : parse(text));
}

/** As the API takes it. */
export function limitOf(limit: Limit): number | null {
  return limit === 'none' ? null : limit;
}

/** For options that may be given several times. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** For `name=value` options that may be given several times; the value may hold more `=`. */
export function collectPair(
  text: string,
  before: readonly (readonly [string, string])[] = [],
): readonly (readonly [string, string])[] {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Say it as name=value.');
  return [...before, [text.slice(0, at), text.slice(at + 1)]];
}

/** All of a short input as text. @throws CliError when it is longer */
export async function readAll(input: NodeJS.ReadableStream, bytesMax: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of input) {
    const buffer = Buffer.from(chunk);
    bytes += buffer.length;
    if (bytes > bytesMax) throw usageError(`The input is longer than ${bytesMax} bytes.`);
    chunks.push(buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}
