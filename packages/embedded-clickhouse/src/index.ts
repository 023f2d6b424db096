// The door of the package: the ClickHouse engine of chDB as a child process with its own HTTP port on loopback.
export { type EngineCredentials, randomCredentials } from './config/credentials.ts';
export type { EngineCluster } from './config/remote-servers.ts';
export { EngineStartError } from './engine-start-error.ts';
export { DATABASE } from './limits.ts';
export { type EmbeddedClickHouse, type EmbeddedClickHouseOptions, startEmbeddedClickHouse } from './start.ts';
