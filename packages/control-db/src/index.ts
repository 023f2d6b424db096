// The control store: organizations, projects, keys and their changes, in PGlite or PostgreSQL.
export * from './actor.ts';
export * from './audit-log.ts';
export * from './bootstrap.ts';
export * from './change-project.ts';
export type { ControlDb, Orm } from './control-db.ts';
export * from './key-changes.ts';
export { type NewKey, RATE_LIMIT_PER_MINUTE_DEFAULT } from './key-material.ts';
export * from './key-use.ts';
export * from './open-control-db.ts';
export * from './organizations.ts';
export * from './patiently.ts';
export * from './projects.ts';
export * from './public-keys.ts';
export * from './replicas.ts';
export * from './secret-keys.ts';
export * from './settings.ts';
export * from './threads.ts';
export * from './unavailable.ts';
