// One system for every file of this folder; each file makes organizations of its own in it.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';

/** Where the dashboard is said to be, for what the contract says of origins. */
export const DASHBOARD = 'https://dashboard.example.com';
/** The operator's cap on what keys may set, in requests a minute. */
export const RATE_LIMIT_CAP = 500_000;

export interface ContractSystem {
  readonly intakeUrl: string;
  readonly apiUrl: string;
  readonly internalUrl: string;
  readonly internalToken: string;
  readonly dataDir: string;
  /** Of the operator's ports of the three services: API, intake, consumer. */
  readonly internalPorts: readonly string[];
}

declare module 'vitest' {
  interface ProvidedContext {
    contractSystem: ContractSystem;
  }
}

/** A vitest globalSetup; what it gives back stops the system. */
export default async function startShared(project: TestProject): Promise<() => Promise<void>> {
  const settings = { API_PUBLIC_URL: DASHBOARD, RATE_LIMIT_MAX_PER_MINUTE: String(RATE_LIMIT_CAP), LOG_LEVEL: 'warn' };
  const child = fork(fileURLToPath(new URL('./serve-system.ts', import.meta.url)), [JSON.stringify(settings)]);
  const ended = once(child, 'exit');
  const started = once(child, 'message');
  const failed = ended.then(() => {
    throw new Error('The shared system did not start.');
  });
  failed.catch(() => undefined);
  const [system] = await Promise.race([started, failed]);
  project.provide('contractSystem', system);
  return async () => {
    child.disconnect();
    await ended;
  };
}
