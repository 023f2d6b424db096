// The two ways to drive a sender: at a rate, whatever the answers do; or by the answers, as fast as they come.
import type { Outcome, Sender } from '../http/sender.ts';
import { ANSWER_TIMEOUT_MS, OVERDUE_MS_MAX, STOP_WAIT_MS } from '../limits.ts';
import type { Schedule } from './schedule.ts';

export interface Driven {
  /** By `performance.now()`. */
  readonly startedMs: number;
  /** When the last answer came, or the last request was given up. */
  readonly endedMs: number;
  /** Open loop: requests that were due and could not be sent, as every connection was busy. */
  readonly unsent: number;
  /** Open loop: requests that found every connection busy when they were due, those never sent among them. */
  readonly heldBack: number;
}

export interface DriveOptions {
  readonly sender: Sender;
  /** Requests that may be sent, and for how long, in ms. */
  readonly requestsMax: number;
  readonly forMs: number;
  /** Nothing more is sent; what is under way is waited for only a little. */
  readonly stop: AbortSignal;
  readonly onOutcome: (outcome: Outcome, startedMs: number) => void;
}

/** Each connection sends the next request when its last one was answered. */
export async function driveClosedLoop({ sender, requestsMax, forMs, stop, onOutcome }: DriveOptions): Promise<Driven> {
  const startedMs = performance.now();
  let sent = 0;
  const sendAll = (): void => {
    while (sender.hasIdle() && sent < requestsMax && !stop.aborted) {
      const nowMs = performance.now();
      if (nowMs - startedMs >= forMs) return;
      sent += 1;
      sender.send(nowMs);
    }
  };
  await new Promise<void>((resolve) => {
    const endIfDone = (): void => {
      if (sender.underWay === 0) resolve();
    };
    sender.onOutcome = (outcome) => {
      onOutcome(outcome, startedMs);
      sendAll();
      endIfDone();
    };
    giveUpAfterStop(sender, stop);
    sendAll();
    endIfDone();
  });
  return { startedMs, endedMs: performance.now(), unsent: 0, heldBack: 0 };
}

/**
 * Each request is sent when it is due, or as soon as a connection is free; its latency counts from when it was due, so that a
 * server that stalls is charged for all that had to wait meanwhile. What waits costs no memory, and what has waited for
 * 10 s is not sent any more.
 */
export async function driveOpenLoop(options: DriveOptions & { readonly schedule: Schedule }): Promise<Driven> {
  const { sender, schedule, stop, onOutcome } = options;
  const startedMs = performance.now();
  const end = Math.min(schedule.requests, options.requestsMax);
  let next = 0;
  let unsent = 0;
  let heldBack = 0;
  let heldTo = 0;
  let timer: NodeJS.Timeout | undefined;
  await new Promise<void>((resolve) => {
    const sendDue = (): void => {
      const atMs = performance.now() - startedMs;
      const due = Math.min(end, schedule.dueBy(atMs));
      for (; next < due && atMs - schedule.dueMs(next) > OVERDUE_MS_MAX; next++) unsent += 1;
      for (; next < due && sender.hasIdle() && !stop.aborted; next++) sender.send(startedMs + schedule.dueMs(next));
      if (next < due && !sender.hasIdle()) {
        heldBack += due - Math.max(next, heldTo);
        heldTo = due;
      }
      // Past the end of the run a queue is not worked off: it would only prolong the run by as much as the server is behind.
      if (next < due && atMs > schedule.forMs) {
        unsent += due - next;
        next = due;
      }
    };
    const isOver = () => sender.underWay === 0 && (stop.aborted || next >= end);
    const turn = () => {
      clearTimeout(timer);
      sendDue();
      if (isOver()) return resolve();
      const waitMs = next < end ? startedMs + schedule.dueMs(next) - performance.now() : OVERDUE_MS_MAX;
      // A due request that waits for a connection is sent by the answer that frees one.
      timer = setTimeout(turn, Math.max(1, sender.hasIdle() ? waitMs : OVERDUE_MS_MAX / 10));
    };
    sender.onOutcome = (outcome) => {
      onOutcome(outcome, startedMs);
      sendDue();
      if (isOver()) turn();
    };
    stop.addEventListener('abort', turn, { once: true });
    giveUpAfterStop(sender, stop);
    turn();
  });
  clearTimeout(timer);
  return { startedMs, endedMs: performance.now(), unsent, heldBack };
}

/** The code of a request that was given up as its run was stopped. */
export const STOPPED = 'STOPPED';

/** After a stop what is under way has a few seconds; a run that ends by itself waits for the sender's own time-out. */
function giveUpAfterStop(sender: Sender, stop: AbortSignal): void {
  const giveUp = () => setTimeout(() => sender.abort(STOPPED), Math.min(STOP_WAIT_MS, ANSWER_TIMEOUT_MS)).unref();
  if (stop.aborted) giveUp();
  else stop.addEventListener('abort', giveUp, { once: true });
}
