// Which requests are refused where more comes than can be handled: by how long they have waited, whoever sends most first.
import type { ContractError } from '@sazabi/contract';
import type { AppendReport } from '../batch/append-batch.ts';
import type { BytesBudget } from '../bytes-budget.ts';
import {
  BURST_WAIT_MS,
  PATIENCE_FACTOR_MAX,
  PATIENCE_FACTOR_MIN,
  SHARE_HALF_LIFE_MS,
  SHARE_REQUEST_BYTES,
  STANDING_APPEND_MS,
  STANDING_WAIT_MS,
  STANDING_WAITING_BYTES,
  TURN_BYTES_MIN,
} from '../limits.ts';
import { overloaded } from '../refusals.ts';

/** What one project was given lately; fades by half with each {@link SHARE_HALF_LIFE_MS}. */
export interface LoadShare {
  bytes: number;
  halvings: number;
}

export interface LoadShedding {
  /** Why a request of this project, admitted by all else, is not taken now; null = it is, and is charged. */
  refusal(share: LoadShare): ContractError | null;
  /** An admitted request brought so many bytes of logs, inflated. */
  filed(share: LoadShare, bytes: number): void;
  /** Reports how long an append took. */
  appended(append: Pick<AppendReport, 'seconds'>): void;
}

export interface LoadSheddingOptions {
  /** What is not durable yet. */
  readonly waitingBytes: BytesBudget;
  /** Counts what is refused, by what has no time for it: `loop` or `bus`. */
  readonly shed: Map<string, number>;
  /** A monotonic clock in milliseconds. */
  readonly now?: () => number;
  /** Calls back when the event loop has handled all that was ready. */
  readonly atTurnEnd?: (callback: () => void) => void;
}

export function newLoadShare(): LoadShare {
  return { bytes: 0, halvings: 0 };
}

/** What is left after so many halvings. Less than one is none: of numbers too small for their squares no mean can be made. */
function faded(bytes: number, halvings: number): number {
  const left = bytes * 0.5 ** halvings;
  return left < 1 ? 0 : left;
}

/**
 * Requests that the process has no time for wait unseen, in the kernel. But what is handled in one turn of the event loop was
 * ready when the turn began: a request that comes up `t` ms into it has waited for `t` ms at least. So a turn takes what it has
 * time for, {@link STANDING_WAIT_MS}, and refuses the rest: sooner whoever has more than others, later, up to twice that, who has
 * less. One long turn alone is a burst, and {@link BURST_WAIT_MS} are given to it. ADR 18 has the reasons and figures.
 */
export function createLoadShedding(options: LoadSheddingOptions): LoadShedding {
  const { waitingBytes, shed, now = () => performance.now(), atTurnEnd = setImmediate } = options;
  let inTurn = false;
  /** Whether the turn before was as long: a queue stands. */
  let stands = false;
  let startedMs = 0;
  let endedMs = Number.NEGATIVE_INFINITY;
  let patienceMs = BURST_WAIT_MS;
  let turnBytes = 0;
  let appendMs = 0;
  /** Of all shares, faded alike: how often, their sum, and the sum of their squares. */
  let halvings = 0;
  let halvedMs = now();
  let bytes = 0;
  let squares = 0;

  const beginTurn = (): void => {
    inTurn = true;
    const lastMs = endedMs - startedMs;
    startedMs = now();
    stands = lastMs >= STANDING_WAIT_MS && startedMs - endedMs < STANDING_WAIT_MS;
    turnBytes = 0;
    patienceMs = stands ? STANDING_WAIT_MS : BURST_WAIT_MS;
    const halves = Math.floor((startedMs - halvedMs) / SHARE_HALF_LIFE_MS);
    if (halves > 0) {
      halvings += halves;
      halvedMs += halves * SHARE_HALF_LIFE_MS;
      bytes = faded(bytes, halves);
      squares = bytes === 0 ? 0 : squares * 0.25 ** halves;
    }
    atTurnEnd(() => {
      inTurn = false;
      endedMs = now();
    });
  };
  const fade = (share: LoadShare): void => {
    if (share.halvings === halvings) return;
    share.bytes = faded(share.bytes, halvings - share.halvings);
    share.halvings = halvings;
  };
  const give = (share: LoadShare, given: number): void => {
    squares += given * (2 * share.bytes + given);
    bytes += given;
    turnBytes += given;
    share.bytes += given;
  };
  /**
   * How patient to be with a project: the mean over what it has. Over bytes, not over projects, so that a thousand that send
   * little do not make a hog of one that sends some: 1 for one alone and for equals, less for whoever has more than others.
   * Squared: of ten projects, one with ten times the load of the others got three times as much, and gets less than twice.
   */
  const factorOf = (share: LoadShare): number =>
    share.bytes === 0 ? PATIENCE_FACTOR_MAX : Math.min(PATIENCE_FACTOR_MAX, (squares / (bytes * share.bytes)) ** 2);
  const refuse = (what: 'loop' | 'bus'): ContractError => {
    shed.set(what, (shed.get(what) ?? 0) + 1);
    return overloaded();
  };

  return {
    refusal(share) {
      if (!inTurn) beginTurn();
      fade(share);
      const fairness = factorOf(share);
      // Where no queue stands, whoever has more than others takes nothing from them.
      const factor = stands ? fairness : Math.max(1, fairness);
      if (turnBytes > TURN_BYTES_MIN * factor && now() - startedMs > patienceMs * factor) return refuse('loop');
      if (
        appendMs > STANDING_APPEND_MS * Math.max(PATIENCE_FACTOR_MIN, fairness) &&
        waitingBytes.usedBytes > STANDING_WAITING_BYTES
      )
        return refuse('bus');
      give(share, SHARE_REQUEST_BYTES);
      return null;
    },
    filed(share, filedBytes) {
      fade(share);
      give(share, filedBytes);
    },
    appended({ seconds }) {
      appendMs = seconds * 1000;
    },
  };
}
