// Levels read straight from a body.
import { createDictionary, findBytes, indexOfText, keyEndAt } from '../dictionary.ts';
import { SEVERITY_BY_WORD, severityOfLevelNumber } from '../level.ts';
import { exactNumberEnd } from './copy-value.ts';
import { type JsonBytes, plainEnd, QUOTE } from './json-bytes.ts';

const WORDS = createDictionary();
const SEVERITIES = new Uint8Array(SEVERITY_BY_WORD.size);
for (const [word, severity] of SEVERITY_BY_WORD) SEVERITIES[indexOfText(WORDS, word)] = severity;

/** The word read last: most logs have the same level as the one before. */
let last = 0;

/** The severity of the level at `at`, with one past it in `text.at`; 0 where it is no level that is known as it stands. */
export function readSeverity(text: JsonBytes, at: number): number {
  const { bytes } = text;
  if (bytes[at] === QUOTE) {
    const guessed = keyEndAt(WORDS, last, bytes, at + 1);
    if (guessed >= 0 && bytes[guessed] === QUOTE) {
      text.at = guessed + 1;
      return SEVERITIES[last] ?? 0;
    }
    const end = plainEnd(bytes, at + 1);
    const found = end < 0 ? -1 : findBytes(WORDS, bytes, at + 1, end);
    if (found < 0) return 0;
    last = found;
    text.at = end + 1;
    return SEVERITIES[found] ?? 0;
  }
  const end = exactNumberEnd(bytes, at);
  // Levels have two digits at most.
  if (end < 0 || end > at + 2) return 0;
  text.at = end;
  return severityOfLevelNumber(Number(String.fromCharCode(...bytes.subarray(at, end))));
}
