// Small tables without borders, for people: fitted to the terminal, whole where stdout is none.
import { fitWidths } from './fit.ts';
import type { Output, Style } from './output.ts';
import { printable } from './printable.ts';
import { cut, filling, widthOf } from './width.ts';

const GAP = '  ';
/** What a column that may be cut keeps at least. */
const SHRUNK_COLUMNS = 10;

/** How a column takes part in a narrow terminal. A title alone is a column that is always shown whole. */
export interface Column {
  readonly title: string;
  /** Its cells may be cut. */
  readonly shrinks?: boolean;
  /** It is left out where there is no room, the highest number first. */
  readonly rank?: number;
  /** Numbers, their last digits below each other. */
  readonly right?: boolean;
}

/** null and undefined are shown as a dash. */
export type Cell = string | number | null | undefined | StyledCell;
export interface StyledCell {
  readonly text: string;
  readonly style: Style | undefined;
}

/** Prints a head and rows in columns. */
export async function printTable(
  output: Output,
  head: readonly (string | Column)[],
  rows: readonly (readonly Cell[])[],
): Promise<void> {
  const columns = head.map((column): Column => (typeof column === 'string' ? { title: column } : column));
  const cells = rows.map((row) => row.map(cellOf));
  const needs = columns.map(({ title, shrinks, rank = 0 }, at) => {
    const natural = cells.reduce((most, row) => Math.max(most, widthOf(row[at]?.text ?? '')), widthOf(title));
    return { natural, min: shrinks ? Math.min(natural, Math.max(SHRUNK_COLUMNS, widthOf(title))) : natural, rank };
  });
  const widths = fitWidths(needs, GAP.length, output.columns);
  const lineOf = (row: readonly StyledCell[]): string =>
    row
      .flatMap((cell, at) => placed(output, cell, widths[at] ?? null, columns[at]?.right === true))
      .join(GAP)
      .trimEnd();
  await output.print(lineOf(columns.map(({ title }) => ({ text: title, style: 'dim' }))));
  for (const row of cells) await output.print(lineOf(row));
}

/** The text of a cell as it is shown: harmless on a terminal. */
export function cellOf(cell: Cell): StyledCell {
  const { text, style } = typeof cell === 'object' && cell !== null ? cell : { text: cell, style: undefined };
  return { text: printable(String(text ?? '–')), style };
}

/** Nothing for a column that is left out. */
function placed(output: Output, { text, style }: StyledCell, width: number | null, right: boolean): string[] {
  if (width === null) return [];
  const shown = cut(text, width);
  const styled = style === undefined ? shown : output.style(style, shown);
  return [right ? filling(shown, width) + styled : styled + filling(shown, width)];
}
