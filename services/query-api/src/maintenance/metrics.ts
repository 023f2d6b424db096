// How the hourly work on the log store gets on; every replica tells of the last run of any.
import { Counter, Gauge, type Registry } from '@sazabi/lifecycle';

export interface MaintenanceMetrics {
  succeededAt(time: Date | null): void;
  removed(rows: number): void;
  failed(): void;
}

export function createMaintenanceMetrics(registry: Registry): MaintenanceMetrics {
  const registers = [registry];
  const last = new Gauge({
    name: 'sazabi_api_maintenance_last_success_timestamp_seconds',
    help: 'When any replica last kept the counts and removed hidden rows, seconds since 1970; 0 = never.',
    registers,
  });
  const rows = new Counter({
    name: 'sazabi_api_maintenance_removed_rows_total',
    help: 'Rows of deleted projects and shortened retentions that this replica removed.',
    registers,
  });
  const failures = new Counter({
    name: 'sazabi_api_maintenance_failures_total',
    help: 'Runs of this replica that failed.',
    registers,
  });
  return {
    succeededAt: (time) => last.set((time?.getTime() ?? 0) / 1000),
    removed: (count) => rows.inc(count),
    failed: () => failures.inc(),
  };
}
