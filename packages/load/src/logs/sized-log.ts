// A log brought to a size: its message is filled with words of the kind that messages are made of, or cut.
import { type GeneratedLog, seededRandom } from './log-generator.ts';

const WORDS =
  'after before retry worker shard cache index reply queue token batch region tenant socket buffer commit timeout upstream'.split(
    ' ',
  );

/** Makes logs of about `bytes` as JSON (ASCII). One with shorter fields alone is left as it is. */
export function createSizer(seed: number, bytes: number): (log: GeneratedLog) => GeneratedLog {
  const random = seededRandom(seed);
  const below = (end: number): number => Math.floor(random() * end);
  return (log) => {
    const missing = bytes - JSON.stringify(log).length;
    if (missing <= 0) return { ...log, message: log.message.slice(0, Math.max(1, log.message.length + missing)) };
    let filling = '';
    while (filling.length < missing) filling += ` ${WORDS[below(WORDS.length)]}=${below(0x1000000).toString(36)}`;
    return { ...log, message: log.message + filling.slice(0, missing) };
  };
}
