// Which columns of a table a terminal has room for, and how wide each is.

export interface ColumnNeeds {
  /** Of its widest cell. */
  readonly natural: number;
  /** To which it may shrink; `natural` where its cells are of no use when cut. */
  readonly min: number;
  /** 0: always shown. Else, where there is no room, the highest goes first. */
  readonly rank: number;
}

/**
 * The width of each column, null for one that is left out. Columns go before others shrink below their least; what is shown always may be
 * wider than the room in the end: a terminal then breaks the line, and an id stays whole.
 */
export function fitWidths(columns: readonly ColumnNeeds[], gap: number, room: number): readonly (number | null)[] {
  const shown = new Set(columns);
  const spare = (widthOf: (column: ColumnNeeds) => number): number =>
    room + gap - [...shown].reduce((sum, column) => sum + widthOf(column) + gap, 0);
  while (spare(({ min }) => min) < 0) {
    const last = [...shown].filter(({ rank }) => rank > 0).sort((one, other) => other.rank - one.rank)[0];
    if (last === undefined) break;
    shown.delete(last);
  }
  const widths = new Map([...shown].map((column) => [column, Math.max(column.min, Math.min(column.natural, room))]));
  for (let over = -spare((column) => widths.get(column) ?? 0); over > 0; over -= 1) {
    const [widest] = [...widths]
      .filter(([column, width]) => width > column.min)
      .sort(([, one], [, other]) => other - one);
    if (widest === undefined) break;
    widths.set(widest[0], widest[1] - 1);
  }
  return columns.map((column) => widths.get(column) ?? null);
}
