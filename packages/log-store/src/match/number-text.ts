// Text as a number, as ClickHouse's toFloat64OrNull() reads it.

/**
 * Digits on at least one side of the point. No spaces, no hexadecimal, no digit groups. Digits can be parted in one way alone: else a
 * value of 256 KiB of them takes a minute.
 */
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/** The finite number that the text is; null where it is none ("inf" and "nan" are numbers to ClickHouse, and none of JSON's). */
export function finiteNumberOf(text: string): number | null {
  if (!NUMBER.test(text)) return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}
