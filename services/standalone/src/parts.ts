// The four parts of a run and the settings that make them one system: ports and passwords are fixed for the run.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { randomCredentials } from '@sazabi/embedded-clickhouse';
import { chooseFreePort, type LogLevel } from '@sazabi/lifecycle';
import { childEnvironment, type ServiceName } from './child-environment.ts';
import type { StandaloneConfig } from './config.ts';
import { enginePart } from './engine-part.ts';
import type { Part } from './part.ts';
import type { RawOutput } from './raw-output.ts';
import { servicePart } from './service-part.ts';

/** uWebSockets.js refuses headers beyond 4 KiB unless its process is told otherwise before it loads. */
const INTAKE_HEADERS_BYTES_MAX = 16_384;

export interface Parts {
  /** null where CLICKHOUSE_URL names one of the operator's. */
  readonly engine: Part | null;
  readonly consumer: Part;
  readonly queryApi: Part;
  readonly intake: Part;
  /** For `/readyz` and the like on the internal ports. */
  readonly internalToken: string;
  /** The consumer's way to ClickHouse, with its password: for a parent process, never printed. */
  readonly clickHouseUrl: string;
}

/** @param written gets every line that a service writes */
export async function planParts(
  config: StandaloneConfig,
  logLevel: LogLevel,
  written: Pick<RawOutput, 'take' | 'closed'>,
): Promise<Parts> {
  const internalToken = config.internalToken ?? randomBytes(32).toString('base64url');
  const ports = await fixedPorts(config);
  const { engine, clickHouse } = await planClickHouse(config, Object.values(ports));
  const service = (name: ServiceName, decided: Readonly<Record<string, string | number>>) =>
    servicePart({
      name,
      main: import.meta.resolve(`@sazabi/${name}/main`),
      environment: childEnvironment(name, config.environment, {
        SAZABI_DATA_DIR: config.dataDir,
        LOG_LEVEL: logLevel,
        INTERNAL_HOST: config.internalHost,
        INTERNAL_TOKEN: internalToken,
        ...decided,
      }),
      onLine: (line) => written.take(name, line),
      onClosed: () => written.closed(name),
    });
  return {
    engine,
    consumer: service('consumer', { CLICKHOUSE_URL: clickHouse.url, CONSUMER_INTERNAL_PORT: ports.consumerInternal }),
    queryApi: service('query-api', {
      API_PORT: ports.api,
      INTERNAL_PORT: ports.internal,
      INTAKE_PUBLIC_URL: config.intakeUrl ?? `http${config.tls ? 's' : ''}://${reachable(config.host)}:${ports.intake}`,
      CLICKHOUSE_URL: clickHouse.url,
      CLICKHOUSE_READER_URL: clickHouse.readerUrl,
    }),
    intake: service('intake', {
      INTAKE_PORT: ports.intake,
      INTAKE_INTERNAL_PORT: ports.intakeInternal,
      KEY_FEED_URL: `http://${reachable(config.internalHost)}:${ports.internal}`,
      UWS_HTTP_MAX_HEADERS_SIZE: INTAKE_HEADERS_BYTES_MAX,
    }),
    internalToken,
    clickHouseUrl: clickHouse.url,
  };
}

/** The same address with a wildcard host replaced by loopback. */
export function reachableUrl(url: string): string {
  const parsed = new URL(url);
  parsed.hostname = reachable(parsed.hostname.replace(/^\[|\]$/g, ''));
  return parsed.origin;
}

/** Where a wildcard address is listened on, loopback reaches it. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

async function fixedPorts({ ports, host, internalHost }: StandaloneConfig): Promise<StandaloneConfig['ports']> {
  const fixed = (port: number, on: string) => (port === 0 ? chooseFreePort(on) : port);
  return {
    intake: await fixed(ports.intake, host),
    intakeInternal: await fixed(ports.intakeInternal, internalHost),
    consumerInternal: await fixed(ports.consumerInternal, internalHost),
    api: await fixed(ports.api, host),
    internal: await fixed(ports.internal, internalHost),
  };
}

/** @param reserved by services, which begin to listen after the engine */
async function planClickHouse(config: StandaloneConfig, reserved: readonly number[]) {
  if (config.clickHouse !== undefined) return { engine: null, clickHouse: config.clickHouse };
  const port = await chooseFreePort('127.0.0.1', reserved);
  const credentials = randomCredentials();
  const url = (user: string, password: string) =>
    `http://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}/sazabi`;
  return {
    engine: enginePart({ dataDir: join(config.dataDir, 'clickhouse'), port, credentials }),
    clickHouse: { url: url('app', credentials.appPassword), readerUrl: url('reader', credentials.readerPassword) },
  };
}
