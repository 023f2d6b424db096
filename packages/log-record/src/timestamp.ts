// Timestamps: ISO 8601 and epoch numbers to whole seconds and nanoseconds, without Date and without losing a digit.

/** The result of the last successful parse; one object, reused, as every log has one. */
export interface Instant {
  seconds: number;
  nanos: number;
}

const NANOS = 1_000_000_000;
const NANOS_EXACT = 1_000_000_000n;
export const DAY_SECONDS = 86_400;
/** 2262-01-01: the first second that is refused (Int64 nanoseconds end in that year). */
const SECONDS_END = 9_214_646_400;
/** No offset brings an earlier year into range. */
const YEAR_MIN = 1969;
const LEAP_DAYS_BEFORE_1970 = 477;
const DAYS_BEFORE_MONTH = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
const DAYS_OF_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const ZERO = 48;
const NINE = 57;
const DOT = 46;
const COMMA = 44;
const MINUS = 45;
const PLUS = 43;
const COLON = 58;
const SPACE = 32;
const UPPER_T = 84;
const LOWER_T = 116;
const UPPER_Z = 90;
const LOWER_Z = 122;
const NANO_DIGITS = 9;
const POWERS_OF_TEN = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];

/** Where two digits are not: whatever is made of it is out of every range. */
const NONE = -1_000_000;

/** The number of two digits at `at`, or NONE. */
function twoDigits(text: string, at: number): number {
  if (at + 2 > text.length) return NONE;
  const high = text.charCodeAt(at) - ZERO;
  const low = text.charCodeAt(at + 1) - ZERO;
  return high >= 0 && high <= 9 && low >= 0 && low <= 9 ? high * 10 + low : NONE;
}

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** Days since 1970-01-01 of a date from 1969 on, or NONE where there is no such date (Gregorian, proleptic). */
function daysOfDate(year: number, month: number, day: number): number {
  if (year < YEAR_MIN || month < 1 || month > 12 || day < 1) return NONE;
  const leap = isLeapYear(year);
  if (day > (leap && month === 2 ? 29 : (DAYS_OF_MONTH[month - 1] ?? 0))) return NONE;
  const before = year - 1;
  // In whole numbers all the way: doubles would cost twice the time.
  const leapDays = ((before / 4) | 0) - ((before / 100) | 0) + ((before / 400) | 0) - LEAP_DAYS_BEFORE_1970;
  const inYear = (DAYS_BEFORE_MONTH[month - 1] ?? 0) + day - 1 + (leap && month > 2 ? 1 : 0);
  return (year - 1970) * 365 + leapDays + inYear;
}

function storeInstant(into: Instant, seconds: number, nanos: number): boolean {
  if (!(seconds >= 0 && seconds < SECONDS_END)) return false;
  into.seconds = seconds;
  into.nanos = nanos;
  return true;
}

/** The character at `at`, 0 behind the end (where charCodeAt would give NaN and make a double of the result). */
function unitAt(text: string, at: number): number {
  return at < text.length ? text.charCodeAt(at) : 0;
}

/** The offset at `at` in seconds east of UTC (`Z`, nothing, ±HH, ±HHMM, ±HH:MM), or NONE. */
function offsetSeconds(text: string, at: number): number {
  if (at === text.length) return 0;
  const sign = unitAt(text, at);
  if ((sign === UPPER_Z || sign === LOWER_Z) && at + 1 === text.length) return 0;
  if (sign !== PLUS && sign !== MINUS) return NONE;
  const hours = twoDigits(text, at + 1);
  let minutesAt = at + 3;
  let minutes = 0;
  if (minutesAt < text.length) {
    if (unitAt(text, minutesAt) === COLON) minutesAt++;
    minutes = twoDigits(text, minutesAt);
    minutesAt += 2;
  }
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || minutesAt !== text.length) return NONE;
  const seconds = hours * 3600 + minutes * 60;
  return sign === MINUS ? -seconds : seconds;
}

/**
 * Parses ISO 8601: `2026-01-31`, `2026-01-31T08:09:10.123456789+01:00` and the basic form without separators; `T` may be
 * a space, the fraction any length (cut to nanoseconds), no offset means UTC. False, `into` untouched, for anything else.
 */
function parseIsoTimestamp(text: string, into: Instant): boolean {
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const dashed = unitAt(text, 4) === MINUS;
  if (dashed && unitAt(text, 7) !== MINUS) return false;
  const days = daysOfDate(year, twoDigits(text, dashed ? 5 : 4), twoDigits(text, dashed ? 8 : 6));
  if (days === NONE) return false;
  const at = dashed ? 10 : 8;
  if (at === text.length) return storeInstant(into, days * DAY_SECONDS, 0);
  const separator = unitAt(text, at);
  if (separator !== UPPER_T && separator !== LOWER_T && separator !== SPACE) return false;
  return parseTime(text, at + 1, days, into);
}

/** Parses the rest from the hours on: HH:MM, HH:MM:SS, a fraction, an offset; the colons may be left out. */
function parseTime(text: string, at: number, days: number, into: Instant): boolean {
  const hours = twoDigits(text, at);
  const colon = unitAt(text, at + 2) === COLON ? 1 : 0;
  const minutes = twoDigits(text, at + 2 + colon);
  at += 4 + colon;
  let seconds = 0;
  let nanos = 0;
  let unit = unitAt(text, at);
  if (colon === 1 ? unit === COLON : unit >= ZERO && unit <= NINE) {
    seconds = twoDigits(text, at + colon);
    at += 2 + colon;
    unit = unitAt(text, at);
    if (unit === DOT || unit === COMMA) {
      const first = ++at;
      for (unit = unitAt(text, at); unit >= ZERO && unit <= NINE; unit = unitAt(text, ++at)) {
        if (at - first < NANO_DIGITS) nanos = nanos * 10 + (unit - ZERO);
      }
      if (at === first) return false;
      nanos *= POWERS_OF_TEN[NANO_DIGITS - Math.min(at - first, NANO_DIGITS)] ?? 1;
    }
  }
  if (hours < 0 || minutes < 0 || minutes > 59 || seconds < 0 || seconds > 60) return false;
  // 24:00 is the end of the day and :60 a leap second: both count on into the next minute.
  if (hours > 23 && (hours > 24 || minutes + seconds + nanos > 0)) return false;
  const offset = offsetSeconds(text, unit === SPACE ? at + 1 : at);
  if (offset === NONE) return false;
  return storeInstant(into, days * DAY_SECONDS + hours * 3600 + minutes * 60 + seconds - offset, nanos);
}

/** Units of epoch numbers by their size: seconds of 1970–2261, else milliseconds, microseconds, nanoseconds of them. */
const UNITS_PER_SECOND = [1, 1_000, 1_000_000, 1_000_000_000];

function unitsPerSecond(whole: number | bigint): number {
  for (const units of UNITS_PER_SECOND) if (whole < SECONDS_END * units) return units;
  return 0;
}

/** Parses a number of s, ms, µs or ns since 1970, told apart by its size. False, `into` untouched, outside 1970–2261. */
function parseEpochNumber(value: number, into: Instant): boolean {
  if (!(value >= 0)) return false;
  // Through the shortest decimal text: 1700000000.123456 has six digits and not the ones of the nearest double.
  if (!Number.isInteger(value)) return parseEpochText(value < 1e-6 ? '0' : String(value), into);
  const units = unitsPerSecond(value);
  if (units === 0) return false;
  if (units === NANOS) {
    // The only unit whose products of whole seconds a double does not hold.
    const exact = BigInt(value);
    return storeInstant(into, Number(exact / NANOS_EXACT), Number(exact % NANOS_EXACT));
  }
  let seconds = Math.floor(value / units);
  // The quotient is rounded, and may be the next second for the last microseconds of one.
  if (seconds * units > value) seconds--;
  return storeInstant(into, seconds, (value - seconds * units) * (NANOS / units));
}

const EPOCH_TEXT = /^([0-9]{1,19})(?:\.([0-9]+))?$/;

/** Parses the same as text, as OpenTelemetry writes nanoseconds, exact to the last digit. */
function parseEpochText(text: string, into: Instant): boolean {
  const match = EPOCH_TEXT.exec(text);
  if (match === null) return false;
  const whole = match[1] ?? '';
  const units = unitsPerSecond(BigInt(whole));
  if (units === 0) return false;
  const unitDigits = String(units).length - 1;
  const padded = whole.padStart(unitDigits + 1, '0');
  const split = padded.length - unitDigits;
  const fraction = (padded.slice(split) + (match[2] ?? '')).padEnd(9, '0').slice(0, 9);
  return storeInstant(into, Number(padded.slice(0, split)), Number(fraction));
}

/** Fewer digits than this are a year or a date as text, no epoch number (as seconds they would be before 1973). */
const EPOCH_TEXT_LENGTH_MIN = 9;

/** Parses what a log has as its timestamp. */
export function parseTimestamp(value: unknown, into: Instant): boolean {
  if (typeof value === 'number') return parseEpochNumber(value, into);
  if (typeof value !== 'string') return false;
  return parseIsoTimestamp(value, into) || (value.length >= EPOCH_TEXT_LENGTH_MIN && parseEpochText(value, into));
}
