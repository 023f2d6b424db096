// Parts of the intake that are measured one by one; a service uses run.ts.
export { compressBlock } from './batch/compress.ts';
export { fileLogs } from './batch/file-logs.ts';
export { createBytesBudget } from './bytes-budget.ts';
export type { RequestHead } from './http/request-head.ts';
export { type Admit, createAdmission } from './ingest/admission.ts';
export { createLoadShedding } from './ingest/load-shedding.ts';
export { protocolOf } from './protocols/protocol-of.ts';
export { overloaded } from './refusals.ts';
