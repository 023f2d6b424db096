// Keys: form, checksum, hash, how they are presented, the intakes' snapshot and its feed, rate limits. No HTTP framework.
export * from './key-entry.ts';
export * from './key-form.ts';
export * from './key-snapshot.ts';
export * from './limits.ts';
export * from './presented-key.ts';
