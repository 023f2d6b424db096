// Timestamps read straight from a body: the form that nearly every logger writes; any other as text.
import {
  DAY_SECONDS,
  daysOfDate,
  type Instant,
  NONE,
  parseEpochNumber,
  parseTimestamp,
  storeInstant,
} from '../timestamp.ts';
import { exactNumberEnd } from './copy-value.ts';
import { type JsonBytes, plainEnd, QUOTE } from './json-bytes.ts';

const ZERO = 48;
const MINUS = 45;
const COLON = 58;
const DOT = 46;
const UPPER_T = 84;
const UPPER_Z = 90;
const NANO_DIGITS = 9;
/** `2026-01-31T08:09:10Z`, and where its dot or Z stands. */
const FRACTION_AT = 19;
const POWERS_OF_TEN = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];

function twoDigits(bytes: Uint8Array, at: number): number {
  const high = (bytes[at] ?? 0) - ZERO;
  const low = (bytes[at + 1] ?? 0) - ZERO;
  return high >= 0 && high <= 9 && low >= 0 && low <= 9 ? high * 10 + low : NONE;
}

/** Reads the timestamp at `at`, a string or a number. Answers one past it; -1 where it is none, or not JSON. */
export function readInstant(text: JsonBytes, at: number, into: Instant): number {
  const { bytes } = text;
  if (bytes[at] === QUOTE) {
    const end = plainEnd(bytes, at + 1);
    if (end < 0) return -1;
    if (readUtc(bytes, at + 1, end, into)) return end + 1;
    return parseTimestamp(latin1(bytes, at + 1, end), into) ? end + 1 : -1;
  }
  const end = exactNumberEnd(bytes, at);
  return end >= 0 && parseEpochNumber(Number(latin1(bytes, at, end)), into) ? end : -1;
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}

/** `YYYY-MM-DDTHH:MM:SS[.fraction]Z`, from `at` to `end`; false for anything else. */
function readUtc(bytes: Uint8Array, at: number, end: number, into: Instant): boolean {
  if (end - at <= FRACTION_AT || bytes[end - 1] !== UPPER_Z || bytes[at + 10] !== UPPER_T) return false;
  if (bytes[at + 4] !== MINUS || bytes[at + 7] !== MINUS || bytes[at + 13] !== COLON || bytes[at + 16] !== COLON)
    return false;
  const year = twoDigits(bytes, at) * 100 + twoDigits(bytes, at + 2);
  const days = daysOfDate(year, twoDigits(bytes, at + 5), twoDigits(bytes, at + 8));
  const hours = twoDigits(bytes, at + 11);
  const minutes = twoDigits(bytes, at + 14);
  const seconds = twoDigits(bytes, at + 17);
  if (days === NONE || hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || seconds < 0 || seconds > 59)
    return false;
  let nanos = 0;
  const digits = end - 2 - (at + FRACTION_AT);
  if (digits >= 0) {
    if (bytes[at + FRACTION_AT] !== DOT || digits === 0 || digits > NANO_DIGITS) return false;
    for (let digitAt = at + FRACTION_AT + 1; digitAt < end - 1; digitAt++) {
      const digit = (bytes[digitAt] ?? 0) - ZERO;
      if (digit < 0 || digit > 9) return false;
      nanos = nanos * 10 + digit;
    }
    nanos *= POWERS_OF_TEN[NANO_DIGITS - digits] ?? 1;
  }
  return storeInstant(into, days * DAY_SECONDS + hours * 3600 + minutes * 60 + seconds, nanos);
}
