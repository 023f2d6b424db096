// One thing for people: a title and its value a line.
import type { Output } from './output.ts';
import { type Cell, cellOf } from './table.ts';
import { filling, widthOf } from './width.ts';

/** Prints titles and values below each other; a line whose value is undefined is left out, null is shown as a dash. */
export async function printDetails(output: Output, details: readonly (readonly [string, Cell])[]): Promise<void> {
  const shown = details.filter(([, value]) => value !== undefined);
  const width = Math.max(0, ...shown.map(([title]) => widthOf(title)));
  for (const [title, value] of shown) {
    const { text, style } = cellOf(value);
    const name = cellOf(title).text;
    await output.print(
      `${output.style('dim', name)}${filling(name, width)}  ${style === undefined ? text : output.style(style, text)}`,
    );
  }
}
