// What intakes report of their keys' use, written down one report after the other.
import { type ControlDb, recordUsageReport } from '@sazabi/control-db';
import type { KeyUsage } from '@sazabi/keys';
import { type Logger, safeMessage } from '@sazabi/lifecycle';

export interface UsageReports {
  /** Beside the feeds: a report must not hold up the confirmations behind it. */
  take(day: string, usages: readonly KeyUsage[]): void;
  /** Resolves when those that came are written down. */
  settled(): Promise<void>;
  /** How many could not be written down. */
  lost(): number;
}

export function createUsageReports(db: ControlDb, logger: Logger): UsageReports {
  let reports = Promise.resolve();
  let lost = 0;
  return {
    take(day, usages) {
      reports = reports
        .then(() => recordUsageReport(db.orm, day, usages))
        .catch((error: unknown) => {
          lost += 1;
          logger.warn({ event: 'usage_report_lost', reason: safeMessage(error) }, 'A report of use is lost.');
        });
    },
    settled: () => reports,
    lost: () => lost,
  };
}
