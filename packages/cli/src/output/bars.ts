// Bars and sparklines out of block characters.

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
const HEIGHTS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/** A bar of at most `characters`, to an eighth of a character; whatever is not 0 shows. */
export function barOf(value: number, most: number, characters: number): string {
  if (value <= 0 || most <= 0) return '';
  const eighths = Math.max(1, Math.round((Math.min(value, most) / most) * characters * 8));
  return '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '');
}

/** One character a value; more values than `characters` are summed up in neighbours. 0 is a space. */
export function sparklineOf(values: readonly number[], characters: number): string {
  const width = Math.max(1, Math.ceil(values.length / characters));
  const sums: number[] = [];
  for (let from = 0; from < values.length; from += width)
    sums.push(values.slice(from, from + width).reduce((sum, value) => sum + value, 0));
  const most = Math.max(0, ...sums);
  return sums.map((sum) => (sum <= 0 ? ' ' : HEIGHTS[Math.ceil((sum / most) * 8) - 1])).join('');
}
