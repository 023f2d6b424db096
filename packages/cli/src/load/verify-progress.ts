// How long `--verify` takes, said before it begins, and how far it is, on a line of a terminal.
import { VERIFY_PAGE_ROWS, type VerifyProgress } from '@sazabi/load';
import { barOf } from '../output/bars.ts';

const BAR_CHARACTERS = 30;
/** As measured on 2 cores: with nothing else to do, and with others that kept them busy (docs/load-testing.md). */
const LOGS_PER_SECOND = { idle: 28_000, busy: 7_000 } as const;
/** What takes no longer than this at worst needs no announcement. */
const ANNOUNCED_SECONDS_MIN = 10;
const MINUTE_SECONDS = 60;
/** Up to two minutes are said in seconds. */
const SECONDS_SAID_MAX = 2 * MINUTE_SECONDS;

const numberText = (value: number): string => value.toLocaleString('en');

/** 40 s, 3 min: rounded up. */
export function secondsText(seconds: number): string {
  return seconds <= SECONDS_SAID_MAX ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / MINUTE_SECONDS)} min`;
}

/** A line for before the reading of so many logs; null where it is soon done. */
export function verifyAnnouncement(logs: number): string | null {
  const seconds = logs / LOGS_PER_SECOND.busy;
  if (seconds <= ANNOUNCED_SECONDS_MIN) return null;
  const queries = Math.ceil(logs / VERIFY_PAGE_ROWS);
  return `Reading back ${numberText(logs)} logs by about ${numberText(queries)} queries: some ${secondsText(logs / LOGS_PER_SECOND.idle)}, on a busy machine up to ${secondsText(seconds)}.`;
}

/** The line of the moment. */
export function verifyLine({ phase, rows, logs, secondsLeft }: VerifyProgress): string {
  const done = Math.min(rows, logs);
  const bar = barOf(done, logs, BAR_CHARACTERS).padEnd(BAR_CHARACTERS, '░');
  const percent = logs === 0 ? 100 : Math.floor((100 * done) / logs);
  const left = secondsLeft === null ? '' : `, ${secondsText(secondsLeft)} left`;
  return `${bar} ${percent} %  ${phase === 'waiting' ? 'found' : 'read back'}: ${numberText(rows)} of ${numberText(logs)} logs${left}`;
}
