// Watches how appends end: one log line when they begin to fail and one when they succeed again, and, while the bus is full,
// a refusal before bodies are read.
import type { BusError } from '@sazabi/bus';
import type { ContractError } from '@sazabi/contract';
import type { Logger } from '@sazabi/lifecycle';
import type { AppendReport } from '../batch/append-batch.ts';
import { FULL_REFUSAL_MS } from '../limits.ts';
import { busFull } from '../refusals.ts';

export interface AppendWatch {
  readonly appended: (append: AppendReport) => void;
  /** Why nothing is to be read now; null = nothing is known against it. */
  readonly refusal: () => ContractError | null;
}

interface Spell {
  readonly failure: BusError['failure'];
  readonly sinceMs: number;
  failed: number;
  rows: number;
}

const WHAT_TO_DO: Readonly<Record<BusError['failure'], string>> = {
  full: 'Logs are refused with 503: there is no room to keep them.',
  unavailable: 'Logs are answered with 503: the bus does not confirm them. It is tried again with every batch.',
  lost: 'Logs are answered with 503: the bus does not confirm them. It is tried again with every batch.',
  'too-large': 'A batch is larger than the bus takes; its requests were answered with 413.',
  closed: 'A batch came after the bus was closed; its requests were answered with 503.',
};

/** @param nowMs a monotonic clock */
export function createAppendWatch(logger: Logger, nowMs: () => number = () => performance.now()): AppendWatch {
  let spell: Spell | null = null;
  let refusedUntilMs = Number.NEGATIVE_INFINITY;

  const failed = (failure: BusError, rows: number) => {
    if (failure.failure === 'full') refusedUntilMs = nowMs() + FULL_REFUSAL_MS;
    if (spell?.failure !== failure.failure) {
      spell = { failure: failure.failure, sinceMs: nowMs(), failed: 0, rows: 0 };
      // What is full the message says whole; a stack and LMDB's own word for it would only hide that.
      const why = failure.failure === 'full' ? {} : { err: failure };
      const fields = { event: 'append_failed', failure: failure.failure, ...why };
      logger.error(fields, `${WHAT_TO_DO[failure.failure]} ${failure.message}`);
    }
    spell.failed += 1;
    spell.rows += rows;
  };
  const succeeded = () => {
    if (spell === null) return;
    const { failed, rows, sinceMs } = spell;
    spell = null;
    refusedUntilMs = Number.NEGATIVE_INFINITY;
    const seconds = Math.round((nowMs() - sinceMs) / 1000);
    logger.info({ event: 'append_recovered', failed, rows, seconds }, 'The bus takes logs again.');
  };
  return {
    appended({ failure, rows }) {
      if (failure === null) succeeded();
      else failed(failure, rows);
    },
    // Asked of every request: the clock is read only while appends fail.
    refusal: () => (spell !== null && nowMs() < refusedUntilMs ? busFull() : null),
  };
}
