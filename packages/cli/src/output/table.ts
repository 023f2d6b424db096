// Small tables without borders, for people.
import Table from 'cli-table3';
import type { Output } from './output.ts';
import { printable } from './printable.ts';

const NO_BORDERS = Object.fromEntries(
  [
    'top',
    'top-mid',
    'top-left',
    'top-right',
    'bottom',
    'bottom-mid',
    'bottom-left',
    'bottom-right',
    'left',
    'left-mid',
    'mid',
    'mid-mid',
    'right',
    'right-mid',
  ].map((place) => [place, '']),
);

/** Prints a head and rows in columns; null and undefined are shown as a dash. */
export async function printTable(
  output: Output,
  head: readonly string[],
  rows: readonly (readonly (string | number | null | undefined)[])[],
): Promise<void> {
  const table = new Table({
    head: head.map((title) => output.style('dim', title)),
    chars: { ...NO_BORDERS, middle: '  ' },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
  });
  table.push(...rows.map((row) => row.map((cell) => printable(String(cell ?? '–')))));
  for (const line of table.toString().split('\n')) await output.print(line.trimEnd());
}
