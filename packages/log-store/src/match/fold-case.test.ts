import { describe, expect, it } from 'vitest';
import { foldCase } from './fold-case.ts';

/** Letters of which regular expressions fold each into the others of its group. */
const GROUPS = [
  'aA',
  'kK\u212a',
  'sSſ',
  'σςΣ',
  'µμΜ',
  'ßẞ',
  'åÅ\u212b',
  'ǆǅǄ',
  'жЖ',
  'θϑΘϴ',
  'ᏸᏰ',
  '𐐨𐐀',
  'ı',
  'İ',
  'ŉ',
  '語',
  '7',
];

describe('case', () => {
  it('is folded as by regular expressions', () => {
    const letters = GROUPS.flatMap((group) => [...group]);
    for (const one of letters)
      for (const other of letters)
        expect(foldCase(one) === foldCase(other), `${one} ${other}`).toBe(new RegExp(`^${one}$`, 'iu').test(other));
  });

  it('keeps the length of a text, with letters whose other case is longer too', () => {
    for (const text of ['STRASSE straße', 'İstanbul', 'ﬁn', '𐐀b', 'ΐ'])
      expect(foldCase(text)).toHaveLength(text.length);
  });
});
