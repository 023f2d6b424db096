// Keys: form, checksum, hash, how they are presented, the intakes' snapshot and its feed, rate limits. No HTTP framework.

export * from './allowed-origin.ts';
export * from './feed-applier.ts';
export * from './given-key.ts';
export * from './key-entry.ts';
export * from './key-feed-client.ts';
export * from './key-form.ts';
export * from './key-snapshot.ts';
export * from './key-usage.ts';
export * from './limits.ts';
export * from './presented-key.ts';
export * from './quota-use.ts';
export * from './rate-limiter.ts';
export * from './snapshot-file.ts';
export * from './utc-day.ts';
