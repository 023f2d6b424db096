// More intakes beside a system's own: each follows the keys of its API, and appends to a bus of its own that nobody reads.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chooseFreePort } from '@sazabi/lifecycle';
import { type ServiceProcess, startService } from '../support/service-process.ts';
import type { System } from '../support/system.ts';

export interface MoreIntakes {
  /** Of the system's own and the others. */
  readonly urls: readonly string[];
  stop(): Promise<void>;
}

/** Starts `count` of them; resolves when each is ready. */
export async function startMoreIntakes(system: System, count: number): Promise<MoreIntakes> {
  const folder = mkdtempSync(join(tmpdir(), 'sazabi-intakes-'));
  const started: { readonly service: ServiceProcess; readonly url: string }[] = [];
  for (let number = 1; number <= count; number += 1) {
    const [port, internalPort] = [await chooseFreePort('127.0.0.1'), await chooseFreePort('127.0.0.1')];
    const dataDir = join(folder, String(number));
    mkdirSync(dataDir);
    const service = startService({
      name: `intake-${number}`,
      main: '@sazabi/intake/main',
      internalUrl: `http://127.0.0.1:${internalPort}`,
      internalToken: system.internalToken,
      logFile: join(folder, `intake-${number}.log`),
      environment: {
        PATH: process.env.PATH ?? '',
        SAZABI_DATA_DIR: dataDir,
        INTAKE_PORT: String(port),
        INTAKE_INTERNAL_PORT: String(internalPort),
        INTERNAL_TOKEN: system.internalToken,
        KEY_FEED_URL: system.internalUrl,
      },
    });
    started.push({ service, url: `http://127.0.0.1:${port}` });
  }
  await Promise.all(started.map(({ service }) => service.ready()));
  return {
    urls: [system.intakeUrl, ...started.map(({ url }) => url)],
    async stop() {
      await Promise.all(started.map(({ service }) => service.stop()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
