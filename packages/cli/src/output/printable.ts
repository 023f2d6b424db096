// Text of others made safe for a terminal: what would move the cursor, colour, hide or reorder text is shown escaped.

/** C0 and C1 controls, DEL, line and paragraph separators, bidirectional marks, embeddings, overrides and isolates. */
const UNPRINTABLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is for
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** One line that shows what the text holds and does nothing else. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => SHORT[character] ?? escaped(character));
}

/** JSON stays JSON, and is as harmless: JSON.stringify leaves C1, DEL and bidirectional characters as they are. */
export function printableJson(json: string): string {
  return json.replace(UNPRINTABLE, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
