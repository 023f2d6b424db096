// Text without case, as regular expressions fold it in ClickHouse and with the flags `iu` in JavaScript: a character for a character.

const ASCII = /^[\x20-\x7e]*$/;
/** Characters with a case, as they are folded; Unicode has some 2 900 of them. */
const folded = new Map<string, string>();

/**
 * Two texts fold to the same where a regular expression of the one, without case, matches the whole of the other; but for three pairs
 * of rare letters (ΐ ΰ ﬅ) that Unicode 15.1 has made one.
 */
export function foldCase(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  let all = '';
  for (const character of text) all += foldCharacter(character);
  return all;
}

function foldCharacter(character: string): string {
  const [upper, lower] = [character.toUpperCase(), character.toLowerCase()];
  if (upper === character && lower === character) return character;
  const known = folded.get(character);
  if (known !== undefined) return known;
  // By way of the capital: σ and ς share theirs. Where that is another letter's too (ı and I), or several, it does not count.
  const chosen = [upper.toLowerCase(), lower].find((other) => isSame(character, other)) ?? character;
  folded.set(character, chosen);
  return chosen;
}

function isSame(one: string, other: string): boolean {
  return new RegExp(`^${one}$`, 'iu').test(other);
}
