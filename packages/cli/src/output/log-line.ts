// A log as one line: time, level, service, message, and what else of it is asked for.
import { z } from 'zod';
import type { Output, Style } from './output.ts';
import { printable } from './printable.ts';
import { cut, filling } from './width.ts';

/** Widest service shown whole. */
const SERVICE_COLUMNS = 20;
const LEVEL_COLUMNS = 5;
const MESSAGE_COLUMNS_MIN = 20;
const GAP = '  ';

/** What lines show of a row; the rest goes through to --json untouched. */
export const logRowSchema = z.looseObject({
  timestamp: z.string(),
  level: z.string(),
  service: z.string().nullish(),
  message: z.string(),
});
export type LogRow = z.infer<typeof logRowSchema>;

const LEVEL_STYLES: Readonly<Record<string, Style>> = {
  trace: 'dim',
  debug: 'dim',
  warn: 'yellow',
  error: 'red',
  fatal: ['red', 'bold'],
};

/** The colour of a level; undefined: the terminal's own. */
export function levelStyle(level: string): Style | undefined {
  return LEVEL_STYLES[level];
}

/**
 * Prints a row in one line that a terminal does not break: the message is cut at its edge. `fields` (as `host`, `attributes.status`) are
 * shown before the message, where the row has them.
 */
export async function printLogLine(output: Output, row: LogRow, fields: readonly string[] = []): Promise<void> {
  const time = `${row.timestamp.slice(0, 23).replace('T', ' ')}Z`;
  const level = row.level.toUpperCase();
  const service = cut(printable(row.service ?? '–'), SERVICE_COLUMNS);
  const shown = fields.flatMap((field) => {
    const value = fieldOf(row, field);
    return value === undefined || value === null
      ? []
      : [`${field}=${printable(typeof value === 'object' ? JSON.stringify(value) : String(value))}`];
  });
  const beside = [time.length, LEVEL_COLUMNS, SERVICE_COLUMNS].reduce((sum, width) => sum + width + GAP.length, 0);
  const rest = cut(
    [...shown, printable(row.message)].join(GAP),
    Math.max(MESSAGE_COLUMNS_MIN, output.columns - beside),
  );
  const style = levelStyle(row.level);
  await output.print(
    [
      output.style('dim', time),
      (style === undefined ? level : output.style(style, level)) + filling(level, LEVEL_COLUMNS),
      output.style('cyan', service) + filling(service, SERVICE_COLUMNS),
      rest,
    ].join(GAP),
  );
}

/** A column, or with `attributes.` before it an attribute. */
function fieldOf(row: LogRow, field: string): unknown {
  if (!field.startsWith('attributes.')) return Object.hasOwn(row, field) ? row[field] : undefined;
  const { attributes } = row;
  const key = field.slice('attributes.'.length);
  // Keys of attributes are others' choice: `__proto__` is one like any.
  return typeof attributes === 'object' && attributes !== null && Object.hasOwn(attributes, key)
    ? Reflect.get(attributes, key)
    : undefined;
}
