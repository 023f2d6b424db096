// Answers of the operator's reconciliation on the internal port.
import { z } from 'zod';

const count = z.number().int().nonnegative();

/** Some records of one partition of the bus; counts are of these alone. */
export const reconcileStepSchema = z.strictObject({
  partition: count,
  partitions: count,
  /** Offsets: of the partition's first record when it was begun, up to where it was read, and its end when it was begun. */
  first: count,
  at: count,
  end: count,
  records: count,
  /** All of the records that can be read; what follows sums up to it. */
  logs: count,
  stored: count,
  removed: count,
  waiting: count,
  deadLettered: count,
  expired: count,
  missing: count,
  /** Logs stored more than once: beside the stored ones. */
  doubled: count,
  /** Records. */
  undecodable: count,
  missingRecords: z.array(z.strictObject({ recordId: z.string(), partition: count, offset: count, logs: count })),
  /** The cursor of the next step; null = that was all. */
  next: z.string().nullable(),
});
export type ReconcileStep = z.infer<typeof reconcileStepSchema>;

/** What the store has of each project and mode since a day, the most first. */
export const projectsUsageSchema = z.array(
  z.strictObject({ projectId: z.string(), mode: z.string(), logs: count, bytes: count }),
);
export type ProjectsUsage = z.infer<typeof projectsUsageSchema>;
