// Runs the machine of one partition until the partition is lost: performs its effects, measures and reports them.
import type { Logger } from '@sazabi/lifecycle';
import type { Effect, Outcome } from './core/effects.ts';
import { servePartition } from './core/partition-machine.ts';
import { type RangeItem, rowsOf } from './core/range.ts';
import { SLOW_ANSWER_MS, STOP_GRACE_MS } from './limits.ts';
import type { ConsumerMetrics } from './metrics.ts';
import { type Parts, performEffect } from './perform-effect.ts';
import { whatToDo } from './what-to-do.ts';

export interface Reporting {
  readonly metrics: ConsumerMetrics;
  readonly logger: Logger;
  /** What keeps a partition from going on, for readiness; null = nothing. */
  readonly stalled: (because: string | null) => void;
}

/** Resolves when the partition is lost (or the consumer closes), with at most {@link STOP_GRACE_MS} for what is under way. */
export async function runPartition(parts: Omit<Parts, 'cutOff'>, reporting: Reporting): Promise<void> {
  const { lost } = parts.owned;
  const cutOff = new AbortController();
  let graceTimer: NodeJS.Timeout | undefined;
  const onLost = () => {
    graceTimer = setTimeout(() => cutOff.abort(), STOP_GRACE_MS);
  };
  lost.addEventListener('abort', onLost, { once: true });
  const observe = createObserver(parts.owned.partition, reporting);
  const machine = servePartition();
  try {
    for (let step = machine.next(); !step.done && !lost.aborted; ) {
      const startedAtMs = performance.now();
      const slow = watch(step.value, reporting.stalled);
      const outcome = await performEffect(step.value, { ...parts, cutOff: cutOff.signal });
      clearTimeout(slow);
      if (lost.aborted && outcome.kind === 'failed') return;
      observe(step.value, outcome, performance.now() - startedAtMs);
      step = machine.next(outcome);
    }
  } finally {
    lost.removeEventListener('abort', onLost);
    clearTimeout(graceTimer);
  }
}

/** A store that hangs fails nothing for a long time: that a partition waits for it is told before. */
function watch({ kind }: Effect, stalled: Reporting['stalled']): NodeJS.Timeout | undefined {
  if (kind === 'read' || kind === 'wait') return undefined;
  return setTimeout(() => stalled(`no answer to ${kind} yet`), SLOW_ANSWER_MS);
}

type Observer = (effect: Effect, outcome: Outcome, tookMs: number) => void;

function createObserver(partition: number, { metrics, logger, stalled }: Reporting): Observer {
  let uncounted: RangeItem[] = [];
  return (effect, outcome, tookMs) => {
    if (outcome.kind === 'failed') {
      metrics.failures.inc({ failure: outcome.failure });
      return;
    }
    switch (effect.kind) {
      case 'look-up':
        metrics.lookUpSeconds.observe(tookMs / 1000);
        break;
      case 'insert': {
        const { records } = effect.insert;
        metrics.insertSeconds.observe(tookMs / 1000);
        metrics.freshnessSeconds.observe(Math.max(0, Date.now() - records[0].source.appendedAtMs) / 1000);
        metrics.rows.inc(rowsOf(records));
        metrics.bytes.inc(records.reduce((sum, { source }) => sum + source.value.byteLength, 0));
        stalled(null);
        break;
      }
      case 'dead-letter': {
        const { id, offset, rows } = effect.record;
        metrics.deadLetters.inc({ kind: 'refused' });
        logger.error({ event: 'record_dead_lettered', partition, offset, recordId: id, rows }, 'a record was refused');
        break;
      }
      case 'bury':
        metrics.deadLetters.inc({ kind: 'undecodable' }, effect.items.length);
        for (const { offset, reason } of effect.items) {
          logger.error({ event: 'record_undecodable', partition, offset, reason }, 'a record cannot be decoded');
        }
        break;
      case 'read':
        if (outcome.kind === 'read') uncounted.push(...outcome.items.filter(({ kind }) => kind === 'expired'));
        break;
      case 'commit': {
        const passed = new Set(uncounted.filter(({ offset }) => offset < effect.next).map(({ offset }) => offset));
        uncounted = uncounted.filter(({ offset }) => offset >= effect.next);
        if (passed.size > 0) {
          metrics.expired.inc(passed.size);
          logger.warn(
            { event: 'records_expired', partition, records: passed.size },
            'records past their day were passed over',
          );
        }
        stalled(null);
        break;
      }
      case 'wait':
        stalled(effect.because.code);
        // Doubling steps: an outage of an hour is a dozen lines.
        if (Number.isInteger(Math.log2(effect.attempt))) {
          const { failure, code } = effect.because;
          logger.warn(
            { event: 'partition_waiting', partition, attempt: effect.attempt, failure, code },
            whatToDo(code, 'trying again'),
          );
        }
        break;
    }
  };
}
