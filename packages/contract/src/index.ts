// What clients see: error table, envelope, header names, scopes, modes. No I/O, and nothing of ours imported.
export * from './audit-log.ts';
export * from './content-type.ts';
export * from './contract-error.ts';
export * from './envelope.ts';
export * from './error-codes.ts';
export * from './headers.ts';
export * from './modes.ts';
export * from './schemas/log-fields.ts';
export * from './schemas/logs.ts';
export * from './scopes.ts';
