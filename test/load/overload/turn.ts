// A turn of a measurement: what a request cost, by those that were answered as they should be; taken again where most were not.
import { say } from '../../support/say.ts';
import { percent } from './table.ts';

export interface Sent {
  /** CPU of the process that answered. */
  readonly cpuSeconds: number;
  readonly requests: number;
  /** Of them, as they should be. */
  readonly asExpected: number;
}

export interface Turn {
  /** CPU-microseconds for each request that was answered as it should be; what the others cost is in it. */
  readonly requestUs: number;
  /** The part of the requests that was answered otherwise, or not at all: an intake that has no time refuses. */
  readonly otherwise: number;
}

/** With more, a turn tells of the machine and not of a request. */
const OTHERWISE_MAX = 0.5;
const TRIES_MAX = 3;

/**
 * Says what it found under `name`.
 * @throws Error where most requests were not answered `status`, in three tries
 */
export async function takeTurn(name: string, status: number, send: () => Promise<Sent>): Promise<Turn> {
  for (let tries = 1; ; tries += 1) {
    const { cpuSeconds, requests, asExpected } = await send();
    const otherwise = requests === 0 ? 1 : 1 - asExpected / requests;
    const share = `${percent(otherwise)} of ${requests} requests were not answered ${status}`;
    if (otherwise <= OTHERWISE_MAX) {
      const requestUs = (cpuSeconds * 1e6) / asExpected;
      say(`${name}: ${requestUs.toFixed(1)} CPU-µs a request${otherwise === 0 ? '' : `; ${share}`}`);
      return { requestUs, otherwise };
    }
    if (tries === TRIES_MAX)
      throw new Error(
        `${name}: ${share}, ${TRIES_MAX} times in a row. This machine has no time for it now; fewer --connections may help.`,
      );
    say(`${name}: ${share}; once more`);
  }
}

/** The line under a table whose turns were not all answered as they should be; none where they were. */
export function otherwiseLine(turns: readonly Turn[]): string[] {
  const most = Math.max(0, ...turns.map(({ otherwise }) => otherwise));
  return most === 0
    ? []
    : [
        `\nUp to ${percent(most)} of a turn's requests were answered otherwise: they are not counted, what they cost is.`,
      ];
}
