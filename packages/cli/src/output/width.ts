// Text measured, cut and filled up as a terminal shows it: a wide character takes two columns, a mark none.
import stringWidth from 'string-width';

const ASCII = /^[ -~]*$/;
/** Of text that must be cut, so many characters for each column are looked at: what is shown of a log of 256 KiB costs little. */
const CHARACTERS_LOOKED_AT = 8;
const graphemes = new Intl.Segmenter();

/** Columns that the text takes. It must be free of control characters. */
export function widthOf(text: string): number {
  return ASCII.test(text) ? text.length : stringWidth(text);
}

/** The text, or as much of it as fits with an ellipsis into so many columns. */
export function cut(text: string, columns: number): string {
  if (columns === Number.POSITIVE_INFINITY) return text;
  const head = text.slice(0, columns * CHARACTERS_LOOKED_AT);
  if (head.length === text.length && widthOf(text) <= columns) return text;
  let shown = '';
  let width = 0;
  for (const { segment } of graphemes.segment(head)) {
    width += widthOf(segment);
    if (width > columns - 1) break;
    shown += segment;
  }
  return `${shown}…`;
}

/** Spaces that fill the text up to so many columns. */
export function filling(text: string, columns: number): string {
  return ' '.repeat(Math.max(0, columns - widthOf(text)));
}
