// The output of a part, line by line, so that the lines of several parts never mix.
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { LINE_CHARACTERS_MAX } from './limits.ts';

/** Calls `onLine` for every line, without its end; a line past the limit is cut, what follows of it is dropped. */
export function onLines(stream: Readable | null, onLine: (line: string) => void): void {
  const decoder = new StringDecoder('utf8');
  let open = '';
  const take = (text: string) => {
    const pieces = text.split('\n');
    const last = pieces.pop() ?? '';
    for (const piece of pieces) {
      onLine((open + piece).slice(0, LINE_CHARACTERS_MAX));
      open = '';
    }
    if (open.length < LINE_CHARACTERS_MAX) open += last;
  };
  stream?.on('data', (chunk: Buffer) => take(decoder.write(chunk)));
  stream?.on('end', () => {
    if (open !== '') onLine(open.slice(0, LINE_CHARACTERS_MAX));
  });
}
