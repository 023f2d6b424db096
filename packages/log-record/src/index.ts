// A log's way into a bus record: normalisation, Native block, record headers with checksum.
export * from './create-log-block.ts';
export * from './expiry-day.ts';
export * from './level.ts';
export * from './limits.ts';
export * from './log-block.ts';
export * from './log-columns.ts';
export * from './log-rows.ts';
export * from './native-reader.ts';
export * from './native-writer.ts';
export * from './read-log-block.ts';
export * from './receipt.ts';
export * from './record-codec.ts';
export * from './record-meta.ts';
export * from './replay-record.ts';
export * from './split-record.ts';
export * from './uuid.ts';
export * from './xxh64.ts';
