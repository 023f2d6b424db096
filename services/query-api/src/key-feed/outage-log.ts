// An outage of the control store in the log: a line when it begins, then ever fewer, and one when it is over.
import { type Logger, safeMessage } from '@sazabi/lifecycle';

export interface OutageLog {
  failed(error: unknown): void;
  over(): void;
  isOver(): boolean;
}

export function createOutageLog(logger: Logger): OutageLog {
  let failures = 0;
  let sinceMs = 0;
  return {
    failed(error) {
      failures += 1;
      if (failures === 1) sinceMs = performance.now();
      if (!Number.isInteger(Math.log2(failures))) return;
      logger.warn(
        { event: 'control_store_away', reason: safeMessage(error), failures },
        'The control store does not answer: requests are refused with 503, intakes go on with the keys they know.',
      );
    },
    over() {
      if (failures > 0) {
        const awayMs = Math.round(performance.now() - sinceMs);
        logger.info({ event: 'control_store_back', awayMs, failures }, 'The control store answers again.');
      }
      failures = 0;
    },
    isOver: () => failures === 0,
  };
}
