// Logs out of one large JSON array, or JSON values one after the other, without holding more than one: it finds where values
// end and leaves it to the intake to judge them, so numbers keep their digits.
import { StringDecoder } from 'node:string_decoder';
import type { LogReader, ReadLog } from './log-source.ts';

const WHITESPACE = /[\s\ufeff]/;

/** Reads the elements of arrays and the values beside them; a value over `charactersMax` is passed over and reported. */
export function createJsonReader(charactersMax: number, toLog: (json: string) => ReadLog['log']): LogReader {
  const decoder = new StringDecoder('utf8');
  let place = 0;
  let inArray = false;
  // Of the value under way; '' and depth 0 = none.
  let text = '';
  let characters = 0;
  let depth = 0;
  let inString = false;
  let escaping = false;
  let brokenString = false;

  const finish = (logs: ReadLog[]): void => {
    if (characters === 0) return;
    place += 1;
    if (characters > charactersMax)
      logs.push({
        place,
        log: {
          code: 'PAYLOAD_TOO_LARGE',
          problem: `The log has ${characters} characters; at most ${charactersMax} can be sent.`,
        },
      });
    else if (brokenString)
      logs.push({
        place,
        log: { code: 'INVALID_JSON', problem: 'A line break stands in a string, where JSON wants \\n.' },
      });
    // Outside strings a line break means nothing in JSON, but it would end the line that the log is sent as.
    else logs.push({ place, log: toLog(text.replace(/[\r\n]/g, ' ')) });
    text = '';
    characters = 0;
    depth = 0;
    inString = false;
    brokenString = false;
  };
  const keep = (piece: string): void => {
    characters += piece.length;
    text = characters <= charactersMax ? text + piece : '';
  };
  /** Whether the value ends with this character. */
  const step = (character: string): boolean => {
    if (inString) {
      if (character === '\n') brokenString = true;
      if (escaping) escaping = false;
      else if (character === '\\') escaping = true;
      else if (character === '"') inString = false;
      return !inString && depth === 0;
    }
    if (character === '"') inString = true;
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') {
      depth -= 1;
      return depth <= 0;
    }
    return false;
  };
  const read = (chunk: string): readonly ReadLog[] => {
    const logs: ReadLog[] = [];
    let from = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const character = chunk.charAt(at);
      const started = characters + at - from > 0;
      if (depth === 0 && !inString && isBetween(character)) {
        keep(chunk.slice(from, at));
        finish(logs);
        if (character === ']') inArray = false;
        from = at + 1;
      } else if (character === '[' && !inArray && !started) {
        inArray = true;
        from = at + 1;
      } else if (step(character)) {
        keep(chunk.slice(from, at + 1));
        finish(logs);
        from = at + 1;
      }
    }
    keep(chunk.slice(from));
    return logs;
  };
  const isBetween = (character: string): boolean =>
    character === ',' || (character === ']' && inArray) || WHITESPACE.test(character);

  return {
    unit: 'log',
    push: (chunk) => read(decoder.write(chunk)),
    end() {
      const logs = [...read(decoder.end())];
      finish(logs);
      if (inArray)
        logs.push({
          place: place + 1,
          log: { code: 'INVALID_JSON', problem: 'The array has no end: the input was cut off.' },
        });
      return logs;
    },
  };
}
