// What the API does to the log store by the hour: counts kept, hidden rows removed.
export { copyUsage, copyUsageOf } from './copy-usage.ts';
export { findHiddenDays, type HiddenDay, type HiddenRows } from './hidden-rows.ts';
export { endFailedRemovals, failedLast, type Patience } from './mutations.ts';
export { removeHiddenRows, rewriteParts } from './remove-hidden.ts';
