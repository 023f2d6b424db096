// Points in time of a log query: ISO 8601 to the nanosecond, or relative to now; to nanoseconds since 1970.

/** `2026-01-31`, `2026-01-31T08:09:10.123456789+01:00`; no offset means UTC. */
const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9})\d*)?)?(?:[Zz]|([+-])(\d{2}):?(\d{2}))?)?$/;
const RELATIVE = /^-(\d{1,9})([smhdw])$/;
/** Both forms in one, as JSON Schema shows it. */
export const LOG_TIME_PATTERN = new RegExp(`${ISO.source}|${RELATIVE.source}`);

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };
const NANOS_PER_MS = 1_000_000n;
/** 2262-01-01: what lies at or past it, logs cannot have. */
const END_MS = 9_214_646_400_000;
/** Epoch numbers are told apart by size, as in logs: seconds below this, then ms, µs, ns by further factors of 1000. */
const EPOCH_SECONDS_END = END_MS / 1000;

/**
 * Nanoseconds since 1970 of a time in a query; null where it is none or outside 1970–2261.
 * A relative time that reaches before 1970 is 1970.
 */
export function logTimeNanos(text: string, nowMs: number): bigint | null {
  const relative = RELATIVE.exec(text);
  if (relative !== null) {
    const seconds = Number(relative[1]) * (UNIT_SECONDS[relative[2] ?? ''] ?? 0);
    return BigInt(Math.max(0, nowMs - seconds * 1000)) * NANOS_PER_MS;
  }
  return isoNanos(text);
}

/** Nanoseconds since 1970 of a number of s, ms, µs or ns, told apart by its size; null outside 1970–2261. */
export function epochNanos(value: number): bigint | null {
  if (!(value >= 0)) return null;
  for (const [unitsPerSecond, nanosPerUnit] of [
    [1, 1e9],
    [1e3, 1e6],
    [1e6, 1e3],
    [1e9, 1],
  ] as const) {
    if (value < EPOCH_SECONDS_END * unitsPerSecond) {
      const whole = Math.floor(value);
      return BigInt(whole) * BigInt(nanosPerUnit) + BigInt(Math.round((value - whole) * nanosPerUnit));
    }
  }
  return null;
}

function isoNanos(text: string): bigint | null {
  const match = ISO.exec(text);
  if (match === null) return null;
  const part = (at: number) => Number(match[at] ?? 0);
  const [year, month, day, hours, minutes, seconds] = [part(1), part(2), part(3), part(4), part(5), part(6)];
  const dayMs = Date.UTC(year, month - 1, day);
  // Date.UTC carries over: 30 February would be 2 March.
  const date = new Date(dayMs);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  if (hours > 23 || minutes > 59 || seconds > 59 || part(9) > 23 || part(10) > 59) return null;
  const offsetMinutes = (part(9) * 60 + part(10)) * (match[8] === '-' ? -1 : 1);
  const ms = dayMs + ((hours * 60 + minutes - offsetMinutes) * 60 + seconds) * 1000;
  if (year < 1970 || ms < 0 || ms >= END_MS) return null;
  return BigInt(ms) * NANOS_PER_MS + BigInt((match[7] ?? '').padEnd(9, '0'));
}
