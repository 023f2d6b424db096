// Requests and answers of the API as zod schemas: the same ones validate and make the OpenAPI document.
export * from './audit-log.ts';
export * from './dead-letters.ts';
export * from './envelope.ts';
export * from './intake.ts';
export * from './keys.ts';
export * from './logs-tail.ts';
export * from './operations.ts';
export * from './organizations.ts';
export * from './projects.ts';
export * from './public-keys.ts';
export * from './receipts.ts';
export * from './reconcile.ts';
export * from './secret-keys.ts';
export * from './settings.ts';
export * from './threads.ts';
export * from './usage.ts';
export * from './values.ts';
