// Lines out of a stream of bytes, each of bounded length; and the two formats made of lines: NDJSON and plain text.
import type { LogReader, ReadLog } from './log-source.ts';

const NEWLINE = 0x0a;

/** Splits at LF or CR LF and leaves out empty lines; a line over `bytesMax` is passed over and reported. */
export function createLineReader(bytesMax: number, toLog: (line: string) => ReadLog['log']): LogReader {
  let place = 0;
  let pieces: Buffer[] = [];
  let bytes = 0;

  const keep = (piece: Buffer): void => {
    bytes += piece.length;
    // Of a line that is too long only the length matters.
    if (bytes <= bytesMax) pieces.push(piece);
    else pieces = [];
  };
  const finish = (logs: ReadLog[]): void => {
    place += 1;
    if (bytes > bytesMax) {
      const problem = `The line has ${bytes} bytes; at most ${bytesMax} can be sent as one log.`;
      logs.push({ place, log: { code: 'PAYLOAD_TOO_LARGE', problem } });
    } else if (bytes > 0) {
      const line = (pieces.length === 1 ? pieces[0] : Buffer.concat(pieces))?.toString('utf8').replace(/\r$/, '') ?? '';
      if (line !== '') logs.push({ place, log: toLog(place === 1 ? line.replace(/^\ufeff/, '') : line) });
    }
    pieces = [];
    bytes = 0;
  };

  return {
    unit: 'line',
    push(chunk) {
      const logs: ReadLog[] = [];
      let from = 0;
      for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
        keep(chunk.subarray(from, at));
        finish(logs);
        from = at + 1;
      }
      if (from < chunk.length) keep(chunk.subarray(from));
      return logs;
    },
    end() {
      const logs: ReadLog[] = [];
      if (bytes > 0) finish(logs);
      return logs;
    },
  };
}
