// Results as columns for a terminal.
import type { Result } from './results.ts';

/** Rows of texts with each column as wide as its widest; all but the first column to the right. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((text, column) => (column === 0 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0)))
        .join('  '),
    )
    .join('\n');
}

export function resultTable(results: readonly Result[]): string {
  return columns([
    ['', 'min', 'median', 'unit'],
    ...results.map(({ name, unit, min, median }) => [name, figure(min), figure(median), unit]),
  ]);
}

/** Three digits that count, and no exponent. */
export function figure(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value.toFixed(value >= 10 ? 1 : 2);
}
