// What the environment says about parts for tests.
import { homedir } from 'node:os';
import { join } from 'node:path';

export type Way = 'containers' | 'processes';

export interface PartsSettings {
  /** SAZABI_TEST_PARTS; null = containers where an engine answers, else processes. */
  readonly way: Way | null;
  /** Where a container engine may listen: DOCKER_HOST, else the usual sockets. */
  readonly engines: readonly string[];
  /** In CI nothing is skipped: a part that is missing fails its tests. */
  readonly ci: boolean;
}

/** @throws Error where SAZABI_TEST_PARTS is something else */
export function partsSettings(environment: NodeJS.ProcessEnv = process.env): PartsSettings {
  const { SAZABI_TEST_PARTS: way = '', DOCKER_HOST: engine, CI: ci } = environment;
  if (way !== '' && way !== 'containers' && way !== 'processes')
    throw new Error(`SAZABI_TEST_PARTS is ${way}; it must be containers or processes, or unset.`);
  const sockets = ['/var/run/docker.sock', join(homedir(), '.docker/run/docker.sock')];
  return {
    way: way === '' ? null : way,
    engines: engine === undefined ? sockets.map((socket) => `unix://${socket}`) : [engine],
    ci: ci !== undefined,
  };
}
