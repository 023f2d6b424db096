// Timestamps: ISO 8601 and epoch numbers to whole seconds and nanoseconds, without Date and without losing a digit.

/** The result of the last successful parse; one object, reused, as every log has one. */
export interface Instant {
  seconds: number;
  nanos: number;
}

const NANOS = 1_000_000_000;
const NANOS_EXACT = 1_000_000_000n;
const DAY_SECONDS = 86_400;
/** 2262-01-01: the first second that is refused (Int64 nanoseconds end in that year). */
const SECONDS_END = 9_214_646_400;
const DAYS_BEFORE_MONTH = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
const DAYS_OF_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const ZERO = 48;
const NINE = 57;
const DOT = 46;
const COMMA = 44;
const MINUS = 45;
const PLUS = 43;
const COLON = 58;

/** The number of two digits at `at`, or NaN. */
function twoDigits(text: string, at: number): number {
  const high = text.charCodeAt(at) - ZERO;
  const low = text.charCodeAt(at + 1) - ZERO;
  return high >= 0 && high <= 9 && low >= 0 && low <= 9 ? high * 10 + low : Number.NaN;
}

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** Days since 1970-01-01 of a date from 1969 on, or NaN where there is no such date (Gregorian, proleptic). */
function daysOfDate(year: number, month: number, day: number): number {
  const monthDays = DAYS_OF_MONTH[month - 1];
  if (monthDays === undefined || !(day >= 1)) return Number.NaN;
  const leap = isLeapYear(year);
  if (day > (leap && month === 2 ? 29 : monthDays)) return Number.NaN;
  const before = year - 1;
  const leapDays = Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400) - 477;
  const inYear = (DAYS_BEFORE_MONTH[month - 1] ?? 0) + day - 1 + (leap && month > 2 ? 1 : 0);
  return (year - 1970) * 365 + leapDays + inYear;
}

function store(into: Instant, seconds: number, nanos: number): boolean {
  if (!(seconds >= 0 && seconds < SECONDS_END)) return false;
  into.seconds = seconds;
  into.nanos = nanos;
  return true;
}

/** The offset at `at` in seconds east of UTC (`Z`, nothing, ±HH, ±HHMM, ±HH:MM), or NaN. */
function offsetSeconds(text: string, at: number): number {
  const sign = text.charCodeAt(at);
  if (at === text.length) return 0;
  if ((sign === 90 || sign === 122) && at + 1 === text.length) return 0;
  if (sign !== PLUS && sign !== MINUS) return Number.NaN;
  const hours = twoDigits(text, at + 1);
  let minutesAt = at + 3;
  let minutes = 0;
  if (minutesAt < text.length) {
    if (text.charCodeAt(minutesAt) === COLON) minutesAt++;
    minutes = twoDigits(text, minutesAt);
    minutesAt += 2;
  }
  if (!(hours <= 23 && minutes <= 59) || minutesAt !== text.length) return Number.NaN;
  const seconds = hours * 3600 + minutes * 60;
  return sign === MINUS ? -seconds : seconds;
}

/**
 * Parses ISO 8601: `2026-01-31`, `2026-01-31T08:09:10.123456789+01:00` and the basic form without separators; `T` may be
 * a space, the fraction any length (cut to nanoseconds), no offset means UTC. False, `into` untouched, for anything else.
 */
export function parseIsoTimestamp(text: string, into: Instant): boolean {
  const length = text.length;
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const dashed = text.charCodeAt(4) === MINUS;
  const month = twoDigits(text, dashed ? 5 : 4);
  if (dashed && text.charCodeAt(7) !== MINUS) return false;
  const days = daysOfDate(year, month, twoDigits(text, dashed ? 8 : 6));
  // A year before 1969 cannot come into range by any offset, and leapDays is right from there on.
  if (!(year >= 1969 && !Number.isNaN(days))) return false;
  let at = dashed ? 10 : 8;
  if (at === length) return store(into, days * DAY_SECONDS, 0);
  const separator = text.charCodeAt(at++);
  if (separator !== 84 && separator !== 116 && separator !== 32) return false;
  const hours = twoDigits(text, at);
  at += 2;
  const timeColons = text.charCodeAt(at) === COLON;
  if (timeColons) at++;
  const minutes = twoDigits(text, at);
  at += 2;
  let seconds = 0;
  let nanos = 0;
  let unit = text.charCodeAt(at);
  if (timeColons ? unit === COLON : unit >= ZERO && unit <= NINE) {
    if (timeColons) at++;
    seconds = twoDigits(text, at);
    at += 2;
    unit = text.charCodeAt(at);
    if (unit === DOT || unit === COMMA) {
      let scale = NANOS;
      const first = ++at;
      for (unit = text.charCodeAt(at); unit >= ZERO && unit <= NINE; unit = text.charCodeAt(++at)) {
        scale /= 10;
        if (scale >= 1) nanos += (unit - ZERO) * scale;
      }
      if (at === first) return false;
    }
  }
  // 24:00 is the end of the day and :60 a leap second: both count on into the next minute.
  if (!(hours <= 23 || (hours === 24 && minutes === 0 && seconds === 0 && nanos === 0))) return false;
  if (!(minutes <= 59 && seconds <= 60)) return false;
  const offset = text.charCodeAt(at) === 32 && at < length ? offsetSeconds(text, at + 1) : offsetSeconds(text, at);
  return store(into, days * DAY_SECONDS + hours * 3600 + minutes * 60 + seconds - offset, nanos);
}

/** Units of epoch numbers by their size: seconds of 1970–2261, else milliseconds, microseconds, nanoseconds of them. */
const UNITS_PER_SECOND = [1, 1_000, 1_000_000, 1_000_000_000];

function unitsPerSecond(whole: number | bigint): number {
  for (const units of UNITS_PER_SECOND) if (whole < SECONDS_END * units) return units;
  return 0;
}

/** Parses a number of s, ms, µs or ns since 1970, told apart by its size. False, `into` untouched, outside 1970–2261. */
export function parseEpochNumber(value: number, into: Instant): boolean {
  if (!(value >= 0)) return false;
  // Through the shortest decimal text: 1700000000.123456 has six digits and not the ones of the nearest double.
  if (!Number.isInteger(value)) return parseEpochText(value < 1e-6 ? '0' : String(value), into);
  const units = unitsPerSecond(value);
  if (units === 0) return false;
  if (units === NANOS) {
    // The only unit whose products of whole seconds a double does not hold.
    const exact = BigInt(value);
    return store(into, Number(exact / NANOS_EXACT), Number(exact % NANOS_EXACT));
  }
  let seconds = Math.floor(value / units);
  // The quotient is rounded, and may be the next second for the last microseconds of one.
  if (seconds * units > value) seconds--;
  return store(into, seconds, (value - seconds * units) * (NANOS / units));
}

const EPOCH_TEXT = /^([0-9]{1,19})(?:\.([0-9]+))?$/;

/** Parses the same as text, as OpenTelemetry writes nanoseconds, exact to the last digit. */
export function parseEpochText(text: string, into: Instant): boolean {
  const match = EPOCH_TEXT.exec(text);
  if (match === null) return false;
  const whole = match[1] ?? '';
  const units = unitsPerSecond(BigInt(whole));
  if (units === 0) return false;
  const unitDigits = String(units).length - 1;
  const padded = whole.padStart(unitDigits + 1, '0');
  const split = padded.length - unitDigits;
  const fraction = (padded.slice(split) + (match[2] ?? '')).padEnd(9, '0').slice(0, 9);
  return store(into, Number(padded.slice(0, split)), Number(fraction));
}

/** Fewer digits than this are a year or a date as text, no epoch number (as seconds they would be before 1973). */
const EPOCH_TEXT_LENGTH_MIN = 9;

/** Parses what a log has as its timestamp. */
export function parseTimestamp(value: unknown, into: Instant): boolean {
  if (typeof value === 'number') return parseEpochNumber(value, into);
  if (typeof value !== 'string') return false;
  return parseIsoTimestamp(value, into) || (value.length >= EPOCH_TEXT_LENGTH_MIN && parseEpochText(value, into));
}
