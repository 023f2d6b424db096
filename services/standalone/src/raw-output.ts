// What a part writes that is no line of its log: native libraries go to stderr past the logger, LMDB with hundreds of lines while a disk
// is full. It becomes one line of the log, and after a while another that tells how many came since.
import type { Logger } from '@sazabi/lifecycle';
import { RAW_GATHER_MS, RAW_LINE_CHARACTERS_MAX, RAW_LINES_KEPT, RAW_QUIET_MS } from './limits.ts';

/** How every line of pino begins (lifecycle's logger). */
const LOG_LINE = '{"level":';

export interface RawOutput {
  /** A line of the part's output: one of its log is handed on, anything else gathered. */
  take(part: string, line: string): void;
  /** The part has ended, and written all that it will: its last words are told at once. */
  closed(part: string): void;
  /** Tells what is gathered; what comes after it is handed on as it is. */
  end(): void;
}

interface Gathered {
  readonly lines: string[];
  count: number;
  timer: NodeJS.Timeout | null;
}

/** @param onLogLine gets each line of the log, without what native code left unended before it */
export function createRawOutput(
  logger: Logger,
  onLogLine: (part: string, line: string) => void,
  { gatherMs = RAW_GATHER_MS, quietMs = RAW_QUIET_MS } = {},
): RawOutput {
  const parts = new Map<string, Gathered>();
  let isOver = false;

  const tell = (part: string, gathered: Gathered) => {
    const { count, lines } = gathered;
    gathered.count = 0;
    gathered.timer = null;
    if (count === 0) return;
    const said = lines.splice(0);
    logger.warn({ event: 'part_output', part, count, lines: said }, `${part} wrote what is not of its log.`);
    if (!isOver) wait(part, gathered, quietMs);
  };
  const wait = (part: string, gathered: Gathered, ms: number) => {
    gathered.timer = setTimeout(() => tell(part, gathered), ms).unref();
  };
  const gather = (part: string, line: string) => {
    if (line.trim() === '') return;
    const gathered = parts.get(part) ?? { lines: [], count: 0, timer: null };
    parts.set(part, gathered);
    gathered.count += 1;
    gathered.lines.push(line.slice(0, RAW_LINE_CHARACTERS_MAX));
    if (gathered.lines.length > RAW_LINES_KEPT) gathered.lines.shift();
    if (gathered.timer === null) wait(part, gathered, gatherMs);
  };
  const tellNow = (part: string) => {
    const gathered = parts.get(part);
    if (gathered === undefined) return;
    if (gathered.timer !== null) clearTimeout(gathered.timer);
    tell(part, gathered);
  };
  return {
    take(part, line) {
      const at = isOver ? 0 : line.indexOf(LOG_LINE);
      if (at !== 0) gather(part, at === -1 ? line : line.slice(0, at));
      if (at !== -1) onLogLine(part, line.slice(at));
    },
    closed: tellNow,
    end() {
      isOver = true;
      for (const part of parts.keys()) tellNow(part);
    },
  };
}
