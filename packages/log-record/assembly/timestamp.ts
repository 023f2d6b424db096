// Timestamps from their bytes: the twin of src/timestamp.ts, which says what is taken.
import { DOT, isDigit, MINUS, ZERO } from './bytes.ts';

const DAY_SECONDS: i64 = 86_400;
/** 2262-01-01: the first second that is refused (Int64 nanoseconds end in that year). */
const SECONDS_END: i64 = 9_214_646_400;
const NANOS: i64 = 1_000_000_000;
/** No offset brings an earlier year into range. */
const YEAR_MIN = 1969;
const LEAP_DAYS_BEFORE_1970 = 477;
const NANO_DIGITS: i32 = 9;
const COMMA: u8 = 0x2c;
const PLUS: u8 = 0x2b;
const COLON: u8 = 0x3a;
const SPACE: u8 = 0x20;
const LOWER_T: u8 = 0x74;
const LOWER_Z: u8 = 0x7a;
/** Where two digits are not: whatever is made of it is out of every range. */
const NONE = -1_000_000;
/** Fewer digits than this are a year or a date as text, no epoch number. */
const EPOCH_TEXT_LENGTH_MIN: i32 = 9;
const EPOCH_DIGITS_MAX: i32 = 19;
/** Behind what any caller asks for. */
const NO_OFFSET = 1_000_000;

/** The timestamp that was read last, in nanoseconds since 1970. */
export let instant: i64 = 0;

function twoDigits(at: i32, end: i32): i32 {
  if (at + 2 > end) return NONE;
  const high = load<u8>(at) - ZERO;
  const low = load<u8>(at + 1) - ZERO;
  return high <= 9 && low <= 9 ? (high as i32) * 10 + (low as i32) : NONE;
}

/** The byte at `at`, 0 from `end` on. */
function byteAt(at: i32, end: i32): u8 {
  return at < end ? load<u8>(at) : 0;
}

function daysOfMonth(month: i32, leap: bool): i32 {
  if (month === 2) return leap ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Days of a common year before the month. */
function daysBefore(month: i32): i32 {
  // From March on, months have 30.6 days: (153 m + 2) / 5 of the month counted from March.
  return month < 3 ? (month - 1) * 31 : (153 * (month - 3) + 2) / 5 + 59;
}

/** Days since 1970-01-01 of a date from 1969 on, or NONE where there is no such date (Gregorian, proleptic). */
function daysOfDate(year: i32, month: i32, day: i32): i32 {
  if (year < YEAR_MIN || month < 1 || month > 12 || day < 1) return NONE;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  if (day > daysOfMonth(month, leap)) return NONE;
  const before = year - 1;
  const leapDays = before / 4 - before / 100 + before / 400 - LEAP_DAYS_BEFORE_1970;
  return (year - 1970) * 365 + leapDays + daysBefore(month) + day - 1 + (leap && month > 2 ? 1 : 0);
}

function keep(seconds: i64, nanos: i64): bool {
  if (seconds < 0 || seconds >= SECONDS_END) return false;
  instant = seconds * NANOS + nanos;
  return true;
}

/** Reads a text from `at` to `end`: ISO 8601, or an epoch number. False for anything else. */
export function readInstant(at: i32, end: i32): bool {
  return readIso(at, end) || (end - at >= EPOCH_TEXT_LENGTH_MIN && readEpoch(at, end));
}

function readIso(at: i32, end: i32): bool {
  const year = twoDigits(at, end) * 100 + twoDigits(at + 2, end);
  const dashed = byteAt(at + 4, end) === MINUS;
  if (dashed && byteAt(at + 7, end) !== MINUS) return false;
  const days = daysOfDate(year, twoDigits(at + (dashed ? 5 : 4), end), twoDigits(at + (dashed ? 8 : 6), end));
  if (days === NONE) return false;
  at += dashed ? 10 : 8;
  if (at === end) return keep((days as i64) * DAY_SECONDS, 0);
  const separator = byteAt(at, end);
  return ((separator | 0x20) === LOWER_T || separator === SPACE) && readTime(at + 1, end, days);
}

/** Reads the rest from the hours on: HH:MM, HH:MM:SS, a fraction, an offset; the colons may be left out. */
function readTime(at: i32, end: i32, days: i32): bool {
  const hours = twoDigits(at, end);
  const colon: i32 = byteAt(at + 2, end) === COLON ? 1 : 0;
  const minutes = twoDigits(at + 2 + colon, end);
  at += 4 + colon;
  let seconds = 0;
  let nanos: i64 = 0;
  let byte = byteAt(at, end);
  if (colon === 1 ? byte === COLON : isDigit(byte)) {
    seconds = twoDigits(at + colon, end);
    at += 2 + colon;
    byte = byteAt(at, end);
    if (byte === DOT || byte === COMMA) {
      let digits: i32 = 0;
      at++;
      for (byte = byteAt(at, end); isDigit(byte); byte = byteAt(++at, end)) {
        if (digits < NANO_DIGITS) nanos = nanos * 10 + ((byte - ZERO) as i64);
        digits++;
      }
      if (digits === 0) return false;
      for (; digits < NANO_DIGITS; digits++) nanos *= 10;
    }
  }
  if (hours < 0 || minutes < 0 || minutes > 59 || seconds < 0 || seconds > 60) return false;
  // 24:00 is the end of the day and :60 a leap second: both count on into the next minute.
  if (hours > 23 && (hours > 24 || minutes > 0 || seconds > 0 || nanos > 0)) return false;
  const offset = offsetSeconds(byte === SPACE ? at + 1 : at, end);
  if (offset === NO_OFFSET) return false;
  return keep((days as i64) * DAY_SECONDS + ((hours * 3600 + minutes * 60 + seconds - offset) as i64), nanos);
}

/** The offset at `at` in seconds east of UTC (`Z`, nothing, ±HH, ±HHMM, ±HH:MM), or NO_OFFSET. */
function offsetSeconds(at: i32, end: i32): i32 {
  if (at === end) return 0;
  const sign = byteAt(at, end);
  if ((sign | 0x20) === LOWER_Z && at + 1 === end) return 0;
  if (sign !== PLUS && sign !== MINUS) return NO_OFFSET;
  const hours = twoDigits(at + 1, end);
  let minutesAt = at + 3;
  let minutes = 0;
  if (minutesAt < end) {
    if (byteAt(minutesAt, end) === COLON) minutesAt++;
    minutes = twoDigits(minutesAt, end);
    minutesAt += 2;
  }
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || minutesAt !== end) return NO_OFFSET;
  const seconds = hours * 3600 + minutes * 60;
  return sign === MINUS ? -seconds : seconds;
}

/** Reads digits of s, ms, µs or ns since 1970, told apart by their size, with a fraction or without. */
export function readEpoch(at: i32, end: i32): bool {
  const first = at;
  let whole: u64 = 0;
  for (; at < end && isDigit(load<u8>(at)); at++) {
    if (at - first === EPOCH_DIGITS_MAX) return false;
    whole = whole * 10 + ((load<u8>(at) - ZERO) as u64);
  }
  if (at === first) return false;
  // Nanoseconds per unit: from seconds down.
  let nanosPerUnit: u64 = NANOS as u64;
  while (whole >= (SECONDS_END as u64) * ((NANOS as u64) / nanosPerUnit)) {
    if (nanosPerUnit === 1) return false;
    nanosPerUnit /= 1000;
  }
  const unitsPerSecond = (NANOS as u64) / nanosPerUnit;
  let nanos = (whole % unitsPerSecond) * nanosPerUnit;
  if (at < end) {
    if (load<u8>(at) !== DOT || ++at === end) return false;
    for (; at < end; at++) {
      const byte = load<u8>(at);
      if (!isDigit(byte)) return false;
      nanosPerUnit /= 10;
      nanos += ((byte - ZERO) as u64) * nanosPerUnit;
    }
  }
  return keep((whole / unitsPerSecond) as i64, nanos as i64);
}
