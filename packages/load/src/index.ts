// The load engine: `sazabi load` is its command line.
export { createSender, type Outcome } from './http/sender.ts';
export * from './limits.ts';
export { type BodyPool, createBodyPool } from './logs/body-pool.ts';
export {
  COMPRESSIONS,
  CONTENT_TYPES,
  type Compression,
  compressBody,
  ENCODINGS,
  type Encoding,
} from './logs/encoding.ts';
export { isLoopback } from './measure/services.ts';
export { driveClosedLoop, driveOpenLoop, STOPPED } from './pace/pace.ts';
export { createSchedule, rampSteps, type Step } from './pace/schedule.ts';
export { htmlReport } from './report/html.ts';
export type { LoadReport } from './report/report.ts';
export { mibText, reportLines, stepHead, stepLine } from './report/text.ts';
export { LoadError, runLoad } from './run-load.ts';
export type { Access, LoadOptions, Progress, Surroundings } from './run-options.ts';
export { isExact } from './verify/tally.ts';
export type { VerifyProgress } from './verify/verify.ts';
