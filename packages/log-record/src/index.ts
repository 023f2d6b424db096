// A log's way into a bus record: normalisation, Native block, record headers with checksum.
export * from './log-block.ts';
export * from './log-columns.ts';
export * from './record-meta.ts';
