// Logs out of one large JSON array, or JSON values one after the other, without holding more than one: it finds where values
// end and leaves it to the intake to judge them, so numbers keep their digits.
import { StringDecoder } from 'node:string_decoder';
import { createJsonScanner } from './json-scanner.ts';
import type { LogReader, ReadLog } from './log-source.ts';

const WHITESPACE = /[\s\ufeff]/;

/** Reads the elements of arrays and the values beside them; a value over `charactersMax` is passed over and reported. */
export function createJsonReader(charactersMax: number, toLog: (json: string) => ReadLog['log']): LogReader {
  const decoder = new StringDecoder('utf8');
  const scanner = createJsonScanner();
  let place = 0;
  let inArray = false;
  // The value under way, as far as it came; none of its text where it is too large.
  let text = '';
  let characters = 0;

  const keep = (piece: string): void => {
    characters += piece.length;
    text = characters <= charactersMax ? text + piece : '';
  };
  const judge = (): ReadLog['log'] => {
    if (characters > charactersMax) {
      const problem = `The log has ${characters} characters; at most ${charactersMax} can be sent.`;
      return { code: 'PAYLOAD_TOO_LARGE', problem };
    }
    if (scanner.hasBrokenString())
      return { code: 'INVALID_JSON', problem: 'A line break stands in a string, where JSON wants \\n.' };
    // Outside strings a line break means nothing in JSON, but it would end the line that the log is sent as.
    return toLog(text.replace(/[\r\n]/g, ' '));
  };
  const finish = (logs: ReadLog[]): void => {
    if (characters > 0) {
      place += 1;
      logs.push({ place, log: judge() });
    }
    text = '';
    characters = 0;
    scanner.reset();
  };
  const read = (chunk: string): ReadLog[] => {
    const logs: ReadLog[] = [];
    let from = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const character = chunk.charAt(at);
      if (scanner.isOutside() && isBetween(character, inArray)) {
        keep(chunk.slice(from, at));
        if (character === ']') inArray = false;
      } else if (character === '[' && !inArray && characters + at === from) {
        inArray = true;
      } else if (scanner.step(character)) {
        keep(chunk.slice(from, at + 1));
      } else continue;
      finish(logs);
      from = at + 1;
    }
    keep(chunk.slice(from));
    return logs;
  };

  return {
    unit: 'log',
    push: (chunk) => read(decoder.write(chunk)),
    end() {
      const logs = read(decoder.end());
      finish(logs);
      const problem = 'The array has no end: the input was cut off.';
      if (inArray) logs.push({ place: place + 1, log: { code: 'INVALID_JSON', problem } });
      return logs;
    },
  };
}

function isBetween(character: string, inArray: boolean): boolean {
  return character === ',' || (character === ']' && inArray) || WHITESPACE.test(character);
}
