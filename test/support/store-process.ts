// The embedded ClickHouse engine as a part that can be killed: the same port, passwords and data at each start.
import { type EmbeddedClickHouse, randomCredentials, startEmbeddedClickHouse } from '@sazabi/embedded-clickhouse';
import { chooseFreePort } from '@sazabi/lifecycle';
import type { Victim } from './service-process.ts';

export interface StoreProcess extends Victim {
  /** Inserts and migrates. */
  readonly appUrl: string;
  /** For queries. */
  readonly readerUrl: string;
  stop(): Promise<void>;
}

/** Starts an engine on `dataDir` and waits until it answers. */
export async function startStore(dataDir: string): Promise<StoreProcess> {
  const options = { dataDir, port: await chooseFreePort('127.0.0.1'), credentials: randomCredentials() };
  let engine: EmbeddedClickHouse = await startEmbeddedClickHouse(options);
  const { appUrl, readerUrl } = engine;
  const signal = (name: NodeJS.Signals) => void process.kill(engine.pid, name);
  return {
    name: 'store',
    appUrl,
    readerUrl,
    async kill() {
      signal('SIGKILL');
      await engine.died;
    },
    async start() {
      engine = await startEmbeddedClickHouse(options);
    },
    pause: async () => signal('SIGSTOP'),
    resume: async () => signal('SIGCONT'),
    pids: () => [engine.pid],
    stop: () => engine.stop(),
  };
}
