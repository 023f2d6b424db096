// How each service of a cluster is started: its own ports and data folder, the parts it stands on, what all share.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chooseFreePort } from '@sazabi/lifecycle';
import { type ServiceProcess, startService } from './service-process.ts';

/** uWebSockets.js refuses headers beyond 4 KiB unless its process is told otherwise before it loads. */
const INTAKE_HEADERS_BYTES_MAX = '16384';

export interface IntakeProcess extends ServiceProcess {
  readonly url: string;
  readonly dataDir: string;
}

export interface ApiProcess extends ServiceProcess {
  readonly url: string;
}

export interface ServicesOptions {
  /** Data folders and logs lie below. */
  readonly folder: string;
  readonly logs: string;
  readonly internalToken: string;
  /** What every service is given beside its own settings, which it wins over. */
  readonly environment: Readonly<Record<string, string>>;
  readonly clickHouse: { readonly appUrl: string; readonly readerUrl: string };
  readonly databaseUrl: string;
  readonly publicKey: string;
  readonly secretKey: string;
}

export type Services = ReturnType<typeof createServices>;

/** Starters of one service each, by its number; none waits until it is ready. */
export function createServices(options: ServicesOptions) {
  const launch = (name: string, main: string, internalPort: number, own: Readonly<Record<string, string>>) => {
    const dataDir = join(options.folder, name);
    mkdirSync(dataDir);
    const service = startService({
      name,
      main,
      internalUrl: `http://127.0.0.1:${internalPort}`,
      internalToken: options.internalToken,
      logFile: join(options.logs, `${name}.log`),
      environment: { SAZABI_DATA_DIR: dataDir, ...own, ...options.environment },
    });
    return { ...service, dataDir };
  };
  return {
    async api(number: number): Promise<ApiProcess> {
      const [port, internalPort] = await twoPorts();
      const api = launch(`api-${number}`, '@sazabi/query-api/main', internalPort, {
        API_PORT: String(port),
        INTERNAL_PORT: String(internalPort),
        DATABASE_URL: options.databaseUrl,
        CLICKHOUSE_URL: options.clickHouse.appUrl,
        CLICKHOUSE_READER_URL: options.clickHouse.readerUrl,
        BOOTSTRAP_PUBLIC_KEY: options.publicKey,
        BOOTSTRAP_SECRET_KEY: options.secretKey,
      });
      return { ...api, url: `http://127.0.0.1:${port}` };
    },
    async consumer(number: number): Promise<ServiceProcess> {
      const port = await chooseFreePort('127.0.0.1');
      return launch(`consumer-${number}`, '@sazabi/consumer/main', port, {
        CONSUMER_INTERNAL_PORT: String(port),
        CLICKHOUSE_URL: options.clickHouse.appUrl,
      });
    },
    /** @param apis whose key feeds it may follow */
    async intake(number: number, apis: readonly ServiceProcess[]): Promise<IntakeProcess> {
      const [port, internalPort] = await twoPorts();
      const intake = launch(`intake-${number}`, '@sazabi/intake/main', internalPort, {
        INTAKE_PORT: String(port),
        INTAKE_INTERNAL_PORT: String(internalPort),
        KEY_FEED_URL: feedUrls(apis, number),
        UWS_HTTP_MAX_HEADERS_SIZE: INTAKE_HEADERS_BYTES_MAX,
      });
      return { ...intake, url: `http://127.0.0.1:${port}` };
    },
  };
}

const twoPorts = async (): Promise<[number, number]> => [
  await chooseFreePort('127.0.0.1'),
  await chooseFreePort('127.0.0.1'),
];

/** All of them, each intake beginning with another one. */
function feedUrls(apis: readonly ServiceProcess[], intake: number): string {
  const first = (intake - 1) % apis.length;
  return [...apis.slice(first), ...apis.slice(0, first)].map(({ internalUrl }) => internalUrl).join(',');
}
